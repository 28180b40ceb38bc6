/**
 * The one place where names change: TypeScript is camelCase, files and HTTP bodies are snake_case. The schema leads the
 * way, so that the keys of free-form maps (labels, headers) stay as they were written.
 */
import { z } from "zod";
import { unionBranch, unwrap, shapeOf } from "./walk.ts";

/** `healingInterval` -> `healing_interval`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `healing_interval` -> `healingInterval`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A path as users see it: `faultTolerance.selfHealing` -> `fault_tolerance.self_healing`; list positions in brackets. */
export function wirePath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? snakeCase(part) : `${text}.${snakeCase(part)}`;
  }, "");
}

/** A value in the names of the schema, and the keys of the file that were left out since they are spelled the TypeScript way. */
export interface Renamed {
  value: unknown;
  /** Paths of left-out keys, as they were written. */
  misspelled: (string | number)[][];
}

/** Reads a value as written in a file into the names of the schema. Unknown keys are left as they are, for the schema to refuse. */
export function fromWire(schema: z.core.$ZodType, value: unknown): Renamed {
  const misspelled: (string | number)[][] = [];
  const rename: Renaming = (shape, key, path) => {
    const name = camelCase(key);
    if (!Object.hasOwn(shape, name)) return key;
    if (snakeCase(name) === key) return name;
    misspelled.push([...path, key]);
    return undefined;
  };
  return { value: renameKeys(schema, value, [], rename), misspelled };
}

/** Writes a value of the schema the way files have it. */
export function toWire(schema: z.core.$ZodType, value: unknown): unknown {
  return renameKeys(schema, value, [], (shape, key) => (Object.hasOwn(shape, key) ? snakeCase(key) : key));
}

/** Says what a key of a section becomes; undefined leaves it out. */
type Renaming = (shape: z.core.$ZodShape, key: string, path: readonly (string | number)[]) => string | undefined;

function renameKeys(
  schema: z.core.$ZodType,
  value: unknown,
  path: readonly (string | number)[],
  rename: Renaming,
): unknown {
  const inner = unionBranch(unwrap(schema), value);
  if (Array.isArray(value)) {
    const element = inner instanceof z.ZodArray ? inner.def.element : undefined;
    return element === undefined
      ? value
      : value.map((item, index) => renameKeys(element, item, [...path, index], rename));
  }
  if (!isRecord(value)) return value;
  if (inner instanceof z.ZodRecord) {
    const valueType = inner.def.valueType;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, renameKeys(valueType, item, [...path, key], rename)]),
    );
  }
  if (!(inner instanceof z.ZodObject)) return value;
  const shape = shapeOf(inner);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const name = rename(shape, key, path);
      if (name === undefined) return [];
      const field = shape[key] ?? shape[name];
      return [[name, field === undefined ? item : renameKeys(field, item, [...path, key], rename)]];
    }),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
