/** What every resource that carries a node config refuses before anything happens. */
import type { z } from "zod";
import type { NodeConfig } from "@quorumkit/schema";
import type { CheckFailure, Properties } from "../core/handler.ts";
import { refuseMigrations } from "./decide.ts";
import { checkConfig, checkInputs, configOf, hasConfig } from "./inputs.ts";

/** The shape of a resource's inputs, and the one that says which node it is. */
export interface NodeInputs {
  shape: z.ZodObject;
  identity: string;
}

/** Bad inputs, bad configs, and changes that need data to be moved. A resource of another identity is another node. */
export function checkNode(
  { shape, identity }: NodeInputs,
  olds: Properties | undefined,
  news: Properties,
): CheckFailure[] {
  const failures = [...checkInputs(shape, news), ...checkConfig(news)];
  if (failures.length > 0 || olds?.[identity] !== news[identity] || !hasConfig(news)) return failures;
  const recorded = recordedConfig(olds);
  if (recorded === undefined) return [];
  return refuseMigrations(recorded, configOf(news)).map(({ path, reason }) => ({ property: `config.${path}`, reason }));
}

/** The config of the last update; undefined where none is recorded, or a release wrote it that this one can't read. */
export function recordedConfig(old: Properties | undefined): NodeConfig | undefined {
  if (old === undefined || !hasConfig(old)) return undefined;
  try {
    return configOf(old);
  } catch {
    return undefined;
  }
}
