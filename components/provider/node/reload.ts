/** Has a running node take over its new config file. */
import { configChecksum, type NodeConfig } from "@quorumkit/schema";
import { pollReady, type ReadyAnswer } from "./ready.ts";

/** How long a node may take for a reload, in milliseconds. */
const reloadTimeout = 15_000;

/** A reload: how the node is told, and what it must answer. */
export interface Reload {
  /** Tells the node (SIGHUP). */
  tell: () => Promise<unknown>;
  ask: () => Promise<ReadyAnswer | undefined>;
  /** What it answered before. */
  before: ReadyAnswer | undefined;
  wanted: NodeConfig;
  signal: AbortSignal;
}

/** Undefined when the node runs the new config, else what it said against it. */
export async function reloadAndWait({ tell, ask, before, wanted, signal }: Reload): Promise<string | undefined> {
  const last = JSON.stringify(before?.lastReload);
  const checksum = configChecksum(wanted);
  await tell();
  const { answer } = await pollReady(
    ask,
    // The checksum alone doesn't tell: where only files beside the config have changed it is the same.
    (current) =>
      current?.lastReload !== undefined &&
      JSON.stringify(current.lastReload) !== last &&
      (current.checksum === checksum || !current.lastReload.ok),
    reloadTimeout,
    signal,
  );
  if (answer?.checksum === checksum && answer.lastReload?.ok === true) return undefined;
  return `node ${wanted.node.id} refused to reload its config: ${answer?.lastReload?.error ?? "it does not answer"}`;
}
