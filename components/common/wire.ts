/** Between the args of components and the form that files have. Pure. */
import { camelCase, clusterSpecSchema, fromWire, toWire, type Problem } from "@quorumkit/schema";

/** A map as a file has it, in the names of the component args. It is checked when the component gets it. */
export function argsFromWire(wire: unknown): unknown {
  return fromWire(clusterSpecSchema, wire).value;
}

/** Args (names of the schema, every Output resolved) as a file would have them. */
export function argsToWire(args: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return toWire(clusterSpecSchema, withoutUndefined(args)) as Record<string, unknown>;
}

/** The path of a problem in the names of the component args: `api.tls_port` -> `api.tlsPort`. */
export function argsPath(problem: Problem): string {
  return problem.path.split(".").map(camelCase).join(".");
}

/** The map under a key; empty where there is none, or something else. */
export function mapAt(value: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> {
  const inner = value[key];
  return typeof inner === "object" && inner !== null && !Array.isArray(inner) ? (inner as Record<string, unknown>) : {};
}

/** TypeScript callers write `undefined` for what they leave out; the schema wants it absent. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, withoutUndefined(item)]),
  );
}
