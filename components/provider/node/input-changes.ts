/** Compares the inputs of a resource with those recorded, down to single options, for the diff of a preview. */
import { canonicalJson } from "@quorumkit/schema";
import type { Properties, PropertyChange } from "../core/handler.ts";

/** How properties are compared. */
export interface Comparison {
  /** The properties that count; recorded outputs don't. */
  names: readonly string[];
  /** Properties that can't change in place. */
  replacing: readonly string[];
}

/** Where `news` differs from `old`. */
export function listInputChanges(
  old: Properties,
  news: Properties,
  { names, replacing }: Comparison,
): PropertyChange[] {
  return names
    .flatMap((name) => compare(name, old[name], news[name]))
    .map((change) => (replacing.includes(change.path) ? { ...change, kind: "replace" } : change));
}

function compare(path: string, before: unknown, after: unknown): PropertyChange[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [{ path, kind: "add", input: true }];
  if (after === undefined) return [{ path, kind: "delete", input: true }];
  if (isMap(before) && isMap(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      compare(`${path}${/^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`}`, before[key], after[key]),
    );
  }
  return canonicalJson(before) === canonicalJson(after) ? [] : [{ path, kind: "update", input: true }];
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
