/** Walks the model: every option with its path, type, default and range, for everything that is generated or explained from it. */
import { z } from "zod";
import { durationBounds } from "./duration.ts";
import { optionDetails, sectionDetails, type OptionDetails, type SectionDetails } from "./option.ts";
import { sizeBounds } from "./size.ts";

/** Stands for any position of a list in a path. */
export const anyItem = "[]";
/** Stands for any key of a free-form map in a path. */
export const anyKey = "*";

/** One option of the model. */
export interface OptionNode {
  /** TypeScript names from the root; {@link anyItem} and {@link anyKey} stand for list positions and map keys. */
  path: readonly string[];
  schema: z.core.$ZodType;
  details: OptionDetails;
}

/** One group of options. */
export interface SectionNode {
  path: readonly string[];
  schema: z.ZodObject;
  details: SectionDetails;
}

/** The fields of a section. */
export function shapeOf(schema: z.ZodObject): z.core.$ZodShape {
  return schema.def.shape;
}

/** Takes defaults, optionality and the like off a schema. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let inner = schema;
  while (
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodPrefault ||
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodNullable ||
    inner instanceof z.ZodReadonly
  ) {
    inner = inner.def.innerType;
  }
  return inner;
}

/** The branch of a discriminated union that `value` names; any other schema, and a value that names none, is returned as it is. */
export function unionBranch(schema: z.core.$ZodType, value: unknown): z.core.$ZodType {
  if (!(schema instanceof z.ZodDiscriminatedUnion) || typeof value !== "object" || value === null) return schema;
  const key = schema.def.discriminator;
  const wanted = (value as Record<string, unknown>)[key];
  const branch = schema.def.options.find((candidate) => {
    const inner = unwrap(candidate);
    const field = inner instanceof z.ZodObject ? shapeOf(inner)[key] : undefined;
    const literal = field === undefined ? undefined : unwrap(field);
    return literal instanceof z.ZodLiteral && literal.def.values.includes(wanted as never);
  });
  return branch === undefined ? schema : unwrap(branch);
}

/** All options under `schema`, in the order of the model. */
export function listOptions(schema: z.core.$ZodType, path: readonly string[] = []): OptionNode[] {
  const details = findDetails(schema);
  if (details !== undefined) {
    const children = listChildren(schema).flatMap(([name, child]) => listOptions(child, [...path, name]));
    return [{ path, schema, details }, ...children];
  }
  return listChildren(schema).flatMap(([name, child]) => listOptions(child, [...path, name]));
}

/** All groups of options under `schema`, in the order of the model. */
export function listSections(schema: z.core.$ZodType, path: readonly string[] = []): SectionNode[] {
  const inner = unwrap(schema);
  const details = inner instanceof z.ZodObject ? sectionDetails.get(inner) : undefined;
  const here = details === undefined ? [] : [{ path, schema: inner as z.ZodObject, details }];
  return [...here, ...listChildren(schema).flatMap(([name, child]) => listSections(child, [...path, name]))];
}

/** The schema at a path of real keys and positions; undefined where the model has nothing there. */
export function schemaAt(
  schema: z.core.$ZodType,
  path: readonly PropertyKey[],
  value?: unknown,
): z.core.$ZodType | undefined {
  let current: z.core.$ZodType | undefined = schema;
  let currentValue = value;
  for (const key of path) {
    const inner = unionBranch(unwrap(current), currentValue);
    if (inner instanceof z.ZodObject) current = shapeOf(inner)[String(key)];
    else if (inner instanceof z.ZodArray) current = inner.def.element;
    else if (inner instanceof z.ZodRecord) current = inner.def.valueType;
    else return undefined;
    if (current === undefined) return undefined;
    currentValue =
      typeof currentValue === "object" && currentValue !== null
        ? (currentValue as Record<PropertyKey, unknown>)[key]
        : undefined;
  }
  return current;
}

/** The details of an option, wherever in its wrapping they were recorded. */
export function findDetails(schema: z.core.$ZodType): OptionDetails | undefined {
  let current = schema;
  for (;;) {
    const details = optionDetails.get(current);
    if (details !== undefined) return details;
    if (
      current instanceof z.ZodDefault ||
      current instanceof z.ZodPrefault ||
      current instanceof z.ZodOptional ||
      current instanceof z.ZodNullable
    ) {
      current = current.def.innerType;
    } else return undefined;
  }
}

/** The default of an option; undefined where it has none. */
export function defaultOf(schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return schema.def.defaultValue;
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
    ? defaultOf(schema.def.innerType)
    : undefined;
}

/** True where the option may be left out and then has no value. */
export function isOptional(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodOptional;
}

function listChildren(schema: z.core.$ZodType): [string, z.core.$ZodType][] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodObject) return Object.entries(shapeOf(inner));
  if (inner instanceof z.ZodArray) return [[anyItem, inner.def.element]];
  if (inner instanceof z.ZodRecord) return [[anyKey, inner.def.valueType]];
  if (inner instanceof z.ZodDiscriminatedUnion) {
    const seen = new Map<string, z.core.$ZodType>();
    for (const branch of inner.def.options) {
      for (const [name, child] of listChildren(branch)) if (!seen.has(name)) seen.set(name, child);
    }
    return [...seen];
  }
  return [];
}

/** The inclusive range of an option, in the words of the guides; undefined where it has none. */
export function rangeOf(schema: z.core.$ZodType): { min?: string; max?: string } | undefined {
  const inner = unwrap(schema);
  const texts = durationBounds.get(inner) ?? sizeBounds.get(inner);
  if (texts !== undefined) return texts.min === undefined && texts.max === undefined ? undefined : texts;
  if (!(inner instanceof z.ZodNumber)) return undefined;
  const integer = isInteger(inner);
  const text = (bound: number) => (integer || !Number.isInteger(bound) ? String(bound) : bound.toFixed(1));
  const min = inner.minValue;
  const max = inner.maxValue;
  const range: { min?: string; max?: string } = {};
  if (min !== null && min > Number.MIN_SAFE_INTEGER) range.min = text(min);
  if (max !== null && max < Number.MAX_SAFE_INTEGER) range.max = text(max);
  return range.min === undefined && range.max === undefined ? undefined : range;
}

/** The type of an option in the words of the reference pages: `integer`, `duration`, `one of a, b`, … */
export function typeOf(schema: z.core.$ZodType): string {
  const inner = unwrap(schema);
  if (durationBounds.has(inner)) return "duration";
  if (sizeBounds.has(inner)) return "size";
  if (inner instanceof z.ZodNumber) return isInteger(inner) ? "integer" : "number";
  if (inner instanceof z.ZodBoolean) return "boolean";
  if (inner instanceof z.ZodEnum) return `one of ${inner.options.join(", ")}`;
  if (inner instanceof z.ZodLiteral) return inner.def.values.map(String).join(" or ");
  if (inner instanceof z.ZodArray) return `list of ${typeOf(inner.def.element)}`;
  if (inner instanceof z.ZodRecord) return `map of ${typeOf(inner.def.valueType)}`;
  if (inner instanceof z.ZodObject || inner instanceof z.ZodDiscriminatedUnion) return "section";
  if (inner instanceof z.ZodUnion) return [...new Set(inner.def.options.map(typeOf))].join(" or ");
  return "string";
}

function isInteger(schema: z.ZodNumber): boolean {
  return schema.format?.includes("int") === true;
}
