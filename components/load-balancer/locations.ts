/** What becomes of requests: a location for each route. */
import type { ClusterSpec } from "@quorumkit/schema";
import { limitLines } from "./limits.ts";
import type { BalancedNode, BalancerPlace } from "./place.ts";
import { errorPages, problemLocations } from "./problems.ts";
import {
  answerHeaders,
  hiddenHeaders,
  neverRepeat,
  passTo,
  repeatReads,
  repeatWrites,
  requestHeaders,
  withoutBasicAuth,
} from "./proxying.ts";
import type { Route } from "./routes.ts";
import { cacheLines } from "./search-cache.ts";
import { block, milliseconds, quotePath } from "./text.ts";

type Spec = Pick<ClusterSpec, "loadBalancer" | "security">;

/** How long a stream may be silent. */
const streamSilence = "1h";

/** The locations of a server that answers requests. */
export function locations(spec: Spec, nodes: readonly BalancedNode[], place: BalancerPlace): string[] {
  const readers = passTo("readers", nodes);
  const leader = passTo("leader", nodes);
  return [
    ...block("location /", [
      // The balancer sets it, in the same file as the nodes.
      "if ($ready_nodes = 0) {",
      "    return 503;",
      "}",
      // Nothing is there, so nginx goes on to the location of the route.
      "root /var/empty;",
      "try_files /nothing @$request_route;",
    ]),
    ...healthLocation(spec, readers),
    ...metricsLocation(spec, place),
    ...route(spec, "read", [...repeatReads(spec), readers]),
    ...route(spec, "stream", [
      ...repeatReads(spec),
      "proxy_buffering off;",
      `proxy_read_timeout ${milliseconds(streamSilence)};`,
      readers,
    ]),
    ...route(spec, "search", searchLines(spec, readers)),
    ...route(spec, "inference", inferenceLines(spec, readers)),
    ...route(spec, "write", [...repeatWrites(spec), leader]),
    ...route(spec, "once", [...onceLines(), leader]),
    ...route(spec, "admin", [...adminLines(spec), ...onceLines(), leader]),
    ...block("location @other", [...limitLines(spec, "other"), "return 405;"]),
    ...unsentLocation(spec, nodes),
    ...problemLocations(answerHeaders(spec)),
  ];
}

/** Asks a node, as long as one is ready (ruling ollamamax.lb_health_static). It is never limited: monitors ask often. */
export function healthLocation(spec: Spec, readers: string): string[] {
  return block("location = /health", [
    "if ($ready_nodes = 0) {",
    "    return 503;",
    "}",
    ...repeatReads(spec),
    ...hiddenHeaders(spec),
    ...answerHeaders(spec),
    readers,
  ]);
}

function route(spec: Spec, name: Route, lines: readonly string[]): string[] {
  return block(`location @${name}`, [
    ...limitLines(spec, name),
    ...hiddenHeaders(spec),
    ...answerHeaders(spec),
    ...lines,
  ]);
}

function searchLines(spec: Spec, readers: string): string[] {
  const timeout = milliseconds(spec.loadBalancer.timeouts.search);
  return [
    ...repeatWrites(spec),
    `proxy_send_timeout ${timeout};`,
    `proxy_read_timeout ${timeout};`,
    ...cacheLines(spec),
    readers,
  ];
}

/** Any node can run a model, and streams what it says word by word. */
function inferenceLines(spec: Spec, readers: string): string[] {
  const timeout = milliseconds(spec.loadBalancer.timeouts.inference);
  return [
    ...repeatWrites(spec),
    `proxy_send_timeout ${timeout};`,
    `proxy_read_timeout ${timeout};`,
    "proxy_buffering off;",
    readers,
  ];
}

function onceLines(): string[] {
  return [...neverRepeat(), ...errorPages([502, 504]), "error_page 502 504 = @unsent;"];
}

/** Whoever is in the networks, and knows the password, may ask; the node then asks for its own credential. */
function adminLines(spec: Spec): string[] {
  const { adminNetworks, adminPasswordFile } = spec.loadBalancer.access;
  return [
    ...(adminNetworks.length > 0 ? [...adminNetworks.map((network) => `allow ${network};`), "deny all;"] : []),
    ...(adminPasswordFile === undefined
      ? []
      : [
          `auth_basic "admin";`,
          `auth_basic_user_file ${quotePath("load_balancer.access.admin_password_file", adminPasswordFile)};`,
          ...requestHeaders(withoutBasicAuth(spec)),
        ]),
  ];
}

/** Where a write that must not be repeated goes when no node has got any of it. */
function unsentLocation(spec: Spec, nodes: readonly BalancedNode[]): string[] {
  return block("location @unsent", [
    "if ($outcome = unknown) {",
    "    return 502;",
    "}",
    ...neverRepeat(),
    ...hiddenHeaders(spec),
    ...answerHeaders(spec),
    passTo("followers", nodes),
  ]);
}

/** The load balancer's own metrics: a node's would be another node's at the next request. */
function metricsLocation({ loadBalancer: { access } }: Spec, place: BalancerPlace): string[] {
  const { metricsNetworks } = access;
  if (metricsNetworks.length === 0) return block("location = /metrics", ["return 404;"]);
  return block("location = /metrics", [
    ...metricsNetworks.map((network) => `allow ${network};`),
    "deny all;",
    `proxy_pass http://127.0.0.1:${place.metrics.port};`,
  ]);
}
