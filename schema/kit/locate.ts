/** Finds where in a YAML (or JSON) text a problem is, so that an error can say file, line and column. */
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Node } from "yaml";

/** A place in a text; both count from 1. */
export interface Location {
  line: number;
  column: number;
}

/** A YAML text that was read once and can be asked for places. */
export interface LocatedDocument {
  /** The value; undefined where the text has syntax errors. */
  value: unknown;
  /** Syntax errors, duplicate keys among them, each with its place. */
  syntaxErrors: readonly (Location & { message: string })[];
  /** The place of a path such as `fault_tolerance.retry_attempts` or `regions.list[2].name`; of its nearest parent where it is missing. */
  locate: (path: string) => Location;
}

/** Reads a text. `prefix` leads from the root of the document to the value that paths start from. */
export function readLocated(text: string, prefix: readonly string[] = []): LocatedDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const placeOf = (offset: number): Location => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const syntaxErrors = document.errors.map((error) => ({ message: error.message, ...placeOf(error.pos[0]) }));
  return {
    value: syntaxErrors.length === 0 ? (document.toJS({ maxAliasCount: 100 }) as unknown) : undefined,
    syntaxErrors,
    locate: (path) => placeOf(offsetOf(document.contents, [...prefix, ...splitPath(path)])),
  };
}

/** `a.b[2].c` -> `a`, `b`, `2`, `c`. */
function splitPath(path: string): string[] {
  return path === "" ? [] : path.replace(/\[(\d+)\]/g, ".$1").split(".");
}

function offsetOf(root: Node | null, path: readonly string[]): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key);
      if (pair === undefined) return offset;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      if (typeof node !== "object" || node === null) return offset;
      offset = (node as Node).range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}
