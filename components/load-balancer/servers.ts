/** What listens: HTTP, HTTPS, and nginx's figures. */
import type { ClusterSpec } from "@quorumkit/schema";
import { healthLocation, locations } from "./locations.ts";
import type { BalancedNode, BalancerPlace } from "./place.ts";
import { problemLocations } from "./problems.ts";
import { answerHeaders, passTo } from "./proxying.ts";
import { block } from "./text.ts";
import { tlsLines } from "./tls.ts";

type Spec = Pick<ClusterSpec, "loadBalancer" | "security">;

/** All servers. */
export function servers(spec: Spec, nodes: readonly BalancedNode[], place: BalancerPlace): string[] {
  const { tls, redirectHttp } = spec.loadBalancer;
  const answering = locations(spec, nodes, place);
  const http = tls.enabled && redirectHttp ? redirectLocations(spec, nodes) : answering;
  return [
    ...hostServers(spec, nodes, { listen: listenHttp(spec, place), tls: [], locations: http }),
    ...(tls.enabled
      ? hostServers(spec, nodes, { listen: listenHttps(spec, place), tls: tlsLines(spec), locations: answering })
      : []),
    ...statusServer(place),
  ];
}

interface Listener {
  listen: string;
  tls: readonly string[];
  locations: readonly string[];
}

/** With a server name, whatever is sent to another host is refused; only /health is there for everybody. */
function hostServers(spec: Spec, nodes: readonly BalancedNode[], { listen, tls, locations }: Listener): string[] {
  const { serverName } = spec.loadBalancer;
  if (serverName === undefined) {
    return block("server", [`listen ${listen} default_server;`, ...tls, "server_name _;", ...locations]);
  }
  return [
    ...block("server", [
      `listen ${listen} default_server;`,
      ...tls,
      "server_name _;",
      ...block("location /", ["return 421;"]),
      ...healthLocation(spec, passTo("readers", nodes)),
      ...problemLocations(answerHeaders(spec)),
    ]),
    ...block("server", [`listen ${listen};`, ...tls, `server_name ${hostText(serverName)};`, ...locations]),
  ];
}

/** 308 keeps the method, where the 301 of guide 004:388 makes a GET of every write. */
function redirectLocations(spec: Spec, nodes: readonly BalancedNode[]): string[] {
  const { serverName, httpsPort } = spec.loadBalancer;
  const host = serverName === undefined ? "$host" : hostText(serverName);
  const port = httpsPort === 443 ? "" : `:${httpsPort}`;
  return [
    ...block("location /", [...answerHeaders(spec), `return 308 https://${host}${port}$request_uri;`]),
    ...healthLocation(spec, passTo("readers", nodes)),
    ...problemLocations(answerHeaders(spec)),
  ];
}

function statusServer({ status }: BalancerPlace): string[] {
  return block("server", [
    `listen ${status.address}:${status.port};`,
    "server_name _;",
    "access_log off;",
    ...status.networks.map((network) => `allow ${network};`),
    "deny all;",
    ...block("location = /stub_status", ["stub_status;"]),
    ...block("location /", ["return 404;"]),
    ...problemLocations([]),
  ]);
}

function listenHttp({ loadBalancer }: Spec, place: BalancerPlace): string {
  return `${place.listenAddress}:${loadBalancer.httpPort}`;
}

/** As a parameter, which nginx 1.22 knows; from 1.25 on it warns that there is a directive. */
function listenHttps({ loadBalancer }: Spec, place: BalancerPlace): string {
  return `${place.listenAddress}:${loadBalancer.httpsPort} ssl${loadBalancer.http2 ? " http2" : ""}`;
}

function hostText(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
