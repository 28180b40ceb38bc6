/** nginx's configuration, as far as it doesn't change while the nodes come and go. Pure. */
import { type ClusterSpec } from "@quorumkit/schema";
import { credentialMaps } from "./credentials.ts";
import { limitZones } from "./limits.ts";
import { logLines } from "./logging.ts";
import { placeOf, type BalancedNode, type BalancerPlace } from "./place.ts";
import { errorPages, problemMaps } from "./problems.ts";
import { proxyDefaults } from "./proxying.ts";
import { routeMaps } from "./routes.ts";
import { cacheZone } from "./search-cache.ts";
import { servers } from "./servers.ts";
import { block, bytes, milliseconds, quotePath } from "./text.ts";

type Spec = Pick<ClusterSpec, "system" | "loadBalancer" | "security">;

/** Worker processes: as many as a container of ours may use cores, which nginx can't see. */
export const workers = 2;

/** How long streams go on in a worker that has been replaced; each reload leaves one until its streams have ended. */
const oldWorkerSeconds = 300;

/** The text of nginx.conf. It includes the file of the upstreams, which the balancer writes. */
export function nginxConfig(spec: Spec, nodes: readonly BalancedNode[], given: Partial<BalancerPlace> = {}): string {
  const place = placeOf(given);
  const lines = [
    "# Made by quorumkit from the spec of the cluster: changes here are lost.",
    "daemon off;",
    `pid ${quotePath("the run directory", `${place.runDirectory}/nginx.pid`)};`,
    `worker_processes ${workers};`,
    `worker_shutdown_timeout ${oldWorkerSeconds}s;`,
    "error_log stderr warn;",
    "pcre_jit on;",
    ...block("events", [`worker_connections ${spec.loadBalancer.connections.perWorker};`]),
    ...block("http", httpLines(spec, nodes, place)),
  ];
  return `${lines.join("\n")}\n`;
}

function httpLines(spec: Spec, nodes: readonly BalancedNode[], place: BalancerPlace): string[] {
  return [
    ...basics(spec, place),
    ...requestIdMap(),
    ...credentialMaps(spec),
    ...routeMaps(spec),
    ...balanceKey(spec),
    ...problemMaps(),
    ...logLines(spec, place),
    ...limitZones(spec),
    ...cacheZone(spec),
    ...proxyDefaults(spec, nodes, place),
    // A location that sends on what failed may fail too, and is told so in the same way.
    "recursive_error_pages on;",
    ...errorPages(),
    `include ${quotePath("the run directory", `${place.runDirectory}/upstreams.conf`)};`,
    ...servers(spec, nodes, place),
  ];
}

function basics({ loadBalancer }: Spec, place: BalancerPlace): string[] {
  const temporary = (name: string) => quotePath("the temporary directory", `${place.temporaryDirectory}/${name}`);
  return [
    "server_tokens off;",
    "types {",
    "}",
    "default_type application/octet-stream;",
    "sendfile off;",
    "tcp_nodelay on;",
    "variables_hash_max_size 2048;",
    "map_hash_bucket_size 512;",
    "map_hash_max_size 4096;",
    "server_names_hash_bucket_size 512;",
    "proxy_headers_hash_max_size 1024;",
    ...["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${temporary(name)};`),
    `client_max_body_size ${bytes(loadBalancer.maxBodySize)};`,
    // Slow senders don't keep a connection for long.
    "client_header_timeout 15s;",
    `client_body_timeout ${milliseconds(loadBalancer.timeouts.send)};`,
    `send_timeout ${milliseconds(loadBalancer.timeouts.send)};`,
    "keepalive_timeout 75s;",
    "keepalive_requests 10000;",
    "large_client_header_buffers 4 16k;",
    "reset_timedout_connection on;",
  ];
}

/** The client's id where it is sane, so that logs of several services can be joined; the nodes have the same rule. */
function requestIdMap(): string[] {
  return block("map $http_x_request_id $answer_request_id", [
    `"~^[A-Za-z0-9][A-Za-z0-9._:@/+=-]{0,127}$" $http_x_request_id;`,
    "default $request_id;",
  ]);
}

/** What `consistent_hash` goes by. Whoever shows no credential is told apart by the address. */
function balanceKey({ loadBalancer }: Spec): string[] {
  const keys = { path: "$request_path", client: "$remote_addr", credential: "$credential_hash" } as const;
  return block(`map ${keys[loadBalancer.hashKey]} $balance_key`, [
    `"" $remote_addr;`,
    `default ${keys[loadBalancer.hashKey]};`,
  ]);
}
