/**
 * `quorumkit:host:NodeConfigFile`: the config file of a node in a container, and the files beside it, in a directory that
 * is mounted there.
 */
import { rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import {
  configChecksum,
  listChanges,
  nodeConfigSchema,
  strongestApply,
  toWire,
  type Change,
  type NodeConfig,
} from "@quorumkit/schema";
import { z } from "zod";
import type { Context, Difference, Handler, Properties } from "../core/handler.ts";
import { checkNode, recordedConfig } from "../node/check.ts";
import { configText, parseConfig, partsOf, readIfThere } from "../node/config-file.ts";
import { describeChange } from "../node/describe-change.ts";
import { listInputChanges } from "../node/input-changes.ts";
import { absolutePathInput, configInputs, configOf, readInputs } from "../node/inputs.ts";
import { askReady } from "../node/ready.ts";
import { reloadAndWait } from "../node/reload.ts";
import { compareFiles } from "../process/files.ts";
import { containerState, reloadContainer } from "./docker.ts";
import { dropFiles, putFile, type MountedDirectory } from "./mounted-files.ts";

/** Says when the node was made; a node that was removed from its cluster before that may join it again. */
const admissionFile = "admission";

const fileName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "must be a plain file name: letters, digits, dots, hyphens, no slash")
  .refine((name) => name !== "node.yaml" && name !== admissionFile, "must not be one of the node's own files");

const shape = z.object({
  /** Where the file is written on this machine. It identifies the resource. */
  path: absolutePathInput,
  ...configInputs,
  /** Contents of files beside the config (join token, certificates), by name. */
  files: z.record(fileName, z.string()).optional(),
  /** The account in the container that reads them, where root writes them. */
  owner: z.object({ uid: z.int(), gid: z.int() }).optional(),
  /** The container that is told to reload them. */
  container: z.string(),
  dockerHost: z.string(),
  /** Where the node's API is reached from this machine. */
  address: z.url(),
});

type Inputs = z.output<typeof shape>;

export const nodeConfigFile: Handler = {
  secrets: ["secretConfig", "files"],
  outputs: ["configChecksum"],

  check(_context, olds, news) {
    return Promise.resolve(checkNode({ shape, identity: "path" }, olds, news));
  },

  async diff(_context, _id, old, news): Promise<Difference> {
    const inputs = readInputs(shape, news);
    const wanted = configOf(inputs);
    const recorded = recordedConfig(old);
    const changes = listInputChanges(old, inputs, { names: Object.keys(shape.shape), replacing: ["path"] });
    const options = recorded === undefined ? [] : listChanges(nodeConfigSchema, recorded, wanted);
    const hot = isHot(options);
    const notes = options.map(
      (change) => `${change.path}: ${change.apply}, ${effectOf(change, hot)} (${describeChange(change)})`,
    );
    const filed = parseConfig(await readIfThere(inputs.path));
    const differing = await differingFiles(inputs, old);
    if (differing.length > 0) {
      const effect = hot ? "reloaded without a restart" : "taken over by the new container";
      notes.push(`${differing.join(", ")}: written beside the config, ${effect}`);
    }
    if (changes.length === 0 && (filed === undefined || configChecksum(filed) !== configChecksum(wanted))) {
      changes.push({ path: "configChecksum", kind: "update", input: false });
      notes.push("the config file was changed or removed: it will be written again");
    }
    if (changes.length === 0 && differing.length > 0) changes.push({ path: "files", kind: "update", input: false });
    return { changes, notes };
  },

  async create(_context, news) {
    const inputs = readInputs(shape, news);
    const admission = `${JSON.stringify({ admitted_at: new Date().toISOString() })}\n`;
    await putFile(placeOf(inputs), admissionFile, admission);
    for (const [name, text] of Object.entries(inputs.files ?? {})) await putFile(placeOf(inputs), name, text);
    await putConfig(inputs, textOf(configOf(inputs)));
    return { id: inputs.path, state: describe(inputs) };
  },

  async read(_context, id, old) {
    const text = await readIfThere(id);
    const config = parseConfig(text) ?? recordedConfig(old);
    if (text === undefined || config === undefined) return undefined;
    const inputs = readInputs(shape, { ...old, path: id, ...partsOf(config) });
    return { inputs, state: describe(inputs) };
  },

  update({ signal }, _id, old, news) {
    return update(readInputs(shape, news), old, signal);
  },

  async delete(_context, id, old) {
    await rm(id, { force: true });
    await dropFiles(dirname(id), [admissionFile, ...recordedFiles(old)]);
  },
};

async function update(inputs: Inputs, old: Properties, signal: Context["signal"]): Promise<Properties> {
  const wanted = configOf(inputs);
  const before = await readIfThere(inputs.path);
  const running = await askReady(inputs.address, 5_000, signal);
  const found = await compareFiles(inputs.path, inputs.files ?? {}, recordedFiles(old));
  await putFiles(inputs, Object.keys(found), inputs.files ?? {});
  await putConfig(inputs, textOf(wanted));
  const filed = parseConfig(before);
  if (filed === undefined || running?.checksum !== configChecksum(filed)) return describe(inputs);
  // Anything but a hot change is taken over by the container that comes next.
  if (!isHot(listChanges(nodeConfigSchema, filed, wanted))) return describe(inputs);
  if (configChecksum(filed) === configChecksum(wanted) && Object.keys(found).length === 0) return describe(inputs);
  if ((await containerState(inputs)) !== "running") return describe(inputs);
  const refusal = await reloadAndWait({
    tell: () => reloadContainer(inputs),
    ask: () => askReady(inputs.address, 2_000),
    before: running,
    wanted,
    signal,
  });
  if (refusal === undefined) return describe(inputs);
  await putFiles(inputs, Object.keys(found), found);
  if (before !== undefined) await putConfig(inputs, before);
  throw new Error(`${refusal}\nThe old files were put back.`);
}

/** Whether a running node takes over these changes; none at all is one that it does. */
function isHot(changes: readonly Change[]): boolean {
  return changes.length === 0 || strongestApply(changes) === "hot";
}

function effectOf({ apply }: Change, hot: boolean): string {
  if (hot) return "reloaded without a restart";
  return apply === "hot" ? "taken over by the new container" : "replaces the container";
}

function placeOf({ path, owner }: Inputs): MountedDirectory {
  return { directory: dirname(path), owner };
}

function putConfig(inputs: Inputs, text: string): Promise<void> {
  return putFile(placeOf(inputs), basename(inputs.path), text);
}

/** Gives the named files their contents; one without content is removed. */
async function putFiles(
  inputs: Inputs,
  names: readonly string[],
  contents: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  for (const name of names) {
    const text = contents[name];
    if (text === undefined) await rm(join(dirname(inputs.path), name), { force: true });
    else await putFile(placeOf(inputs), name, text);
  }
}

/** Names of files that aren't as wanted. */
async function differingFiles(inputs: Inputs, old: Properties): Promise<string[]> {
  return Object.keys(await compareFiles(inputs.path, inputs.files ?? {}, recordedFiles(old))).sort();
}

/** The files of the last update. */
function recordedFiles(old: Properties): string[] {
  const { files } = old;
  return typeof files === "object" && files !== null ? Object.keys(files) : [];
}

function textOf(config: NodeConfig): string {
  return configText(toWire(nodeConfigSchema, config) as Record<string, unknown>);
}

function describe(inputs: Inputs): Properties {
  return { ...inputs, configChecksum: configChecksum(configOf(inputs)) };
}
