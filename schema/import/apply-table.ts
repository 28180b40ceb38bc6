/** Walks a config file along a format's table: every key is mapped, dropped with a reason, or an error. */
import { clusterSpecSchema } from "../cluster-spec.ts";
import { camelCase } from "../kit/naming.ts";
import { hidden, isSecret, nearest, show } from "../kit/problems.ts";
import { schemaAt } from "../kit/walk.ts";
import { formatPath, parsePath, type Draft } from "./draft.ts";
import type { Entry, Format } from "./types.ts";

interface Tree {
  children: Map<string, Tree>;
  entries: Entry[];
}

interface Place {
  draft: Draft;
  /** Real keys and positions. */
  path: readonly (string | number)[];
  /** Positions that a `[]` in `to` takes, outermost first. */
  positions: readonly number[];
}

/** Texts that stand for something else in the guides: `NODE_1_IP`, `PEER_ID`, `$2b$12$...`. */
const placeholder = /(?:^|[^A-Za-z0-9])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:IP|ID)(?:$|[^A-Za-z0-9])|\.\.\.$/;

/** Applies the table of a format to the source of a draft. */
export function applyTable(format: Format, draft: Draft): void {
  walk(treeOf(format.entries), draft.source, { draft, path: [], positions: [] });
}

/** How many values of a file a format knows. */
export function countKnown(format: Format, source: unknown): number {
  return count(treeOf(format.entries), source);
}

function treeOf(entries: readonly Entry[]): Tree {
  const root: Tree = { children: new Map(), entries: [] };
  for (const entry of entries) {
    let place = root;
    for (const part of parsePath(entry.from)) {
      const next = place.children.get(String(part)) ?? { children: new Map<string, Tree>(), entries: [] };
      place.children.set(String(part), next);
      place = next;
    }
    place.entries.push(entry);
  }
  return root;
}

function childOf(tree: Tree, name: string): Tree | undefined {
  return tree.children.get(name) ?? tree.children.get("*");
}

function count(tree: Tree, value: unknown): number {
  const values = tree.entries.some((entry) => entry.action !== "key");
  if (values) return 1;
  const item = tree.children.get("[]");
  if (Array.isArray(value))
    return item === undefined ? 0 : value.reduce<number>((sum, each) => sum + count(item, each), 0);
  if (!isMap(value)) return 0;
  return Object.entries(value).reduce((sum, [name, each]) => {
    const child = childOf(tree, name);
    return child === undefined ? sum : sum + count(child, each);
  }, 0);
}

function walk(tree: Tree, value: unknown, place: Place): void {
  if (value === null || (tree.children.has("[]") && Array.isArray(value) && value.length === 0)) {
    noteEmpty(place);
    return;
  }
  for (const entry of tree.entries) if (entry.action === "key") apply(entry, place.path.at(-1), place);
  const entries = tree.entries.filter((entry) => entry.action !== "key");
  if (entries.length > 0) {
    for (const entry of entries) apply(entry, value, place);
    return;
  }
  const item = tree.children.get("[]");
  if (item !== undefined && Array.isArray(value)) {
    value.forEach((each, index) => {
      walk(item, each, { ...place, path: [...place.path, index], positions: [...place.positions, index] });
    });
    return;
  }
  if (item !== undefined || !isMap(value)) {
    const want = item === undefined ? "a section" : "a list";
    const path = formatPath(place.path);
    place.draft.problem({ path, message: `${leafOf(place)} must be ${want}`, got: hidden, want, rule: "type" });
    return;
  }
  Object.entries(value).forEach(([name, each], index) => {
    const child = childOf(tree, name);
    const path = [...place.path, name];
    if (child === undefined) unknown(tree, name, place);
    else if (tree.children.has(name)) walk(child, each, { ...place, path });
    else walk(child, each, { ...place, path, positions: [...place.positions, index] });
  });
}

function apply(entry: Entry, value: unknown, place: Place): void {
  const { draft } = place;
  const from = formatPath(place.path);
  if (entry.action === "handled") return;
  if (entry.action === "dropped" || entry.to === undefined) {
    draft.note({ kind: "dropped", from: entry.from, reason: entry.reason ?? "", ...rulingOf(entry) });
    return;
  }
  const to = fillPositions(entry.to, place.positions);
  const secret = isSecret(schemaAt(clusterSpecSchema, parsePath(to).map(schemaName), draft.spec)) || isSecretName(to);
  const got = secret ? hidden : value;
  const converted = entry.conversion === undefined ? value : entry.conversion.convert(value);
  if (entry.conversion !== undefined && converted === undefined) {
    const want = entry.conversion.wants;
    const message = `${leafOf(place)} must be ${want}, got ${show(got)}`;
    draft.problem({ path: from, message, got, want, rule: "type", ...rulingOf(entry) });
    return;
  }
  if (holdsPlaceholder(value)) {
    const message = `${leafOf(place)} holds a placeholder of the guide, not a value`;
    const want = "the value that belongs there";
    draft.problem({ path: from, message, got, want, rule: "placeholder", ruling: "import.placeholders" });
  }
  draft.set(to, converted, [from]);
  noteChange(entry, { changed: JSON.stringify(converted) !== JSON.stringify(value), draft });
  if (secret) {
    const reason = "the file holds this secret in plain text; keep it with `pulumi config set --secret`";
    draft.note({ kind: "secret", from: entry.from, to: entry.to, reason, ruling: "import.secrets" });
  }
}

function noteChange(entry: Entry, { changed, draft }: { changed: boolean; draft: Draft }): void {
  const to = entry.to ?? "";
  if (changed) {
    const reason = entry.reason ?? "the same meaning in the form of the spec";
    draft.note({ kind: "converted", from: entry.from, to, reason, ...rulingOf(entry) });
  } else if (entry.group !== undefined) {
    draft.note({ kind: "renamed", ...entry.group, reason: "the section stands here in a spec" });
  } else if (entry.action === "key" || entry.from !== to) {
    draft.note({ kind: "renamed", from: entry.from, to, reason: "the option's name in a spec" });
  }
}

function noteEmpty({ draft, path }: Place): void {
  const reason = "there is no value; the option's default stands";
  draft.note({ kind: "dropped", from: formatPath(path), reason, ruling: "import.empty-values" });
}

function unknown(tree: Tree, name: string, { draft, path }: Place): void {
  const known = [...tree.children.keys()].filter((child) => child !== "[]" && child !== "*");
  const near = nearest(name, known);
  const owner = path.length === 0 ? "the file" : formatPath(path);
  const message = `${name} is not a key of ${owner}${near === undefined ? "" : `; did you mean ${near}?`}`;
  const want = near ?? (known.length > 0 && known.length <= 12 ? `one of ${known.join(", ")}` : "no such key");
  draft.problem({ path: formatPath([...path, name]), message, got: hidden, want, rule: "unknown-key" });
}

function fillPositions(to: string, positions: readonly number[]): string {
  let next = 0;
  return to.replace(/\[\]/g, () => `[${positions[next++] ?? 0}]`);
}

function schemaName(part: string | number): string | number {
  return typeof part === "number" ? part : camelCase(part);
}

/** Providers are a union, whose branch isn't known before their type is set: their secrets are told by name. */
function isSecretName(to: string): boolean {
  return /(?:^|[._])secret$/.test(to);
}

function holdsPlaceholder(value: unknown): boolean {
  if (typeof value === "string") return placeholder.test(value);
  return Array.isArray(value) && value.some((item) => holdsPlaceholder(item));
}

function rulingOf(entry: Entry): { ruling?: string } {
  return entry.ruling === undefined ? {} : { ruling: entry.ruling };
}

function leafOf({ path }: Place): string {
  return path.length === 0 ? "the file" : formatPath(path.slice(-1));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
