/** Takes JSON from a plain `curl -d`, as the guides write it: curl names its content type a form. */
import type { FastifyInstance } from "fastify";
import { ApiProblem } from "./problem.ts";

/**
 * For the routes of this scope. A browser could send such a body from any page without asking first; it always names the
 * page's origin then, and is refused.
 */
export function takeJsonFromCurl(scope: FastifyInstance): void {
  scope.addContentTypeParser("application/x-www-form-urlencoded", { parseAs: "string" }, (request, body, done) => {
    if (request.headers.origin !== undefined || request.headers["sec-fetch-site"] !== undefined) {
      done(new ApiProblem("unsupported-media-type", "the body must be JSON, with the content type application/json"));
      return;
    }
    try {
      done(null, JSON.parse(String(body)));
    } catch (error) {
      done(new ApiProblem("invalid-request", `body: not JSON: ${error instanceof Error ? error.message : ""}`));
    }
  });
}
