/** Turns a config file of the guides into a cluster spec. */
import { readClusterSpec } from "../cluster-spec.ts";
import type { Problem } from "../kit/problems.ts";
import { applyTable, countKnown } from "./apply-table.ts";
import { coordinator } from "./coordinator.ts";
import { Draft } from "./draft.ts";
import { grape } from "./grape.ts";
import { maif } from "./maif.ts";
import { ollamamax } from "./ollamamax.ts";
import { readFile, type FileContent } from "./read-file.ts";
import { rulingOfRule } from "./rulings.ts";
import type { Format, Imported, ImportFormat, ImportProblem } from "./types.ts";

/** The formats, by name. */
export const formats: Readonly<Record<ImportFormat, Format>> = { ollamamax, coordinator, grape, maif };

/** What an import is told beside the file. */
export interface ImportOptions {
  /** The format of the file; `auto`, the default, recognises it by its keys. */
  format?: ImportFormat | "auto";
  /** Name of the cluster, where the file has none; the name of the system otherwise. */
  name?: string;
  /** Number of members, where the file doesn't say; one otherwise. */
  members?: number;
}

/**
 * Reads a config file, YAML or JSON, and maps every key of it onto a cluster spec. Keys that no format has, values that
 * the spec refuses, and what the rulings reject are errors; what is renamed or dropped is noted. The spec holds what
 * the file says, over the defaults of its system.
 */
export function importConfig(text: string, given: ImportOptions = {}): Imported {
  const content = readFile(text);
  if (content.config === undefined) return refuse(content.problems, content);
  const format = recognise(content.config, given.format ?? "auto");
  if (!("entries" in format)) return refuse([format], content);
  const unfolded = format.unfold?.(content.config) ?? { source: content.config };
  const draft = new Draft(unfolded.source);
  draft.set("system", format.name);
  for (const note of content.notes) draft.note(note);
  if (unfolded.note !== undefined) draft.note(unfolded.note);
  applyTable(format, draft);
  format.finish?.(draft);
  completeMembers(draft, content, given.members);
  completeName(draft, given.name ?? format.name);
  const problems = [...draft.problems, ...validate(draft)];
  const valid = !problems.some(({ severity }) => severity === "error");
  const { notes, mappings } = draft;
  return { format: format.name, spec: valid ? inOrder(draft.spec) : undefined, problems, notes, mappings };
}

function refuse(problems: ImportProblem[], { notes }: FileContent): Imported {
  return { format: undefined, spec: undefined, problems, notes, mappings: [] };
}

/** The format that knows the most values of a file; a problem where none or several do. */
function recognise(config: Record<string, unknown>, wanted: ImportFormat | "auto"): Format | ImportProblem {
  if (wanted !== "auto") return formats[wanted];
  const scored = Object.values(formats).map((format) => ({
    format,
    known: countKnown(format, format.unfold?.(config).source ?? config),
  }));
  const most = Math.max(...scored.map(({ known }) => known));
  const [best, another] = scored.filter(({ known }) => known === most);
  if (best !== undefined && most > 0 && another === undefined) return best.format;
  const names = Object.keys(formats).join(", ");
  const message =
    most === 0
      ? `the file has no key of any known format; at the top it has ${Object.keys(config).slice(0, 5).join(", ") || "none"}`
      : "the file could be of several formats: all its keys are common to them";
  return { severity: "error", path: "", message, want: `the format by name: one of ${names}`, rule: "unknown-format" };
}

function completeMembers(draft: Draft, { replicas }: FileContent, told: number | undefined): void {
  const add = (value: unknown, reason: string) => {
    draft.set("members", value);
    draft.note({ kind: "added", from: "", to: "members", reason, ruling: "import.members" });
  };
  if (draft.get("members") === undefined && replicas !== undefined) add(replicas, "the replicas of the StatefulSet");
  const known = draft.get("members");
  if (told === undefined || told === known) return;
  if (known === undefined) {
    add(told, "as told beside the file");
    return;
  }
  const message = `the file has ${JSON.stringify(known)} members, not ${told}`;
  draft.problem({ path: "members", message, got: told, want: "the number in the file, or none", rule: "members" });
}

function completeName(draft: Draft, name: string): void {
  if (draft.get("name") !== undefined) return;
  draft.set("name", name);
  const reason = "the file doesn't name the cluster";
  draft.note({ kind: "added", from: "", to: "name", reason, ruling: "import.cluster-name" });
}

/** The problems of the spec, at the places of the file; without those of values that are errors already. */
function validate(draft: Draft): ImportProblem[] {
  const { errors, warnings } = readClusterSpec(draft.spec);
  const refused = new Set(draft.problems.map(({ path }) => path));
  return [...errors, ...warnings]
    .map((problem) => locate(draft, problem))
    .filter(({ path, option }) => option === undefined || !refused.has(path));
}

function locate(draft: Draft, problem: Problem): ImportProblem {
  const ruling = rulingOfRule[problem.rule];
  const reason = ruling === undefined ? {} : { ruling };
  const from = draft.mappings.find(({ to }) => problem.path === to || isBelow(problem.path, to));
  if (from === undefined) return { ...problem, ...reason };
  const rest = problem.path.slice(from.to.length);
  return { ...problem, path: `${from.from}${rest}`, option: problem.path, ...reason };
}

function isBelow(path: string, parent: string): boolean {
  return path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);
}

/** Name, system and members first, as people write a spec. */
function inOrder({ name, system, members, gateways, ...rest }: Record<string, unknown>): Record<string, unknown> {
  return {
    name,
    system,
    ...(members === undefined ? {} : { members }),
    ...(gateways === undefined ? {} : { gateways }),
    ...rest,
  };
}
