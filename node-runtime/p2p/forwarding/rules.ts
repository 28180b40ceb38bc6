/** What may be forwarded. Both sides hold to it: the sender to say so early, the receiver because it trusts nobody. */
import { accessOf } from "../../http/access/guard.ts";

/** Body of a request at most. */
export const requestLimitBytes = 64 * 1024 ** 2;

/** Body of an answer at most. */
export const answerLimitBytes = 1024 ** 3;

/** Request line and headers, as JSON. */
export const headLimitBytes = 64 * 1024;

/** A whole exchange at most; a request may ask for less. */
export const timeLimitMilliseconds = 600_000;

/** Marks a request that came from a peer. It opens nothing: admin routes are closed to whoever sends it. */
export const forwardedHeader = "x-quorumkit-forwarded";

const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

/** The client's own headers that its request needs. Nothing that says where it came from: that is in the head. */
const requestHeaders: ReadonlySet<string> = new Set([
  "accept",
  "accept-language",
  "authorization",
  "cache-control",
  "content-encoding",
  "content-length",
  "content-type",
  "idempotency-key",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-unmodified-since",
  "last-event-id",
  "range",
  "user-agent",
  "x-api-key",
  "x-request-id",
]);

/** Headers of one hop; the server of the other node makes its own. */
const hopHeaders: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * The headers that go on.
 * @param keyHeaders further headers that carry credentials (`security.auth.providers`), lower case
 */
export function forwardableHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  keyHeaders: readonly string[] = [],
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (value === undefined || !(requestHeaders.has(lower) || keyHeaders.includes(lower))) continue;
    kept[lower] = typeof value === "string" ? value : value.join(", ");
  }
  return kept;
}

/** The headers of an answer that go back. */
export function answerHeaders(
  headers: Readonly<Record<string, string | number | readonly string[] | undefined>>,
): Record<string, string | readonly string[]> {
  const kept: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || hopHeaders.has(name.toLowerCase())) continue;
    kept[name.toLowerCase()] = typeof value === "number" ? String(value) : value;
  }
  return kept;
}

interface RequestLine {
  method: string;
  /** Path and query. */
  path: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, unknown>>;
}

/** Why a request may not be forwarded; undefined where it may. */
export function refusalOf({ method, path, headers }: RequestLine): string | undefined {
  if (!methods.has(method)) return `requests with the method ${method} are not forwarded`;
  if (headers[forwardedHeader] !== undefined) return "the request was forwarded once already";
  const target = path.split("?", 1)[0] ?? "";
  // One form of each path only, so that no other spelling of an admin path gets by.
  if (!/^\/[^\s\\]*$/.test(target) || /\/\/|\/\.\.?(?:\/|$)|%2e|%2f|%5c/i.test(target)) {
    return `the path ${target} is not in its normal form`;
  }
  if (accessOf(target, undefined) === "admin") return `${target} is an admin path; send it to the node itself`;
  return undefined;
}
