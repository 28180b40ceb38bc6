/** Checks a whole value at once: every field on its own, then the rules between fields. Nothing stops at the first problem. */
import type { z } from "zod";
import type { Rule } from "../rules/rule.ts";
import { canonicalJson } from "./canonical.ts";
import { fromWire, wirePath } from "./naming.ts";
import { describeIssues, hidden, isSecret, unknownKey, valueAt, type Problem } from "./problems.ts";
import { schemaAt } from "./walk.ts";

/** What is validated: the shape, the rules over it, and what to lay under a broken input so that rules can still run. */
export interface Model<Value> {
  schema: z.ZodType<Value>;
  rules: readonly Rule<Value>[];
  /** The smallest valid value, in the names of the schema. */
  smallest: Record<string, unknown>;
}

/** The outcome: a value where there is no error, and all problems in any case. */
export interface Validation<Value> {
  /** The value with every default filled in; undefined where there are errors. */
  value: Value | undefined;
  errors: Problem[];
  warnings: Problem[];
}

/**
 * Validates a value as written in a file (snake_case). A warning that `base` (the defaults and presets under the file)
 * gives by itself is left out: nobody wrote what it is about.
 */
export function validateWire<Value>(model: Model<Value>, input: unknown, base: unknown = {}): Validation<Value> {
  const { value, misspelled } = fromWire(model.schema, input);
  const validation = withoutInherited(validate(model, value), validate(model, fromWire(model.schema, base).value));
  if (misspelled.length === 0) return validation;
  const errors = misspelled.map((path) => unknownKey(model.schema, path));
  return { ...validation, value: undefined, errors: [...errors, ...validation.errors] };
}

/** Validates a value in the names of the schema (camelCase). */
export function validate<Value>(model: Model<Value>, input: unknown): Validation<Value> {
  const parsed = model.schema.safeParse(input, { reportInput: true });
  const fieldProblems = parsed.success ? [] : describeIssues(model.schema, input, parsed.error.issues);
  const complete = parsed.success ? parsed.data : repair(model, input, parsed.error.issues);
  const broken = parsed.success ? [] : placesOf(parsed.error.issues);
  const ruleProblems =
    complete === undefined
      ? []
      : model.rules
          .filter((rule) => !rule.reads.some((path) => broken.some((place) => overlaps(place, path))))
          .flatMap((rule) => runRule(model.schema, rule, complete));
  const problems = [...fieldProblems, ...ruleProblems];
  const errors = problems.filter((problem) => problem.severity === "error");
  return {
    value: parsed.success && errors.length === 0 ? parsed.data : undefined,
    errors,
    warnings: problems.filter((problem) => problem.severity === "warning"),
  };
}

function withoutInherited<Value>(validation: Validation<Value>, base: Validation<Value>): Validation<Value> {
  const inherited = new Set(base.warnings.map((warning) => canonicalJson(warning)));
  return { ...validation, warnings: validation.warnings.filter((warning) => !inherited.has(canonicalJson(warning))) };
}

function runRule<Value>(schema: z.ZodType<Value>, rule: Rule<Value>, value: Value): Problem[] {
  return rule.check(value).map((violation) => {
    const path =
      violation.path === "" ? [] : violation.path.split(".").map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const got = valueAt(value, path);
    return {
      severity: rule.severity,
      path: wirePath(path),
      message: violation.message,
      got: got !== undefined && isSecret(schemaAt(schema, path, value)) ? hidden : got,
      want: violation.want,
      rule: rule.id,
    };
  });
}

/** The dotted paths of what zod refused; an unknown key is refused itself, not the section that it stands in. */
function placesOf(issues: readonly z.core.$ZodIssue[]): string[] {
  const dotted = (path: readonly PropertyKey[]) => path.map(String).join(".");
  return issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys.map((key) => dotted([...issue.path, key])) : [dotted(issue.path)],
  );
}

function overlaps(place: string, path: string): boolean {
  return place === path || place.startsWith(`${path}.`) || path.startsWith(`${place}.`) || place === "";
}

/** Takes out what zod refused and lays the rest over the smallest valid value, so that rules elsewhere can be checked too. */
function repair<Value>(model: Model<Value>, input: unknown, issues: readonly z.core.$ZodIssue[]): Value | undefined {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return undefined;
  const copy = structuredClone(input) as Record<string, unknown>;
  for (const issue of issues) {
    if (issue.code === "unrecognized_keys") for (const key of issue.keys) unset(copy, [...issue.path, key]);
    else unset(copy, issue.path);
  }
  const parsed = model.schema.safeParse({ ...model.smallest, ...copy });
  return parsed.success ? parsed.data : undefined;
}

/** Removes the value at a path; an item of a list goes with its list, since a hole would shift the others. */
function unset(value: Record<string, unknown>, path: readonly PropertyKey[]): void {
  const firstPosition = path.findIndex((key) => typeof key === "number");
  const place = firstPosition === -1 ? path : path.slice(0, firstPosition);
  const last = place.at(-1);
  const parent = valueAt(value, place.slice(0, -1));
  if (last !== undefined && typeof parent === "object" && parent !== null) Reflect.deleteProperty(parent, last);
}
