/** Paths of a workload that this release doesn't have: 501, which says so, instead of a 404, which would not. */
import type { FastifyInstance } from "fastify";
import type { AppDeps } from "../deps.ts";
import { ApiProblem } from "../problem.ts";

/** Adds the routes; none where the node has its workload. */
export function unavailableRoutes(app: FastifyInstance, { slot }: AppDeps): void {
  if (slot.available) return;
  const refuse = (): never => {
    throw new ApiProblem("workload-unavailable", slot.reason);
  };
  for (const prefix of slot.prefixes) {
    app.all(prefix, { schema: { hide: true } }, refuse);
    app.all(`${prefix}/*`, { schema: { hide: true } }, refuse);
  }
}
