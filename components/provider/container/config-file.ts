/** `quorumkit:host:NodeConfigFile`: the config file of a node in a container, in a directory that is mounted there. */
import { chmod, chown, mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import {
  configChecksum,
  listChanges,
  nodeConfigSchema,
  strongestApply,
  toWire,
  type NodeConfig,
} from "@quorumkit/schema";
import { z } from "zod";
import type { Difference, Handler, Properties } from "../core/handler.ts";
import { checkNode, recordedConfig } from "../node/check.ts";
import { configText, parseConfig, partsOf, readIfThere, writePrivately } from "../node/config-file.ts";
import { listInputChanges } from "../node/input-changes.ts";
import { absolutePathInput, configInputs, configOf, readInputs } from "../node/inputs.ts";
import { askReady } from "../node/ready.ts";
import { reloadAndWait } from "../node/reload.ts";
import { containerState, reloadContainer } from "./docker.ts";

const shape = z.object({
  /** Where the file is written on this machine. It identifies the resource. */
  path: absolutePathInput,
  ...configInputs,
  /** The account in the container that reads it, where root writes it. */
  owner: z.object({ uid: z.int(), gid: z.int() }).optional(),
  /** The container that is told to reload it. */
  container: z.string(),
  dockerHost: z.string(),
  /** Where the node's API is reached from this machine. */
  address: z.url(),
});

type Inputs = z.output<typeof shape>;

export const nodeConfigFile: Handler = {
  secrets: ["secretConfig"],
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
    const hot = strongestApply(options) === "hot";
    const notes = options.map(({ path, apply, before, after }) => {
      const effect = hot
        ? "reloaded without a restart"
        : apply === "hot"
          ? "taken over by the new container"
          : "replaces the container";
      return `${path}: ${apply}, ${effect} (${before} -> ${after})`;
    });
    const filed = parseConfig(await readIfThere(inputs.path));
    if (changes.length === 0 && (filed === undefined || configChecksum(filed) !== configChecksum(wanted))) {
      changes.push({ path: "configChecksum", kind: "update", input: false });
      notes.push("the config file was changed or removed: it will be written again");
    }
    return { changes, notes };
  },

  async create(_context, news) {
    const inputs = readInputs(shape, news);
    await put(inputs, textOf(configOf(inputs)));
    return { id: inputs.path, state: describe(inputs) };
  },

  async read(_context, id, old) {
    const text = await readIfThere(id);
    const config = parseConfig(text) ?? recordedConfig(old);
    if (text === undefined || config === undefined) return undefined;
    const inputs = readInputs(shape, { ...old, path: id, ...partsOf(config) });
    return { inputs, state: describe(inputs) };
  },

  async update({ signal }, _id, _old, news) {
    const inputs = readInputs(shape, news);
    const wanted = configOf(inputs);
    const before = await readIfThere(inputs.path);
    const running = await askReady(inputs.address, 5_000, signal);
    await put(inputs, textOf(wanted));
    const filed = parseConfig(before);
    if (filed === undefined || running?.checksum !== configChecksum(filed)) return describe(inputs);
    // Anything but a hot change is taken over by the container that comes next.
    if (strongestApply(listChanges(nodeConfigSchema, filed, wanted)) !== "hot") return describe(inputs);
    if ((await containerState(inputs)) !== "running") return describe(inputs);
    const refusal = await reloadAndWait({
      tell: () => reloadContainer(inputs),
      ask: () => askReady(inputs.address, 2_000),
      before: running,
      wanted,
      signal,
    });
    if (refusal !== undefined) {
      if (before !== undefined) await put(inputs, before);
      throw new Error(`${refusal}\nThe old config file was put back.`);
    }
    return describe(inputs);
  },

  async delete(_context, id) {
    await rm(id, { force: true });
  },
};

/**
 * Writes the file for the account in the container. Where root does it the file is given to that account. Anybody else
 * can't give files away: then the account may read it, in a directory that is closed to everybody else on this machine.
 */
async function put(inputs: Pick<Inputs, "path" | "owner">, text: string): Promise<void> {
  const { path, owner } = inputs;
  const directory = dirname(path);
  if (owner === undefined) {
    await mkdir(dirname(directory), { recursive: true });
    await chmod(dirname(directory), 0o700);
    await mkdir(directory, { recursive: true });
    await chmod(directory, 0o755);
    await writePrivately(path, text, undefined, 0o644);
  } else {
    await mkdir(directory, { recursive: true });
    await chmod(directory, 0o700);
    await chown(directory, owner.uid, owner.gid);
    await writePrivately(path, text, owner);
  }
}

function textOf(config: NodeConfig): string {
  return configText(toWire(nodeConfigSchema, config) as Record<string, unknown>);
}

function describe(inputs: Inputs): Properties {
  return { ...inputs, configChecksum: configChecksum(configOf(inputs)) };
}
