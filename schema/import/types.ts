/** What an import of an existing config file is made of: the tables that the formats are written as, and what comes out. */
import type { Problem } from "../kit/problems.ts";
import type { SystemName } from "../presets/systems.ts";

/** The formats that are read: the config files of the four guides, named like the systems. */
export type ImportFormat = SystemName;

/** Something that a reader of the new spec should know about the old file. */
export interface ImportNote {
  /**
   * `renamed`: the same value under another name; `converted`: the same meaning in another form; `dropped`: not taken
   * over; `added`: not in the file; `secret`: a secret that the file held in plain text.
   */
  kind: "renamed" | "converted" | "dropped" | "added" | "secret";
  /** Path in the file, `[]` for any item of a list and `*` for any key of a map; empty for what the file doesn't have. */
  from: string;
  /** Path in the spec; absent for what was dropped. */
  to?: string;
  /** Why, in a sentence. */
  reason: string;
  /** The line of docs/guide-rulings.md that it goes back to; every `dropped` has one. */
  ruling?: string;
}

/** A problem of the file. `path` is that of the file where it can be told, otherwise that of the spec. */
export interface ImportProblem extends Problem {
  /** Path in the spec, where the problem was found there. */
  option?: string;
  /** The line of docs/guide-rulings.md that gives the reason. */
  ruling?: string;
}

/** Where one value of the file went. */
export interface Mapping {
  /** Path in the file, with list positions. */
  from: string;
  /** Path in the spec, with list positions. */
  to: string;
}

/** The outcome of an import. */
export interface Imported {
  /** The format that the file has; undefined where it was not recognised. */
  format: ImportFormat | undefined;
  /** A cluster spec as in a stack file (snake_case), with what the file says and nothing else; undefined where there are errors. */
  spec: Record<string, unknown> | undefined;
  problems: ImportProblem[];
  notes: ImportNote[];
  mappings: Mapping[];
}

/** A change of form. Gives undefined for a value that it can't read. */
export interface Conversion {
  /** What it reads, for the error about anything else. */
  wants: string;
  convert: (value: unknown) => unknown;
}

/** One line of a format's table. Several lines may read the same key. */
export interface Entry {
  /** Path in the file; `[]` stands for every item of a list, `*` for every key of a map. */
  from: string;
  /**
   * - `option`: the value becomes that of the option `to`; every `[]` of it takes the position of a `[]` or `*` of `from`;
   * - `key`: the same for the key of a map item;
   * - `dropped`: there is a note with the reason;
   * - `handled`: the format's `finish` sees to it.
   */
  action: "option" | "key" | "dropped" | "handled";
  to?: string;
  conversion?: Conversion;
  /** Explains the note; for an option only where the value changed its form. */
  reason?: string;
  ruling?: string;
  /** Entries with the same value share one note about their new place, which says that the first became the second. */
  group?: { from: string; to: string };
}

/** The parts of an import that a format's `finish` may use. */
export interface Workpiece {
  /** The file, as read. */
  readonly source: unknown;
  /** Sets an option, and records where its value came from (paths in the file; none where it was added). */
  set: (to: string, value: unknown, from?: readonly string[]) => void;
  /** The value of an option so far. */
  get: (to: string) => unknown;
  /** Takes an option back, with its notes, and the sections that are empty then. */
  unset: (to: string) => void;
  /** The switch at a path of the file; undefined where there is none, or something else, which is then a problem. */
  readSwitch: (path: string) => boolean | undefined;
  note: (note: ImportNote) => void;
  problem: (problem: Omit<ImportProblem, "severity">) => void;
}

/** A config format. */
export interface Format {
  name: ImportFormat;
  entries: readonly Entry[];
  /** Moves a fragment to where it stands in a whole file; given back as it is where it is none. */
  unfold?: (source: Record<string, unknown>) => { source: Record<string, unknown>; note?: ImportNote };
  /** What takes more than one key to decide. */
  finish?: (piece: Workpiece) => void;
}

/** An option of the same or another name. */
export function option(
  from: string,
  to: string = from,
  more: { conversion?: Conversion; reason?: string; ruling?: string } = {},
): Entry {
  return { from, action: "option", to, ...more };
}

/** Several options of one section, under the same names. */
export function options(section: string, names: readonly string[], toSection: string = section): Entry[] {
  return names.map((name) => option(`${section}.${name}`, `${toSection}.${name}`));
}

/** An option that takes the key of a map item. */
export function key(from: string, to: string): Entry {
  return { from, action: "key", to };
}

/** A key that is not taken over. */
export function dropped(from: string, ruling: string, reason: string): Entry {
  return { from, action: "dropped", ruling, reason };
}

/** Keys that the format's `finish` sees to. */
export function handled(...paths: readonly string[]): Entry[] {
  return paths.map((from) => ({ from, action: "handled" }));
}
