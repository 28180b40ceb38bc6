/** Says what is wrong with a value: one problem a place, each with its path, the value it got and the value it wants. */
import { z } from "zod";
import { formatDuration, durationBounds, durationPattern, parseDuration } from "./duration.ts";
import { snakeCase, wirePath } from "./naming.ts";
import { sizeBounds, sizePattern } from "./size.ts";
import { listOptions, rangeOf, schemaAt, typeOf, unionBranch, unwrap, shapeOf } from "./walk.ts";

/** One thing that is wrong, or (a warning) unwise. */
export interface Problem {
  severity: "error" | "warning";
  /** Where: names as in files, for example `fault_tolerance.self_healing.healing_interval`; empty for the whole spec. */
  path: string;
  /** What is wrong, in one sentence that stands without the path. Never holds a secret. */
  message: string;
  /** The value it got, `(hidden)` for a secret, undefined where it is missing. */
  got?: unknown;
  /** The value it wants. */
  want: string;
  /** Stable id of the rule; `type`, `range`, `format`, `required` and `unknown-key` for single fields. */
  rule: string;
}

/** A problem in one sentence: what is wrong, what was got and what is wanted, each said once. */
export function describeProblem(problem: Problem): string {
  const { message, got, want, rule } = problem;
  const saysGot = got === undefined || rule === "unknown-key" || /\bgot\b/.test(message);
  return `${message}${saysGot ? "" : `; got ${show(got)}`}${message.includes(want) ? "" : `; want ${want}`}`;
}

/** Stands in for a secret wherever a value is shown. */
export const hidden = "(hidden)";

/** Turns what zod found into problems, in the order of the model. `input` carries the names of the schema. */
export function describeIssues(
  schema: z.core.$ZodType,
  input: unknown,
  issues: readonly z.core.$ZodIssue[],
): Problem[] {
  return issues.flatMap((issue) => describeIssue(schema, input, issue));
}

function describeIssue(schema: z.core.$ZodType, input: unknown, issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path as (string | number)[];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => unknownKey(schema, [...path, key], input));
  }
  if (issue.code === "invalid_key" || issue.code === "invalid_element") {
    return issue.issues.flatMap((inner) => describeIssue(schema, input, { ...inner, path: [...path, ...inner.path] }));
  }
  const field = schemaAt(schema, path, input);
  const value = valueAt(input, path);
  const name = leafName(path);
  const want = describeWanted(field, issue);
  if (value === undefined) {
    return [{ severity: "error", path: wirePath(path), message: `${name} is required`, want, rule: "required" }];
  }
  const got = isSecret(field) ? hidden : value;
  const rule = ruleOf(field, issue, value);
  const message = `${name} must be ${want}, got ${show(got)}`;
  return [{ severity: "error", path: wirePath(path), message, got, want, rule }];
}

/** What a field wants, in the words of guide 001: `between 10s and 30m0s`, `one of info, warn`, `an integer of at least 1`. */
export function describeWanted(field: z.core.$ZodType | undefined, issue?: z.core.$ZodIssue): string {
  if (field === undefined) return issue?.message ?? "another value";
  const range = rangeOf(field);
  const inner = unwrap(field);
  const type = typeOf(field);
  const noun = type.startsWith("one of") || inner instanceof z.ZodLiteral ? type : withArticle(type);
  if (range !== undefined) {
    const text = durationBounds.has(inner)
      ? (bound: string) => formatDuration(parseDuration(bound))
      : (bound: string) => bound;
    const wrongType = issue !== undefined && (issue.code === "invalid_type" || isMalformed(inner, issue.input));
    const prefix = wrongType ? `${noun} ` : "";
    if (range.min !== undefined && range.max !== undefined)
      return `${prefix}between ${text(range.min)} and ${text(range.max)}`;
    if (range.min !== undefined) return `${prefix}at least ${text(range.min)}`;
    if (range.max !== undefined) return `${prefix}at most ${text(range.max)}`;
  }
  if (issue?.code === "invalid_format" && issue.format === "regex") return issue.message;
  if (issue?.code === "invalid_format") return `a valid ${issue.format}`;
  if (issue?.code === "too_small") return `${noun} with at least ${String(issue.minimum)} ${unitOf(issue.origin)}`;
  if (issue?.code === "too_big") return `${noun} with at most ${String(issue.maximum)} ${unitOf(issue.origin)}`;
  if (issue?.code === "custom" && !durationBounds.has(inner) && !sizeBounds.has(inner)) return issue.message;
  if (durationBounds.has(inner)) return "a duration, for example 150ms, 5s or 10m";
  if (sizeBounds.has(inner)) return "a size, for example 512Mi or 50Gi";
  return noun;
}

function unitOf(origin: string): string {
  return origin === "string" ? "characters" : "items";
}

function isMalformed(inner: z.core.$ZodType, value: unknown): boolean {
  if (durationBounds.has(inner)) return typeof value !== "string" || !durationPattern.test(value);
  if (sizeBounds.has(inner)) return typeof value !== "string" || !sizePattern.test(value);
  return false;
}

function ruleOf(field: z.core.$ZodType | undefined, issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === "invalid_type" || issue.code === "invalid_value" || issue.code === "invalid_union") return "type";
  if (issue.code === "invalid_format") return "format";
  if (field !== undefined && isMalformed(unwrap(field), value)) return "format";
  return "range";
}

/** The problem of a key that the model doesn't have. Its value is not shown: it may be a secret under a mistyped name. */
export function unknownKey(schema: z.core.$ZodType, path: readonly (string | number)[], input?: unknown): Problem {
  const key = String(path.at(-1));
  const parentPath = path.slice(0, -1);
  const parent = schemaAt(schema, parentPath, input);
  const inner = parent === undefined ? undefined : unionBranch(unwrap(parent), valueAt(input, parentPath));
  const known = inner instanceof z.ZodObject ? Object.keys(shapeOf(inner)).map(snakeCase) : [];
  const near = nearest(key, known);
  const owner = parentPath.length === 0 ? "the spec" : wirePath(parentPath);
  return {
    severity: "error",
    path: parentPath.length === 0 ? key : `${wirePath(parentPath)}.${key}`,
    message: `${key} is not an option of ${owner}${near === undefined ? "" : `; did you mean ${near}?`}`,
    got: hidden,
    want: near ?? (known.length > 0 && known.length <= 12 ? `one of ${known.join(", ")}` : "no such key"),
    rule: "unknown-key",
  };
}

/** The known name nearest to a mistyped one, at most two letters or a third of them away. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  // A swapped pair of letters is two edits away.
  const limit = name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3));
  const scored = known.map((candidate) => ({ candidate, distance: editDistance(name, candidate) }));
  scored.sort((a, b) => a.distance - b.distance);
  const best = scored[0];
  return best !== undefined && best.distance <= limit ? best.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, substitution));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** True where the value must not be shown: it is a secret, or stands where one would be inside. */
export function isSecret(field: z.core.$ZodType | undefined): boolean {
  return field !== undefined && listOptions(field).some(({ details }) => details.secret === true);
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === "object" && current !== null ? (current as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}

function leafName(path: readonly (string | number)[]): string {
  const names = path.filter((part) => typeof part === "string");
  const last = names.at(-1);
  const position = path.at(-1);
  if (last === undefined) return "the spec";
  return typeof position === "number" ? `${snakeCase(last)}[${position}]` : snakeCase(last);
}

function withArticle(noun: string): string {
  return /^[aeio]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}

/** A value in an error: texts of durations and sizes bare as in guide 001, other texts quoted, long values cut. */
export function show(value: unknown): string {
  if (value === hidden) return hidden;
  if (typeof value === "string" && (durationPattern.test(value) || sizePattern.test(value))) return value;
  if (typeof value === "object" && value !== null)
    return Array.isArray(value) ? `a list of ${value.length}` : "a section";
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
