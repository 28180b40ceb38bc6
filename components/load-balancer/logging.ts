/** The access log, for people, and what the balancer counts. Neither holds a credential or a query. */
import type { ClusterSpec } from "@quorumkit/schema";
import type { BalancerPlace } from "./place.ts";
import { block, quotePath } from "./text.ts";

/** Fields of a line of the access log; numbers stand without quotes. */
const fields: Readonly<Record<string, string>> = {
  time: `"$time_iso8601"`,
  level: `"info"`,
  msg: `"request"`,
  request_id: `"$answer_request_id"`,
  client: `"$remote_addr"`,
  method: `"$request_method"`,
  host: `"$host"`,
  path: `"$request_path"`,
  kind: `"$request_kind"`,
  protocol: `"$server_protocol"`,
  tls: `"$ssl_protocol"`,
  status: "$status",
  bytes_received: "$request_length",
  bytes_sent: "$bytes_sent",
  seconds: "$request_time",
  nodes: `"$upstream_addr"`,
  node_statuses: `"$upstream_status"`,
  node_seconds: `"$upstream_response_time"`,
  limit_requests: `"$limit_req_status"`,
  limit_connections: `"$limit_conn_status"`,
  user_agent: `"$http_user_agent"`,
};

/** What the balancer is told of each request, by words: kind, route, status, seconds, limits, and each node's status. */
export const requestsFormat = "$request_kind $request_route $status $request_time $limit_req_status,$limit_conn_status";

/** Stands before it. */
export const requestsTag = "quorumkit_request";

/** Lines of the http section. */
export function logLines({ loadBalancer }: Pick<ClusterSpec, "loadBalancer">, place: BalancerPlace): string[] {
  const line = Object.entries(fields).map(([name, value]) => `"${name}":${value}`);
  return [
    // A query may hold what is nobody's business: it is left out of every log.
    `log_format access escape=json '{${line.join(",")}}';`,
    `log_format requests '${requestsFormat} $upstream_status';`,
    ...block("map $request_kind $logged", [
      `health ${loadBalancer.healthCheck.logRequests ? "1" : "0"};`,
      "default 1;",
    ]),
    `access_log ${quotePath("the access log", place.accessLog)} access if=$logged;`,
    `access_log syslog:server=127.0.0.1:${place.requestsPort},tag=${requestsTag},nohostname requests;`,
  ];
}
