/** How a request is given to a node. */
import { parseDuration, type ClusterSpec } from "@quorumkit/schema";
import { credentialVariables } from "./credentials.ts";
import type { BalancedNode, BalancerPlace } from "./place.ts";
import { milliseconds, quotePath } from "./text.ts";

type Spec = Pick<ClusterSpec, "loadBalancer" | "security">;

/** Groups of nodes; the balancer writes them while it runs. */
export type Upstream = "readers" | "leader" | "followers";

/** What a location needs to give requests to nodes of a group. */
export function passTo(upstream: Upstream, nodes: readonly BalancedNode[]): string {
  return `proxy_pass ${nodes.some(({ secure }) => secure) ? "https" : "http"}://${upstream};`;
}

/** Lines of the http section: what is the same for every request. */
export function proxyDefaults(spec: Spec, nodes: readonly BalancedNode[], place: BalancerPlace): string[] {
  const { timeouts, requestBuffering } = spec.loadBalancer;
  return [
    "proxy_http_version 1.1;",
    ...requestHeaders(),
    `proxy_connect_timeout ${milliseconds(timeouts.connect)};`,
    `proxy_send_timeout ${milliseconds(timeouts.send)};`,
    `proxy_read_timeout ${milliseconds(timeouts.read)};`,
    `proxy_request_buffering ${requestBuffering ? "on" : "off"};`,
    "client_body_buffer_size 128k;",
    "proxy_buffer_size 16k;",
    "proxy_buffers 16 16k;",
    "proxy_busy_buffers_size 64k;",
    // What doesn't fit waits at the node, not on a disk that a container hardly has.
    "proxy_max_temp_file_size 0;",
    "proxy_redirect off;",
    ...(nodes.some(({ secure }) => secure) ? nodeTls(place) : []),
  ];
}

/**
 * Headers for the node. The load balancer is the outermost proxy: what a client says about others is not believed, so
 * that nobody can claim the address of an allowed network. A location with headers of its own has to repeat them.
 */
export function requestHeaders(further: readonly string[] = []): string[] {
  return [
    "proxy_set_header Host $host;",
    "proxy_set_header X-Real-IP $remote_addr;",
    "proxy_set_header X-Forwarded-For $remote_addr;",
    "proxy_set_header X-Forwarded-Proto $scheme;",
    "proxy_set_header X-Forwarded-Host $host;",
    "proxy_set_header X-Forwarded-Port $server_port;",
    `proxy_set_header Forwarded "";`,
    "proxy_set_header X-Request-Id $answer_request_id;",
    // Kept open for the next request.
    `proxy_set_header Connection "";`,
    ...further,
  ];
}

/** Headers of every answer; those of the node with the same names are left out. */
export function answerHeaders({ loadBalancer }: Pick<Spec, "loadBalancer">): string[] {
  return [
    "add_header X-Request-Id $answer_request_id always;",
    ...(loadBalancer.securityHeaders
      ? ["add_header X-Frame-Options DENY always;", "add_header X-Content-Type-Options nosniff always;"]
      : []),
  ];
}

/** Headers of the node's answer that {@link answerHeaders} sets. */
export function hiddenHeaders({ loadBalancer }: Pick<Spec, "loadBalancer">): string[] {
  return [
    "proxy_hide_header X-Request-Id;",
    ...(loadBalancer.securityHeaders
      ? ["proxy_hide_header X-Frame-Options;", "proxy_hide_header X-Content-Type-Options;"]
      : []),
  ];
}

/** A request that only reads goes to another node wherever one fails, and also where one says that it can't. */
export function repeatReads({ loadBalancer: { timeouts } }: Pick<Spec, "loadBalancer">): string[] {
  const limit = parseDuration(timeouts.connect) + parseDuration(timeouts.read);
  return [
    "proxy_next_upstream error timeout http_502 http_503 http_504;",
    `proxy_next_upstream_timeout ${Math.round(limit)}ms;`,
  ];
}

/**
 * POST and PATCH go to another node only while no byte of them was sent: nginx does so by itself unless it is told
 * `non_idempotent`, which it never is here.
 *
 * PUT and DELETE without a condition are repeated, as HTTP allows (RFC 9110, 9.2.2), also where the node says
 * `outcome: unknown`: whoever sends them wants the key to have that value, and twice is the same as once. A DELETE that was
 * done twice is answered with 404. What a repetition can't rule out is that a try that was held up in the network is done
 * after the next one, and so over what somebody else wrote in between; a client that minds sends If-Match or
 * compare_revision, and is never repeated. The time limit lets a connection be waited for twice, but not an answer.
 */
export function repeatWrites({ loadBalancer: { timeouts } }: Pick<Spec, "loadBalancer">): string[] {
  const { connect, read, send } = timeouts;
  const limit = Math.min(parseDuration(connect) + 1_000, parseDuration(read), parseDuration(send));
  return [
    "proxy_next_upstream error timeout http_502 http_503 http_504;",
    `proxy_next_upstream_timeout ${Math.max(1, Math.round(limit))}ms;`,
  ];
}

/**
 * A conditional write must not be done twice: the second time its own first change fails the condition, and the client
 * is told that somebody else was faster. nginx would repeat PUT and DELETE, so it is told not to; whether the node has
 * got anything shows in the bytes sent, and only if it has not, another node is asked (`@unsent`).
 */
export function neverRepeat(): string[] {
  return ["proxy_next_upstream off;"];
}

/** Takes the credentials for the load balancer itself out of what the node gets. */
export function withoutBasicAuth(spec: Spec): string[] {
  const others = credentialVariables(spec).length;
  return others > 0 ? [`proxy_set_header Authorization "";`] : [];
}

function nodeTls(place: BalancerPlace): string[] {
  const { nodeAuthority } = place;
  return [
    "proxy_ssl_protocols TLSv1.2 TLSv1.3;",
    "proxy_ssl_session_reuse on;",
    ...(nodeAuthority === undefined
      ? ["proxy_ssl_verify off;"]
      : [
          "proxy_ssl_verify on;",
          "proxy_ssl_verify_depth 4;",
          `proxy_ssl_trusted_certificate ${quotePath("the nodes' authority", nodeAuthority.file)};`,
          "proxy_ssl_server_name on;",
          `proxy_ssl_name ${nodeAuthority.name};`,
        ]),
  ];
}
