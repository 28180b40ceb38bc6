/** Loads the config of a node: file, environment over it, defaults under it, credential files beside it. */
import { configChecksum, readNodeConfig, type NodeConfig } from "@quorumkit/schema";
import { readJoinToken } from "../cluster/peer-auth/join-token.ts";
import { readCredentials, type Credentials } from "./credentials.ts";
import { readEnvironment, type Overlay } from "./environment.ts";
import { readConfigFile, type ConfigFile } from "./file.ts";
import { ConfigError, type LocatedProblem } from "./problems.ts";
import { unsupportedProblems } from "./unsupported.ts";

/** A config that can be run. */
export interface LoadedConfig {
  config: NodeConfig;
  credentials: Credentials;
  /** The secret that the nodes of the cluster share; undefined for a node that shares none. */
  joinToken?: string | undefined;
  /** {@link configChecksum} of the config. */
  checksum: string;
  warnings: readonly LocatedProblem[];
}

/** Where a config comes from. */
export interface ConfigSource {
  file: string;
  /** Variables that are laid over the file; none where left out. */
  environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Loads and checks everything.
 * @throws ConfigError with every problem at once
 */
export async function loadConfig(source: ConfigSource): Promise<LoadedConfig> {
  const { config, warnings } = await checkConfig(source);
  const [credentials, joinToken] = await Promise.all([readCredentials(config.security), readJoinToken(config.cluster)]);
  return { config, credentials, joinToken, checksum: configChecksum(config), warnings };
}

/**
 * Checks the file alone (and the environment, if given), without the credential files, which may be on another host.
 * @throws ConfigError with every problem at once
 */
export async function checkConfig(
  source: ConfigSource,
): Promise<{ config: NodeConfig; warnings: readonly LocatedProblem[] }> {
  const file = await readConfigFile(source.file);
  const overlay = readEnvironment(source.environment ?? {});
  const { value, errors, warnings } = readNodeConfig(layOver(file.value, overlay.value));
  const unsupported = value === undefined ? { errors: [], warnings: [] } : unsupportedProblems(value);
  const locate = locator(file, overlay);
  const problems = [...overlay.problems, ...[...errors, ...unsupported.errors].map(locate)];
  if (value === undefined || problems.length > 0) throw new ConfigError(problems);
  return { config: value, warnings: [...warnings, ...unsupported.warnings].map(locate) };
}

function locator(file: ConfigFile, overlay: Overlay) {
  return (problem: Omit<LocatedProblem, "where">): LocatedProblem => {
    const variable = overlay.variableOf.get(problem.path.replace(/\[\d+\].*$/, ""));
    const where = variable === undefined ? file.where(problem.path) : `environment variable ${variable}`;
    return { ...problem, where };
  };
}

/** Maps are merged key by key; anything else of the overlay replaces what the file says. */
function layOver(below: unknown, above: Record<string, unknown>): unknown {
  if (!isMap(below)) return below;
  const result = { ...below };
  for (const [key, value] of Object.entries(above)) {
    result[key] = isMap(value) && isMap(result[key]) ? layOver(result[key], value) : value;
  }
  return result;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
