/** Answers that many routes have in common, for the OpenAPI document. */
import { z } from "zod";

/** A problem document of RFC 9457. */
export const problemSchema = z
  .looseObject({
    type: z.string().describe("urn:quorumkit:problem:<code>"),
    title: z.string(),
    status: z.int(),
    code: z.string().describe("Stable; switch on this"),
    detail: z.string().describe("What is wrong with this request, and the fix"),
    instance: z.string().describe("Names the request; the id is also in x-request-id and in the node's log"),
  })
  .meta({ id: "Problem", description: "Problem document (RFC 9457)" });

const descriptions: Readonly<Record<number, string>> = {
  400: "The request is not valid; `errors` locates each field",
  401: "A credential is needed",
  403: "The credential does not allow this, or the admin API is closed",
  404: "There is no such thing",
  409: "The state does not allow this",
  410: "The revision is no longer kept",
  412: "The precondition does not hold",
  413: "The body is too large",
  415: "The content type is not accepted",
  422: "The config is not valid",
  429: "Too many requests",
  501: "The node does not serve this workload",
  503: "The node can't serve this now",
};

/** The `response` entries of these statuses, each a problem document. */
export function problemAnswers(...statuses: (keyof typeof descriptions)[]) {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: descriptions[status] ?? "A problem",
        content: { "application/problem+json": { schema: problemSchema } },
      },
    ]),
  );
}
