/** Sets a section of a config file back to its defaults, keeping comments and everything else as it is. */
import { randomBytes } from "node:crypto";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import {
  configChecksum,
  listChanges,
  nearest,
  nodeConfigSchema,
  readNodeConfig,
  snakeCase,
  toWire,
  type Change,
  type NodeConfig,
} from "@quorumkit/schema";
import { isMap, isScalar, parseDocument, type Document } from "yaml";
import { readConfigFile } from "./file.ts";
import { ConfigError, type LocatedProblem } from "./problems.ts";

/** Sections that say who the node is; they have no defaults to go back to. */
const fixedSections: ReadonlySet<string> = new Set(["system", "node", "cluster"]);

/** Names that `reset-config --component` takes. */
export const components: readonly string[] = Object.keys(nodeConfigSchema.shape)
  .map(snakeCase)
  .filter((name) => !fixedSections.has(name))
  .map((name) => name.replaceAll("_", "-"));

/** What a reset did; the file was written only for `written`. */
export type ResetResult =
  | { outcome: "written"; changes: readonly Change[] }
  | { outcome: "unchanged" }
  | { outcome: "unknown"; message: string; known: readonly string[] }
  | { outcome: "invalid"; problems: readonly LocatedProblem[] }
  | { outcome: "not-hot"; changes: readonly Change[]; message: string };

/**
 * Resets a component in a file, in one step: readers see the old file or the new one.
 * @param onlyHot refuse a reset that a running node couldn't take over without a restart
 * @throws ConfigError when the file can't be read, isn't valid before, or can't be written
 */
export async function resetComponent(
  file: string,
  component: string,
  { onlyHot }: { onlyHot: boolean },
): Promise<ResetResult> {
  const name = component.replaceAll("_", "-");
  if (!components.includes(name)) {
    const near = nearest(name, components);
    const message = `there is no component ${JSON.stringify(component)}${near === undefined ? "" : `; did you mean ${near}?`}`;
    return { outcome: "unknown", message, known: components };
  }
  // A link (as in mounted Kubernetes volumes) stays a link: what it points to is replaced.
  const path = await realpath(file).catch(() => file);
  const { text, value, where } = await readConfigFile(path);
  const before = requireValid(value, where);
  const section = name.replaceAll("-", "_");
  const document = parseDocument(text);
  const defaults = toWire(nodeConfigSchema, defaultsOf(before)) as Record<string, unknown>;
  const present = document.get(section, true);
  if (isMap(present)) resetMap(document, [section], defaults[section]);
  const { value: after, errors } = readNodeConfig(document.toJS());
  if (after === undefined) {
    return { outcome: "invalid", problems: errors.map((problem) => ({ ...problem, where: where(problem.path) })) };
  }
  const changes = listChanges(nodeConfigSchema, before, after);
  if (changes.length === 0 || configChecksum(before) === configChecksum(after)) return { outcome: "unchanged" };
  const fixed = changes.filter(({ apply }) => apply !== "hot");
  if (onlyHot && fixed.length > 0) {
    const list = fixed.map((change) => `${change.path} (${change.apply})`).join(", ");
    return { outcome: "not-hot", changes: fixed, message: `needs a restart: ${list}; nothing was changed` };
  }
  await replaceFile(path, textOf(path, document));
  return { outcome: "written", changes };
}

function requireValid(value: unknown, where: (path: string) => string): NodeConfig {
  const { value: config, errors } = readNodeConfig(value);
  if (config !== undefined) return config;
  throw new ConfigError(errors.map((problem) => ({ ...problem, where: where(problem.path) })));
}

/** The defaults of the node's own system. */
function defaultsOf(config: NodeConfig): NodeConfig {
  const { value } = readNodeConfig({ system: config.system, node: { id: config.node.id } });
  if (value === undefined) throw new Error(`the defaults of system ${config.system} are not valid`);
  return value;
}

/** What the file says is set to its default, and taken out where there is none; what it leaves out stays out. */
function resetMap(document: Document, path: readonly string[], defaults: unknown): void {
  const map = document.getIn(path, true);
  if (!isMap(map)) return;
  for (const { key } of [...map.items]) {
    const name = isScalar(key) ? String(key.value) : String(key);
    const here = [...path, name];
    const standard = valueIn(defaults, name);
    const node = document.getIn(here, true);
    if (standard === undefined) document.deleteIn(here);
    else if (isMap(node) && isPlainMap(standard)) resetMap(document, here, standard);
    // Setting the value of a scalar in place keeps the comment beside it.
    else if (isScalar(node) && !isPlainMap(standard) && !Array.isArray(standard)) node.value = standard;
    else document.setIn(here, document.createNode(standard));
  }
}

function valueIn(map: unknown, name: string): unknown {
  return isPlainMap(map) && Object.hasOwn(map, name) ? map[name] : undefined;
}

function isPlainMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(path: string, document: Document): string {
  return extname(path) === ".json"
    ? `${JSON.stringify(document.toJS(), null, 2)}\n`
    : document.toString({ lineWidth: 0 });
}

/** Writes beside the file and renames, so that a crash leaves the old or the new one whole. */
async function replaceFile(path: string, text: string): Promise<void> {
  const { mode } = await stat(path);
  const temporary = join(dirname(path), `.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx", mode & 0o777);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    const directory = await open(dirname(path));
    await directory.sync().finally(() => directory.close());
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
