/** The config file of a node on this machine: written whole or not at all, readable by its owner only. */
import { randomUUID } from "node:crypto";
import { chown, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { nodeConfigSchema, readNodeConfig, toWire, type NodeConfig } from "@quorumkit/schema";
import { parse, stringify } from "yaml";
import { splitSecrets, type ConfigParts } from "../../plan/secrets.ts";

const notice = [
  "# Written by `pulumi up` (quorumkit). What is changed here by hand is undone by the next `pulumi up`:",
  "# change the stack file instead. Holds the node's secrets where there are any: keep it private.",
  "",
].join("\n");

/** An account that a file belongs to. */
export interface Owner {
  uid: number;
  gid: number;
}

/** The text of a config file. */
export function configText(wire: Readonly<Record<string, unknown>>): string {
  return `${notice}${stringify(wire, { lineWidth: 120 })}`;
}

/** Writes a file beside the place and moves it there, so that a reader sees the old text or the new one. */
export async function writePrivately(path: string, text: string, owner?: Owner, mode = 0o600): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(draft, "wx", mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (owner !== undefined) await chown(draft, owner.uid, owner.gid);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** The text of a file; undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** The config in a text; undefined where the text is missing or holds no valid config. */
export function parseConfig(content: string | undefined): NodeConfig | undefined {
  if (content === undefined) return undefined;
  try {
    return readNodeConfig(parse(content)).value;
  } catch {
    return undefined;
  }
}

/** A config the way resources carry it. */
export function partsOf(config: NodeConfig): ConfigParts {
  return splitSecrets(toWire(nodeConfigSchema, config) as Record<string, unknown>);
}
