/** A spec in the making: set by paths, with a record of where every value came from. */
import { show, valueAt } from "../kit/problems.ts";
import type { ImportNote, ImportProblem, Mapping, Workpiece } from "./types.ts";

/** `regions.list[0].name` -> `regions`, `list`, 0, `name`. */
export function parsePath(path: string): (string | number)[] {
  return path
    .replace(/\[(\d*)\]/g, ".[$1]")
    .split(".")
    .filter((part) => part !== "")
    .map((part) => (/^\[\d+\]$/.test(part) ? Number(part.slice(1, -1)) : part));
}

/** The other way round. */
export function formatPath(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    return text === "" ? part : `${text}.${part}`;
  }, "");
}

/** The workpiece of an import. */
export class Draft implements Workpiece {
  readonly source: unknown;
  readonly spec: Record<string, unknown> = {};
  notes: ImportNote[] = [];
  readonly problems: ImportProblem[] = [];
  mappings: Mapping[] = [];

  constructor(source: unknown) {
    this.source = source;
  }

  set(to: string, value: unknown, from: readonly string[] = []): void {
    const path = parsePath(to);
    let place: Record<string | number, unknown> = this.spec;
    path.forEach((part, index) => {
      if (index === path.length - 1) {
        place[part] = value;
        return;
      }
      place[part] ??= typeof path[index + 1] === "number" ? [] : {};
      place = place[part] as Record<string | number, unknown>;
    });
    for (const each of from) this.mappings.push({ from: each, to });
  }

  get(to: string): unknown {
    return valueAt(this.spec, parsePath(to));
  }

  unset(to: string): void {
    this.mappings = this.mappings.filter((mapping) => mapping.to !== to);
    this.notes = this.notes.filter((note) => note.to !== to);
    for (let path = parsePath(to); path.length > 0; path = path.slice(0, -1)) {
      const parent = valueAt(this.spec, path.slice(0, -1));
      if (typeof parent !== "object" || parent === null) return;
      Reflect.deleteProperty(parent, path.at(-1) ?? "");
      if (Object.keys(parent).length > 0) return;
    }
  }

  readSwitch(path: string): boolean | undefined {
    const value = valueAt(this.source, parsePath(path));
    if (typeof value === "boolean" || value === undefined || value === null) return value ?? undefined;
    const name = path.slice(path.lastIndexOf(".") + 1);
    const message = `${name} must be true or false, got ${show(value)}`;
    this.problem({ path, message, got: value, want: "true or false", rule: "type" });
    return undefined;
  }

  /** Adds a note, once; that a value changed its form says more than that it changed its name. */
  note(note: ImportNote): void {
    const place = this.notes.findIndex((other) => samePlace(other, note));
    if (place === -1) this.notes.push(note);
    else if (note.kind === "converted") this.notes[place] = note;
  }

  problem(problem: Omit<ImportProblem, "severity">): void {
    this.problems.push({ severity: "error", ...problem });
  }
}

function samePlace(one: ImportNote, other: ImportNote): boolean {
  const values = ["renamed", "converted"];
  const sameKind = one.kind === other.kind || (values.includes(one.kind) && values.includes(other.kind));
  return sameKind && one.from === other.from && one.to === other.to;
}
