/** What changed between two configs, and what that does to a running node. */
import { z } from "zod";
import { canonicalJson } from "./canonical.ts";
import { wirePath } from "./naming.ts";
import { applyOrder, type Apply } from "./option.ts";
import { hidden, isSecret } from "./problems.ts";
import { findDetails, listOptions, unionBranch, unwrap, shapeOf } from "./walk.ts";

/** One option whose value differs. */
export interface Change {
  /** Names as in files. */
  path: string;
  apply: Apply;
  /** Values as text, `(hidden)` for secrets and `(none)` where there is none. */
  before: string;
  after: string;
}

/** Compares two values of a schema option by option, in the order of the model. */
export function listChanges(schema: z.core.$ZodType, before: unknown, after: unknown): Change[] {
  return compare(schema, [], before, after);
}

/** The most disturbing of the changes; undefined where nothing changed. */
export function strongestApply(changes: readonly Change[]): Apply | undefined {
  return applyOrder.findLast((apply) => changes.some((change) => change.apply === apply));
}

function compare(schema: z.core.$ZodType, path: readonly string[], before: unknown, after: unknown): Change[] {
  if (same(before, after)) return [];
  const details = findDetails(schema);
  if (details !== undefined) {
    return [{ path: wirePath(path), apply: details.apply, ...texts(before, after, isSecret(schema)) }];
  }
  const inner = unionBranch(unwrap(schema), after);
  if (inner instanceof z.ZodObject) {
    return Object.entries(shapeOf(inner)).flatMap(([name, field]) =>
      compare(field, [...path, name], part(before, name), part(after, name)),
    );
  }
  const applies = listOptions(schema).map((option) => option.details.apply);
  const apply = applyOrder.findLast((candidate) => applies.includes(candidate)) ?? "rolling";
  return [{ path: wirePath(path), apply, ...texts(before, after, isSecret(schema)) }];
}

function part(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function same(before: unknown, after: unknown): boolean {
  return (
    before === after || (before !== undefined && after !== undefined && canonicalJson(before) === canonicalJson(after))
  );
}

function texts(before: unknown, after: unknown, secret: boolean): { before: string; after: string } {
  const text = (value: unknown) => (value === undefined ? "(none)" : secret ? hidden : canonicalJson(value));
  return { before: text(before), after: text(after) };
}

/** A copy without the options that can be changed by a reload: what is left decides whether a node must restart. */
export function withoutHotOptions(schema: z.core.$ZodType, value: unknown): unknown {
  return mapOptions(schema, value, (apply, item) => (apply === "hot" ? undefined : item));
}

/** A copy with every secret replaced by `(hidden)`. */
export function withoutSecrets(schema: z.core.$ZodType, value: unknown): unknown {
  const details = findDetails(schema);
  if (details?.secret === true) return value === undefined || value === "" ? value : hidden;
  const inner = unionBranch(unwrap(schema), value);
  if (Array.isArray(value) && inner instanceof z.ZodArray) {
    const element = inner.def.element;
    return value.map((item) => withoutSecrets(element, item));
  }
  if (typeof value !== "object" || value === null) return value;
  if (inner instanceof z.ZodRecord) {
    const valueType = inner.def.valueType;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecrets(valueType, item)]));
  }
  if (!(inner instanceof z.ZodObject)) return value;
  const shape = shapeOf(inner);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const field = shape[key];
      return [key, field === undefined ? item : withoutSecrets(field, item)];
    }),
  );
}

function mapOptions(schema: z.core.$ZodType, value: unknown, keep: (apply: Apply, value: unknown) => unknown): unknown {
  const details = findDetails(schema);
  if (details !== undefined) return keep(details.apply, value);
  const inner = unionBranch(unwrap(schema), value);
  if (!(inner instanceof z.ZodObject) || typeof value !== "object" || value === null) return value;
  const shape = shapeOf(inner);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const field = shape[key];
      const kept: unknown = field === undefined ? item : mapOptions(field, item, keep);
      return kept === undefined ? [] : [[key, kept]];
    }),
  );
}
