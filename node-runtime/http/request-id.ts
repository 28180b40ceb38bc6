/** The id of a request: the caller's, if it is sane, so that logs of several services can be joined; else a new one. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Header of requests and answers. */
export const requestIdHeader = "x-request-id";

const sane = /^[A-Za-z0-9][A-Za-z0-9._:@/+=-]{0,127}$/;

/** What goes into the logs and back to the caller. */
export function requestIdOf(request: Pick<IncomingMessage, "headers">): string {
  const given = request.headers[requestIdHeader];
  return typeof given === "string" && sane.test(given) ? given : randomUUID();
}
