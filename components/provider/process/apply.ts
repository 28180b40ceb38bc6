/** Takes the steps that were decided. A node that refuses its new config goes on with, or gets back, the old one. */
import { rm } from "node:fs/promises";
import { nodeConfigSchema, parseDuration, toWire, type NodeConfig } from "@quorumkit/schema";
import { apiAddress } from "../../plan/endpoints.ts";
import { configText, writePrivately } from "../node/config-file.ts";
import type { Step } from "../node/decide.ts";
import { askReady } from "../node/ready.ts";
import { reloadAndWait } from "../node/reload.ts";
import { writeFiles } from "./files.ts";
import type { NodeProcessInputs } from "./inputs.ts";
import { filesOf } from "./inputs.ts";
import type { ProcessObservation } from "./observe.ts";
import { signalProcess, type ProcessIdentity } from "./process-table.ts";
import type { Runtime } from "./runtime.ts";
import { startNode, stopNode } from "./start.ts";

/** What is needed to change a node. */
export interface Job {
  inputs: NodeProcessInputs;
  wanted: NodeConfig;
  runtime: Runtime;
  observed: ProcessObservation;
  signal: AbortSignal;
}

/** Takes the steps and returns the process that runs afterwards. */
export async function applySteps(job: Job, steps: readonly Step[]): Promise<ProcessIdentity> {
  const { inputs, wanted, observed } = job;
  const [current] = observed.processes;
  let result = current;
  if (steps.includes("write-files")) await putFiles(job, inputs.files ?? {});
  if (steps.includes("write-config")) {
    await writePrivately(inputs.configFile, configText(toWire(nodeConfigSchema, wanted) as Record<string, unknown>));
  }
  try {
    if (steps.includes("reload") && current !== undefined) await reload(job, current);
    if (steps.includes("restart")) {
      for (const identity of observed.processes) await stopNode(identity, parseDuration(inputs.stopTimeout));
    }
    if (steps.includes("start") || steps.includes("restart")) result = await start(job, wanted);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${await restore(job, steps)}`, { cause: error });
  }
  if (result === undefined) throw new Error(`no process of ${inputs.configFile} was found`);
  return result;
}

/** A restart must not leave a node that served less than ready; others may be started before their fellow members are. */
function start({ inputs, runtime, observed, signal }: Job, config: NodeConfig): Promise<ProcessIdentity> {
  return startNode({
    runtime,
    files: filesOf(inputs.configFile),
    config,
    timeout: parseDuration(inputs.startTimeout),
    enough: observed.full?.ready === true ? "ready" : "waiting-for-members",
    signal,
  });
}

/** Gives every file that isn't as wanted its content; one without content is removed. */
function putFiles({ inputs, observed }: Job, contents: Readonly<Record<string, string | undefined>>): Promise<void> {
  return writeFiles(inputs.configFile, Object.keys(observed.filesFound), contents);
}

async function reload({ wanted, observed, signal }: Job, identity: ProcessIdentity): Promise<void> {
  const refusal = await reloadAndWait({
    tell: () => signalProcess(identity, "SIGHUP"),
    ask: () => askReady(apiAddress(wanted), 2_000),
    before: observed.full,
    wanted,
    signal,
  });
  if (refusal !== undefined) throw new Error(refusal);
}

/** Puts the old config file back, and the old node where it was stopped for the new one. Says what was done. */
async function restore(job: Job, steps: readonly Step[]): Promise<string> {
  const { inputs, observed } = job;
  await putFiles(job, observed.filesFound);
  if (observed.fileText === undefined) {
    await rm(inputs.configFile, { force: true });
    return "Nothing was left behind but the logs and the data directory.";
  }
  await writePrivately(inputs.configFile, observed.fileText);
  if (!steps.includes("restart") || observed.filed === undefined) return "The old config file was put back.";
  try {
    await start(job, observed.filed);
    return "The node was started again with the old config.";
  } catch (error) {
    return `The old config file was put back, but the node did not start with it either: ${(error as Error).message}`;
  }
}
