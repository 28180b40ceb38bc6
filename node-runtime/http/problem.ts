/** Errors of the API: RFC 9457 problem documents with a stable code, one place for all of them. */

/** Every code that the API can answer with: its HTTP status and its title. Codes are stable; clients may switch on them. */
export const problemCodes = {
  "invalid-request": { status: 400, title: "The request is not valid" },
  unauthorized: { status: 401, title: "A credential is needed" },
  "login-refused": { status: 401, title: "The user name or the password is wrong" },
  "join-token-wrong": { status: 401, title: "The request is not signed with the join token of this cluster" },
  "request-replayed": { status: 401, title: "The signature of the request has been used before" },
  forbidden: { status: 403, title: "The credential does not allow this" },
  "admin-closed": { status: 403, title: "The admin API is closed" },
  "unknown-node": { status: 403, title: "The node is not one of this cluster" },
  "not-found": { status: 404, title: "There is no such thing" },
  "method-not-allowed": { status: 405, title: "The path does not take this method" },
  "request-timeout": { status: 408, title: "The request took too long to arrive" },
  conflict: { status: 409, title: "The state does not allow this" },
  "clock-skew": { status: 409, title: "The clocks of the nodes differ too much" },
  "foreign-data": { status: 409, title: "The data belongs to another cluster" },
  "node-id-taken": { status: 409, title: "A member with that id is there already" },
  "join-busy": { status: 409, title: "Another node is joining" },
  "not-leader": { status: 409, title: "This node does not lead" },
  "not-a-member": { status: 409, title: "The node is not a member of the cluster" },
  "quorum-would-be-lost": { status: 409, title: "The cluster would lose its quorum" },
  "lone-node": { status: 409, title: "The node is alone: it has no cluster to change" },
  "compare-failed": { status: 409, title: "The compared revision is not the current one" },
  "fencing-token-stale": { status: 409, title: "The claim is no longer held" },
  "revision-compacted": { status: 410, title: "The revision is no longer kept" },
  "body-too-large": { status: 413, title: "The body is too large" },
  "unsupported-media-type": { status: 415, title: "The content type is not accepted" },
  "precondition-failed": { status: 412, title: "The precondition of the request does not hold" },
  "headers-too-large": { status: 431, title: "The headers are too large" },
  "config-invalid": { status: 422, title: "The config is not valid" },
  "config-not-hot": { status: 409, title: "The change needs a restart" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  "quota-exceeded": { status: 429, title: "The quota of the day is used up" },
  "queue-full": { status: 429, title: "The task queue is full" },
  "internal-error": { status: 500, title: "The node failed" },
  "workload-unavailable": { status: 501, title: "The node does not serve this workload" },
  "peer-unreachable": { status: 502, title: "Another node of the cluster did not answer" },
  "provider-unavailable": { status: 503, title: "The identity provider can't be asked" },
  maintenance: { status: 503, title: "The node is in maintenance" },
  "not-ready": { status: 503, title: "The node is not ready" },
  "no-quorum": { status: 503, title: "The node can't reach a majority of the members" },
  "store-unavailable": { status: 503, title: "The store can't take writes" },
  overloaded: { status: 503, title: "The node is overloaded" },
  "deadline-exceeded": { status: 504, title: "The operation took too long" },
} as const satisfies Record<string, { status: number; title: string }>;

/** A stable error code. */
export type ProblemCode = keyof typeof problemCodes;

/** What a problem may carry beside its code and detail. */
export interface ProblemExtras {
  /** Response headers, for example `retry-after` in seconds. */
  headers?: Record<string, string>;
  /** Further members of the document, snake_case; never a secret. */
  members?: Record<string, unknown>;
  cause?: unknown;
}

/** An error that becomes a problem document. `detail` is shown to the client: it names the field, the value and the fix. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly code: ProblemCode;
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: ProblemCode, detail: string, extras: ProblemExtras = {}) {
    super(detail, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.code = code;
    this.statusCode = problemCodes[code].status;
    this.headers = extras.headers ?? {};
    this.members = extras.members ?? {};
  }
}

/** The document of RFC 9457 for a problem. */
export function problemDocument(problem: ApiProblem, instance: string): Record<string, unknown> {
  return {
    type: `urn:quorumkit:problem:${problem.code}`,
    title: problemCodes[problem.code].title,
    status: problem.statusCode,
    code: problem.code,
    detail: problem.message,
    instance,
    ...problem.members,
  };
}
