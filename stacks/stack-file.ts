/** Reads a stack file into the args of a cluster. Problems are located in the file. */
import * as pulumi from "@pulumi/pulumi";
import { argsFromWire, problemsError } from "@quorumkit/components";
import { readClusterSpec, readLocated, type Problem } from "@quorumkit/schema";
import type { StackArgs } from "./cluster.ts";

/** A stack file and what Pulumi made of it. */
export interface StackFile {
  /** As it is shown, from the root of the project. */
  path: string;
  text: string;
  /** The config of the stack, secrets decrypted, as `pulumi.runtime.allConfig()` has it. */
  config: Readonly<Record<string, string>>;
}

const clusterKey = "quorumkit:cluster";
const overridesKey = "quorumkit:overrides";

/** Checks a stack file and returns the args. Throws one `pulumi.InputPropertiesError` with every problem and its place. */
export function readStackFile({ path, text, config }: StackFile): { args: StackArgs } {
  const value = config[clusterKey];
  if (value === undefined) {
    throw problemsError(
      path,
      [missingCluster],
      () => `${path}:1:1 ${clusterKey}`,
      () => clusterKey,
    );
  }
  const document = readLocated(text, ["config", clusterKey]);
  const wire: unknown = parseJson(value);
  const { errors } = readClusterSpec(wire);
  if (errors.length > 0) {
    const placed = errors.map((problem) => ({ problem, ...document.locate(problem.path) }));
    placed.sort((a, b) => a.line - b.line || a.column - b.column);
    const places = new Map(placed.map(({ problem, line, column }) => [problem, `${path}:${line}:${column}`]));
    throw problemsError(
      path,
      [...places.keys()],
      (problem) => `${places.get(problem) ?? path} ${problem.path === "" ? clusterKey : problem.path}`,
      (problem) => `${clusterKey}.${problem.path}`,
    );
  }
  const encrypted = valueAt(document.value, ["config", clusterKey]);
  const overrides = config[overridesKey];
  return {
    args: {
      // The schema has just accepted the value, so it has the shape of the args.
      ...(argsFromWire(markSecrets(wire, encrypted)) as StackArgs),
      ...(overrides === undefined ? {} : { overrides: parseJson(overrides) as NonNullable<StackArgs["overrides"]> }),
    },
  };
}

const missingCluster: Problem = {
  severity: "error",
  path: "",
  message: `${clusterKey} is required: name and system at least, for example {name: orders, system: coordinator}`,
  want: "a map",
  rule: "required",
};

/** Marks what is encrypted in the file (`secure: …`) as secret. */
function markSecrets(value: unknown, encrypted: unknown): unknown {
  if (isMap(encrypted) && typeof encrypted["secure"] === "string" && Object.keys(encrypted).length === 1) {
    return pulumi.secret(value);
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) =>
      markSecrets(item, Array.isArray(encrypted) ? encrypted[index] : undefined),
    );
  }
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, markSecrets(item, isMap(encrypted) ? encrypted[key] : undefined)]),
  );
}

/** Pulumi hands over maps and lists as JSON, and plain texts as they are. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((current, key) => (isMap(current) ? current[key] : undefined), value);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
