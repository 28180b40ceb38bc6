/** Decides what has to be done to a node so that it runs a config. Pure: what is there goes in, what to do comes out. */
import {
  configChecksum,
  engineOfNode,
  listChanges,
  nodeConfigSchema,
  strongestApply,
  type Change,
  type NodeConfig,
} from "@quorumkit/schema";
import { describeChange } from "./describe-change.ts";

/** What was found of a node. */
export interface Observation {
  /** Whether its process (container, unit) is there. */
  process: "running" | "gone";
  /** The config in its file; undefined where there is none, or none that can be read. */
  filed: NodeConfig | undefined;
  /** What it answers; undefined where it doesn't. */
  answer: { checksum: string; ready: boolean; reasons: readonly string[] } | undefined;
  /** Whether the process was started from the runtime that would be started now. */
  runtime: "current" | "outdated";
  /** Names of the files beside the config (join token, certificates) that aren't as wanted. */
  changedFiles?: readonly string[];
}

/** One step. Steps are taken in order. */
export type Step = "write-files" | "write-config" | "start" | "reload" | "restart";

/** What to do, and why. */
export interface Decision {
  steps: Step[];
  /** Options that differ from what the node runs (or is recorded to run), secrets hidden. */
  changes: Change[];
  /** Set where the world isn't as recorded: one sentence. */
  drift: string | undefined;
}

/**
 * Compares. `recorded` is the config of the last update. What the node really runs is known by its checksum only: it is
 * the recorded config, or the one in the file, or a third one, in which case it has to restart.
 */
export function decide(recorded: NodeConfig | undefined, observed: Observation, wanted: NodeConfig): Decision {
  const wantedChecksum = configChecksum(wanted);
  const running = observed.answer?.checksum;
  const known = [recorded, observed.filed].find((config) => config !== undefined && configChecksum(config) === running);
  const base = known ?? recorded ?? observed.filed;
  const changes = base === undefined ? [] : listChanges(nodeConfigSchema, base, wanted);
  const filedRight = observed.filed !== undefined && configChecksum(observed.filed) === wantedChecksum;
  const filesRight = (observed.changedFiles ?? []).length === 0;
  const write: Step[] = [
    ...(filesRight ? [] : ["write-files" as const]),
    ...(filedRight ? [] : ["write-config" as const]),
  ];

  if (observed.process === "gone") {
    return { steps: [...write, "start"], changes, drift: "the node is not running" };
  }
  if (observed.answer === undefined) {
    return { steps: [...write, "restart"], changes, drift: "the node runs but does not answer" };
  }
  if (running === wantedChecksum && observed.runtime === "current") {
    return {
      steps: filesRight ? write : [...write, "reload"],
      changes: [],
      drift: filedRight ? undefined : "the config file was changed",
    };
  }
  if (known === undefined) {
    return { steps: [...write, "restart"], changes, drift: "the node runs another config than the one recorded" };
  }
  const drift = known === recorded ? undefined : "the node runs a config that was changed by hand";
  const hot = strongestApply(changes) === "hot" && observed.runtime === "current";
  return { steps: [...write, hot ? "reload" : "restart"], changes, drift };
}

/** Says what the steps do, a line for each changed option. */
export function explain(decision: Decision, observed: Observation): string[] {
  const { steps, changes, drift } = decision;
  const last = steps.at(-1);
  const lines = changes.map((change) => `${change.path}: ${effect(change, last)} (${describeChange(change)})`);
  if (drift !== undefined) lines.push(`${drift}: ${remedy(last)}`);
  if (steps.includes("write-files")) {
    const effects = { reload: ", reloaded without a restart", restart: ", taken over by the restart" };
    const how = last === "reload" || last === "restart" ? effects[last] : "";
    lines.push(`${(observed.changedFiles ?? []).join(", ")}: written beside the config${how}`);
  }
  if (observed.process === "running" && observed.runtime === "outdated" && last === "restart") {
    lines.push("the node runtime has changed: restarts the node");
  }
  return lines;
}

function effect({ apply }: Change, last: Step | undefined): string {
  if (last === "start") return `${apply}, taken over when the node starts`;
  if (apply === "hot") return last === "restart" ? "hot, taken over by the restart" : "hot, reloaded without a restart";
  if (apply === "restart") return "restart, stops every node and starts it again";
  return `${apply}, restarts the node`;
}

function remedy(last: Step | undefined): string {
  if (last === "start") return "it will be started";
  if (last === "restart") return "it will be restarted";
  if (last === "reload") return "it will be reloaded";
  return "it will be written again";
}

/** Changes that need data to be moved, which no update does by itself: one sentence each, with the way that works. */
export function refuseMigrations(recorded: NodeConfig, wanted: NodeConfig): { path: string; reason: string }[] {
  const changes = listChanges(nodeConfigSchema, recorded, wanted).filter(({ apply }) => apply === "migrate");
  const engines = [engineOfNode(recorded), engineOfNode(wanted)] as const;
  // The number of nodes decides the engine where the config doesn't.
  const silently = engines[0] !== engines[1] && changes.every(({ path }) => path !== "consensus.engine");
  return [
    ...(silently ? [refuseEngine(...engines)] : []),
    ...changes.map(({ path, before, after }) => ({
      path,
      reason:
        `${path} can't change from ${before} to ${after} in place (migrate): the data belongs to the old value. ` +
        `Set it back, or: 1. pulumi destroy (keeps the data unless keep_data is false); 2. ${migration(path, recorded, after)}; 3. pulumi up.`,
    })),
  ];
}

function refuseEngine(before: string, after: string): { path: string; reason: string } {
  return {
    path: "consensus.engine",
    reason:
      `consensus.engine would change from ${before} to ${after} with the number of nodes (migrate), and no update moves the state from one to the other. ` +
      (before === "etcd"
        ? "Set consensus.engine to etcd: a lone member can keep it."
        : "Set the number of nodes back. A lone member that is to become more starts with consensus.engine: etcd."),
  };
}

function migration(path: string, recorded: NodeConfig, after: string): string {
  if (path === "storage.data_dir") return `mv ${recorded.storage.dataDir} ${JSON.parse(after) as string}`;
  return `give the new node a data directory of its own, or move ${recorded.storage.dataDir} away`;
}
