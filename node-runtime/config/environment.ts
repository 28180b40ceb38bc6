/** Environment variables over the file: which ones is said by the `env` of each option; their type by its schema. */
import { anyItemOrKey, readScalar, type EnvironmentTarget } from "./environment-values.ts";
import { listOptions, nodeConfigSchema, wirePath, snakeCase } from "@quorumkit/schema";
import type { LocatedProblem } from "./problems.ts";

/** What the environment says. */
export interface Overlay {
  /** Options to lay over the file, in the names of files. */
  value: Record<string, unknown>;
  problems: LocatedProblem[];
  /** The variable that set an option, by the option's path. */
  variableOf: ReadonlyMap<string, string>;
}

/** Every option that a variable can set, in the order of the model. */
export const environmentTargets: readonly EnvironmentTarget[] = listOptions(nodeConfigSchema).flatMap(
  ({ path, schema, details }) =>
    details.env === undefined || path.some(anyItemOrKey)
      ? []
      : [{ path, schema, variables: details.env, secret: details.secret === true }],
);

/** Reads the variables that are set. An empty variable counts as absent, as in compose files with `VAR=${VAR}`. */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Overlay {
  const value: Record<string, unknown> = {};
  const problems: LocatedProblem[] = [];
  const variableOf = new Map<string, string>();
  for (const target of environmentTargets) {
    const variable = target.variables.find((name) => (environment[name] ?? "") !== "");
    const text = variable === undefined ? undefined : environment[variable];
    if (variable === undefined || text === undefined) continue;
    const path = wirePath(target.path);
    variableOf.set(path, variable);
    const read = readScalar(target, text);
    if ("value" in read) setAt(value, target.path.map(snakeCase), read.value);
    else problems.push({ ...read.problem, path, where: `environment variable ${variable}` });
  }
  return { value, problems, variableOf };
}

function setAt(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let map = root;
  for (const key of path.slice(0, -1)) {
    const next = (map[key] ??= {});
    map = next as Record<string, unknown>;
  }
  const last = path.at(-1);
  if (last !== undefined) map[last] = value;
}
