/** Errors that nginx itself makes, as problem documents (RFC 9457) like those of the nodes. */
import { block } from "./text.ts";

interface Problem {
  status: number;
  code: string;
  title: string;
  detail: string;
  /** Seconds after which the request may be sent again. */
  retryAfter?: number;
  /** What nginx calls it, where that isn't the status; all these come before nginx knows the path. */
  internal?: readonly number[];
  /** Whether the problem can come up before nginx has read the path. */
  early?: boolean;
  /** Whether a node may have got the request. */
  outcome?: boolean;
}

const problems: readonly Problem[] = [
  {
    status: 400,
    code: "invalid-request",
    title: "The request is not valid",
    detail: "the load balancer can't read the request, or it needs a client certificate, or HTTPS",
    internal: [495, 496, 497],
    early: true,
  },
  {
    status: 401,
    code: "unauthorized",
    title: "A credential is needed",
    detail: "admin paths need a name and a password (basic auth); give the node its key in X-API-Key",
  },
  {
    status: 403,
    code: "forbidden",
    title: "The address does not allow this",
    detail: "the address of the client is in none of the networks that may do this",
  },
  { status: 404, code: "not-found", title: "There is no such thing", detail: "the load balancer has no such path" },
  {
    status: 405,
    code: "method-not-allowed",
    title: "The path does not take this method",
    detail: "use GET, HEAD, OPTIONS, POST, PUT, PATCH or DELETE",
  },
  {
    status: 408,
    code: "request-timeout",
    title: "The request took too long to arrive",
    detail: "the request did not arrive in time",
    early: true,
  },
  {
    status: 413,
    code: "body-too-large",
    title: "The body is too large",
    detail: "the body is larger than load_balancer.max_body_size",
  },
  { status: 414, code: "uri-too-long", title: "The URL is too long", detail: "the URL is too long", early: true },
  {
    status: 421,
    code: "misdirected",
    title: "The host is not served here",
    detail: "the load balancer serves another host name",
  },
  {
    status: 429,
    code: "too-many-requests",
    title: "Too many requests",
    detail: "a limit of the address or of the credential is used up",
    retryAfter: 1,
  },
  {
    status: 431,
    code: "headers-too-large",
    title: "The headers are too large",
    detail: "the headers are larger than the load balancer takes",
    internal: [494],
    early: true,
  },
  { status: 500, code: "internal-error", title: "The load balancer failed", detail: "its log has the cause" },
  {
    status: 502,
    code: "peer-unreachable",
    title: "A node did not answer",
    detail: "the node that was asked did not answer, and the request could not be given to another one",
    retryAfter: 1,
    outcome: true,
  },
  {
    status: 503,
    code: "not-ready",
    title: "No node is ready",
    detail: "no node of the cluster is ready",
    retryAfter: 1,
    outcome: true,
  },
  {
    status: 504,
    code: "deadline-exceeded",
    title: "The operation took too long",
    detail: "the node that was asked did not answer in time",
    retryAfter: 1,
    outcome: true,
  },
];

/** Defines `$outcome`: whether what failed can have been done, in the nodes' words (guide: only a read can tell). */
export function problemMaps(): string[] {
  // One number for each node that was tried, the bytes that it was sent; `-` where there was no connection.
  return block("map $upstream_bytes_sent $outcome", [`"~[1-9]" unknown;`, "default not-applied;"]);
}

/** Which problem each error becomes. `except` are handled by the location itself. */
export function errorPages(except: readonly number[] = []): string[] {
  return problems
    .filter(({ status }) => !except.includes(status))
    .flatMap(({ status, internal = [], early }) => [
      `error_page ${status} ${placeOf(status, early === true)};`,
      ...internal.map((code) => `error_page ${code} =${status} ${placeOf(status, early === true)};`),
    ]);
}

/** The locations that answer them. `headers` are those of every answer. */
export function problemLocations(headers: readonly string[]): string[] {
  return problems.flatMap((problem) => {
    const { status, retryAfter, early } = problem;
    return block(`location ${early === true ? "= " : ""}${placeOf(status, early === true)}`, [
      ...(early === true ? ["internal;"] : []),
      "default_type application/problem+json;",
      ...headers,
      ...(retryAfter === undefined ? [] : [`add_header Retry-After ${retryAfter} always;`]),
      `return ${status} '${documentOf(problem)}';`,
    ]);
  });
}

/** nginx can't go to a named location before it has read a path, so those that come early have a path of their own. */
function placeOf(status: number, early: boolean): string {
  return early ? `/.load-balancer/problem/${status}` : `@problem_${status}`;
}

function documentOf({ status, code, title, detail, outcome }: Problem): string {
  const document = {
    type: `urn:quorumkit:problem:${code}`,
    title,
    status,
    code,
    detail,
    ...(outcome === true ? { outcome: "$outcome" } : {}),
    request_id: "$answer_request_id",
  };
  return JSON.stringify(document).replaceAll("'", "\\'");
}
