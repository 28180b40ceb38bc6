/** The config of the node: shown without secrets, read again, and set back section by section. */
import { nodeConfigSchema, toWire, withoutSecrets } from "@quorumkit/schema";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { ReloadResult } from "../../config/live-config.ts";
import { describeLocated, type LocatedProblem } from "../../config/problems.ts";
import { resetComponent } from "../../config/reset.ts";
import { problemAnswers } from "../answers.ts";
import type { AppDeps } from "../deps.ts";
import { ApiProblem } from "../problem.ts";

const change = z.object({ path: z.string(), apply: z.string(), before: z.string(), after: z.string() });
const reloadAnswer = z.object({
  outcome: z.enum(["applied", "unchanged"]),
  changes: z.array(change),
  generation: z.int(),
  checksum: z.string(),
  file: z.string().describe("The file that was read"),
});
const configAnswer = z.object({
  config: z.record(z.string(), z.unknown()).describe("The effective config; secrets are (hidden)"),
  checksum: z.string(),
  generation: z.int(),
  file: z.string().nullable(),
});

const tags = ["config"];

/** Adds the routes. */
export function configRoutes(parent: FastifyInstance, deps: AppDeps): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  app.get(
    "/api/v1/config",
    { schema: { tags, summary: "The effective config", response: { 200: configAnswer, ...problemAnswers(401, 403) } } },
    () => ({
      config: visibleConfig(deps),
      checksum: deps.config.checksum,
      generation: deps.config.generation,
      file: deps.configFile ?? null,
    }),
  );
  app.post(
    "/api/v1/config/reload",
    {
      config: { access: "admin" },
      schema: {
        tags,
        summary: "Read the config file again",
        description: "All or nothing: only hot options may differ. SIGHUP does the same.",
        response: { 200: reloadAnswer, ...problemAnswers(401, 403, 409, 422) },
      },
    },
    async () => answerOf(await deps.config.reload(), deps, requireFile(deps)),
  );
  app.post(
    "/api/v1/config/reset",
    {
      config: { access: "admin" },
      schema: {
        tags,
        summary: "Write a section's defaults into the config file and read it again",
        description:
          "Refused, with nothing written, where that would need a restart or give a config that isn't valid.",
        body: z.strictObject({ component: z.string().min(1).max(64).describe("For example fault-tolerance") }),
        response: { 200: reloadAnswer, ...problemAnswers(400, 401, 403, 409, 422) },
      },
    },
    async ({ body }) => {
      const file = requireFile(deps);
      const reset = await resetComponent(file, body.component, { onlyHot: true });
      if (reset.outcome === "unknown") {
        throw new ApiProblem("invalid-request", `body component: ${reset.message}`, {
          members: { components: reset.known },
        });
      }
      if (reset.outcome === "invalid") throw invalidConfig(reset.problems);
      if (reset.outcome === "not-hot") {
        throw new ApiProblem("config-not-hot", reset.message, { members: { changes: reset.changes } });
      }
      return answerOf(await deps.config.reload(), deps, file);
    },
  );
}

/** The config as in files, without secrets. */
function visibleConfig({ config }: AppDeps): Record<string, unknown> {
  return toWire(nodeConfigSchema, withoutSecrets(nodeConfigSchema, config.current)) as Record<string, unknown>;
}

function requireFile({ configFile }: AppDeps): string {
  if (configFile !== undefined) return configFile;
  throw new ApiProblem("conflict", "this node was started without a config file, so there is nothing to read again");
}

function answerOf(result: ReloadResult, deps: AppDeps, file: string) {
  if (result.outcome === "invalid") throw invalidConfig(result.error.problems);
  if (result.outcome === "not-hot") {
    throw new ApiProblem("config-not-hot", result.message, { members: { changes: result.changes } });
  }
  return {
    outcome: result.outcome,
    changes: result.outcome === "applied" ? [...result.changes] : [],
    generation: result.generation,
    checksum: deps.config.checksum,
    file,
  };
}

function invalidConfig(problems: readonly LocatedProblem[]): ApiProblem {
  const errors = problems.map(({ where, path, message, want }) => ({ where, path, message, want }));
  return new ApiProblem("config-invalid", problems.map(describeLocated).join("; "), { members: { errors } });
}
