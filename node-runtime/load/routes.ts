/** `/api/v1/load`: what the node had to do over the last minutes. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { problemAnswers } from "../http/answers.ts";
import { loadAnswer, loadReport } from "./report.ts";
import type { LoadSampler } from "./sampler.ts";

/** Adds the route. It answers also while the node starts or drains: that is when one looks. */
export function registerLoadRoutes(parent: FastifyInstance, sampler: Pick<LoadSampler, "samples">): void {
  parent.withTypeProvider<ZodTypeProvider>().get(
    "/api/v1/load",
    {
      config: { always: true },
      schema: {
        tags: ["status"],
        summary: "Load of the last 15 minutes",
        description: "From memory: it begins anew with the process. The metrics port has the figures for keeping.",
        response: { 200: loadAnswer, ...problemAnswers(401, 403) },
      },
    },
    (_request, reply) => {
      void reply.header("cache-control", "no-store");
      return loadReport(sampler.samples());
    },
  );
}
