/** Reads the properties of the provider's resources into typed inputs. */
import { parseDuration, readNodeConfig, type NodeConfig } from "@quorumkit/schema";
import { z } from "zod";
import { joinSecrets } from "../../plan/secrets.ts";
import type { CheckFailure, Properties } from "../core/handler.ts";

const wireMap = z.record(z.string(), z.unknown());

/** A node config in two parts, see plan/secrets.ts. */
export const configInputs = { config: wireMap, secretConfig: wireMap.optional() };

/** A duration as text. */
export const durationInput = z.string().refine((text) => {
  try {
    parseDuration(text);
    return true;
  } catch {
    return false;
  }
}, "must be a duration, for example 30s");

/** An absolute path. */
export const absolutePathInput = z.string().startsWith("/", "must be an absolute path");

/** Reads properties; what the shape doesn't know (recorded outputs) is left out. Throws with every problem. */
export function readInputs<Shape extends z.ZodObject>(shape: Shape, properties: Properties): z.output<Shape> {
  const parsed = shape.safeParse(properties);
  if (parsed.success) return parsed.data;
  throw new Error(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("\n"));
}

/** What is wrong with inputs of which some may not be known yet. */
export function checkInputs(shape: z.ZodObject, known: Properties): CheckFailure[] {
  const parsed = shape.partial().safeParse(known);
  return parsed.success
    ? []
    : parsed.error.issues.map((issue) => ({ property: issue.path.join("."), reason: issue.message }));
}

/** Properties that carry a node config. */
export interface CarriesConfig {
  config: Record<string, unknown>;
  secretConfig?: Record<string, unknown> | undefined;
}

const carrier = z.object(configInputs);

/** True where a config is among the properties. */
export function hasConfig(properties: Properties): properties is Properties & CarriesConfig {
  return carrier.safeParse(properties).success;
}

/** The node config that inputs carry. They were checked, so a problem here is an error of its own. */
export function configOf(inputs: CarriesConfig): NodeConfig {
  const { value, errors } = readConfig(inputs);
  if (value === undefined) throw new Error(errors.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  return value;
}

/** Problems of the config in known inputs, as failures of the property `config`. */
export function checkConfig(known: Properties): CheckFailure[] {
  if (!hasConfig(known)) return [];
  return readConfig(known).errors.map(({ path, message }) => ({ property: `config.${path}`, reason: message }));
}

function readConfig({ config, secretConfig }: CarriesConfig): ReturnType<typeof readNodeConfig> {
  return readNodeConfig(joinSecrets({ config, secretConfig }));
}
