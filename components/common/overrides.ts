/** Overrides of what the kit gives to a child resource: plain data, so that they work from a stack file too. */

import { nearest } from "@quorumkit/schema";

/** One operation of a JSON patch (RFC 6902). */
export interface PatchOperation {
  op: "add" | "remove" | "replace" | "move" | "copy" | "test";
  /** JSON pointer, for example `/labels/0/value`. */
  path: string;
  /** For `move` and `copy`. */
  from?: string;
  /** For `add`, `replace` and `test`. */
  value?: unknown;
}

/** Changes the arguments of one child: first `merge`, then `patch`. Names are those of the child's own arguments. */
export interface Override {
  /** Laid over the arguments: maps key by key, everything else whole; null removes a key. */
  merge?: Record<string, unknown>;
  patch?: PatchOperation[];
}

/** The arguments of a child after its overrides. */
export interface Overridden<Args> {
  args: Args;
  /** Keys that the kit decides by itself and that were overridden all the same. */
  ownedKeys: string[];
  /** What is wrong with the overrides. */
  problems: string[];
}

/** What is wrong with the form of overrides, which may come from a stack file: paths and messages. */
export function checkOverrides(overrides: unknown, children: readonly string[]): { path: string; message: string }[] {
  if (!isPlainMap(overrides)) return [{ path: "overrides", message: "overrides must be a map of children" }];
  return Object.entries(overrides).flatMap(([name, override]) => {
    const path = `overrides.${name}`;
    if (!children.includes(name)) {
      const near = nearest(name, children);
      const hint = near === undefined ? `; there are ${children.join(", ")}` : `; did you mean ${near}?`;
      return [{ path, message: `there is no child ${name}${hint}` }];
    }
    if (!isPlainMap(override)) return [{ path, message: "an override is a map with merge, patch or both" }];
    return Object.entries(override).flatMap(([key, value]) => {
      const right =
        key === "merge" ? isPlainMap(value) : key === "patch" && Array.isArray(value) && value.every(isPlainMap);
      const want =
        key === "merge"
          ? "merge must be a map"
          : key === "patch"
            ? "patch must be a list of operations"
            : `${key} is neither merge nor patch`;
      return right || value === undefined ? [] : [{ path: `${path}.${key}`, message: want }];
    });
  });
}

/** Applies overrides. The arguments themselves are left alone. Outputs among them are replaced, never looked into. */
export function applyOverride<Args extends object>(
  args: Args,
  override: Override | undefined,
  owned: readonly (keyof Args & string)[],
): Overridden<Args> {
  if (override === undefined) return { args, ownedKeys: [], problems: [] };
  let result = merge({ ...args } as Record<string, unknown>, override.merge ?? {});
  const problems: string[] = [];
  const touched = new Set(Object.keys(override.merge ?? {}));
  for (const operation of override.patch ?? []) {
    try {
      result = patch(result, operation) as Record<string, unknown>;
      for (const pointer of [operation.path, operation.op === "move" ? operation.from : undefined]) {
        const key = pointer === undefined || operation.op === "test" ? undefined : parsePointer(pointer)[0];
        if (key !== undefined) touched.add(key);
      }
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { args: result as Args, ownedKeys: owned.filter((key) => touched.has(key)), problems };
}

function merge(below: Record<string, unknown>, above: Record<string, unknown>): Record<string, unknown> {
  const result = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = result[key];
    if (value === null) Reflect.deleteProperty(result, key);
    else result[key] = isPlainMap(under) && isPlainMap(value) ? merge(under, value) : value;
  }
  return result;
}

function patch(document: unknown, operation: PatchOperation): unknown {
  const path = parsePointer(operation.path);
  switch (operation.op) {
    case "add":
      return edit(document, path, operation, () => ({ value: operation.value, insert: true }));
    case "replace":
      return edit(document, path, operation, (before) => {
        if (before === undefined) throw missing(operation);
        return { value: operation.value, insert: false };
      });
    case "remove":
      return edit(document, path, operation, (before) => {
        if (before === undefined) throw missing(operation);
        return undefined;
      });
    case "copy":
    case "move": {
      const from = parsePointer(operation.from ?? "");
      const value = from.reduce<unknown>((place, key) => child(place, key), document);
      if (value === undefined)
        throw new Error(`patch ${operation.op}: there is nothing at from ${JSON.stringify(operation.from)}`);
      const source = operation.op === "move" ? edit(document, from, operation, () => undefined) : document;
      return edit(source, path, operation, () => ({ value, insert: true }));
    }
    case "test":
      return edit(document, path, operation, (before) => {
        if (JSON.stringify(before) !== JSON.stringify(operation.value)) {
          throw new Error(`patch test: ${operation.path} is not ${JSON.stringify(operation.value)}`);
        }
        return { value: before, insert: false };
      });
    default:
      throw new Error(
        `patch: op must be one of add, remove, replace, move, copy, test, got ${JSON.stringify(operation.op)}`,
      );
  }
}

type Edit = (before: unknown) => { value: unknown; insert: boolean } | undefined;

/** Copies the way to a place and changes what is there; undefined removes it. */
function edit(node: unknown, path: readonly string[], operation: PatchOperation, change: Edit): unknown {
  const [key, ...rest] = path;
  if (key === undefined)
    throw new Error(`patch ${operation.op}: path must lead to a key, got ${JSON.stringify(operation.path)}`);
  const inner = (before: unknown) =>
    rest.length === 0 ? change(before) : { value: edit(before, rest, operation, change), insert: false };
  if (Array.isArray(node)) {
    const position = key === "-" ? node.length : Number(key);
    if (!Number.isInteger(position) || position < 0 || position > node.length) throw missing(operation);
    const next = inner(node[position]);
    return next === undefined ? node.toSpliced(position, 1) : node.toSpliced(position, next.insert ? 0 : 1, next.value);
  }
  if (!isPlainMap(node)) throw missing(operation);
  const next = inner(node[key]);
  if (next !== undefined) return { ...node, [key]: next.value };
  return Object.fromEntries(Object.entries(node).filter(([name]) => name !== key));
}

function child(node: unknown, key: string): unknown {
  if (Array.isArray(node)) return node[Number(key)];
  return isPlainMap(node) ? node[key] : undefined;
}

function missing({ op, path }: PatchOperation): Error {
  return new Error(`patch ${op}: there is nothing at ${JSON.stringify(path)}`);
}

function parsePointer(pointer: string): string[] {
  if (!pointer.startsWith("/")) throw new Error(`patch: a path starts with /, got ${JSON.stringify(pointer)}`);
  return pointer
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Outputs and other objects with a class of their own are values, not maps. */
function isPlainMap(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
