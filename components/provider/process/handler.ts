/** `quorumkit:host:NodeProcess`: a node as a process of this machine. Its id is the path of its config file. */
import { rm } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, relative } from "node:path";
import { configChecksum, parseDuration, type NodeConfig } from "@quorumkit/schema";
import { apiAddress } from "../../plan/endpoints.ts";
import type { Difference, Handler, Properties } from "../core/handler.ts";
import { checkNode, recordedConfig } from "../node/check.ts";
import { partsOf } from "../node/config-file.ts";
import { decide, explain } from "../node/decide.ts";
import { listInputChanges } from "../node/input-changes.ts";
import { configOf, readInputs } from "../node/inputs.ts";
import { applySteps } from "./apply.ts";
import {
  filesOf,
  nodeProcessInputs,
  nodeProcessOutputs,
  type NodeProcessInputs,
  type NodeProcessOutputs,
} from "./inputs.ts";
import { removeFiles } from "./files.ts";
import { observeProcess, type ProcessObservation } from "./observe.ts";
import { requireQuorumWithout } from "./quorum.ts";
import type { ProcessIdentity } from "./process-table.ts";
import { putRemovalAside } from "./removed-member.ts";
import { locateRuntime, type Runtime } from "./runtime.ts";
import { stopNode } from "./start.ts";

/** How long a node may take to answer: briefly where only a preview depends on it. In milliseconds. */
const patience = { preview: 2_000, update: 10_000 };

export const nodeProcess: Handler = {
  secrets: ["secretConfig", "files"],
  outputs: nodeProcessOutputs,

  check(_context, olds, news) {
    return Promise.resolve(checkNode({ shape: nodeProcessInputs, identity: "configFile" }, olds, news));
  },

  async diff(_context, id, old, news): Promise<Difference> {
    const inputs = readInputs(nodeProcessInputs, news);
    const changes = listInputChanges(old, inputs, {
      names: Object.keys(nodeProcessInputs.shape),
      replacing: ["configFile"],
    });
    if (inputs.configFile !== id) {
      return { changes, notes: [`config file: moves from ${id} to ${inputs.configFile}, the node is replaced`] };
    }
    const observed = await observe(inputs, old, patience.preview);
    const decision = decide(recordedConfig(old), observed, configOf(inputs));
    const pid = observed.processes[0]?.pid;
    const adopted = pid !== undefined && pid !== old["pid"];
    if (changes.length === 0 && (decision.steps.length > 0 || adopted)) {
      changes.push({ path: decision.steps.length > 0 ? "status" : "pid", kind: "update", input: false });
    }
    const notes = explain(decision, observed);
    if (adopted && decision.steps.length === 0) notes.push(`the node runs as process ${pid}: it will be recorded`);
    return { changes, notes };
  },

  async create({ signal }, news) {
    const inputs = readInputs(nodeProcessInputs, news);
    await putRemovalAside(configOf(inputs).storage.dataDir);
    return { id: inputs.configFile, state: await bringUp(inputs, {}, signal) };
  },

  async read({ log }, id, old) {
    const recorded = recordedConfig(old);
    const observed = await observeProcess({ configFile: id, recorded, patience: patience.update });
    const config = observed.filed ?? recorded;
    if (config === undefined || (observed.process === "gone" && observed.fileText === undefined)) return undefined;
    if (observed.filed === undefined) {
      await log(
        "warning",
        `${id} holds no valid config; the recorded one is kept until the next update writes it again`,
      );
    }
    const inputs = readInputs(nodeProcessInputs, { ...old, configFile: id, ...partsOf(config) });
    const version = old["runtimeVersion"];
    return {
      inputs,
      state: describe(
        inputs,
        config,
        observed.processes[0],
        typeof version === "string" ? version : (observed.full?.version ?? ""),
      ),
    };
  },

  async update({ signal }, _id, old, news) {
    return bringUp(readInputs(nodeProcessInputs, news), old, signal);
  },

  async delete(_context, id, old) {
    const inputs = readInputs(nodeProcessInputs, old);
    const { processes } = await observeProcess({ configFile: id, patience: 0 });
    for (const identity of processes) await stopNode(identity, parseDuration(inputs.stopTimeout));
    if (!inputs.keepData) await removeData(configOf(inputs).storage.dataDir);
    await rm(id, { force: true });
    await rm(filesOf(id).errorFile, { force: true });
    await removeFiles(id, inputs.files);
  },
};

async function bringUp(inputs: NodeProcessInputs, old: Properties, signal: AbortSignal): Promise<Properties> {
  const wanted = configOf(inputs);
  const runtime = locateRuntime(inputs.runtime);
  const observed = await observe(inputs, old, patience.update, runtime);
  const { steps } = decide(recordedConfig(old), observed, wanted);
  const running = recordedConfig(old) ?? observed.filed;
  if (steps.includes("restart") && observed.full?.ready === true && running !== undefined) {
    await requireQuorumWithout(running, patience.update, signal);
  }
  const identity = await applySteps({ inputs, wanted, runtime, observed, signal }, steps);
  return describe(inputs, wanted, identity, runtime.version);
}

function observe(
  inputs: NodeProcessInputs,
  old: Properties,
  limit: number,
  runtime: Runtime = locateRuntime(inputs.runtime),
): Promise<ProcessObservation> {
  const started = old["runtimeVersion"];
  const outdated = typeof started === "string" && started !== runtime.version;
  return observeProcess({
    configFile: inputs.configFile,
    recorded: recordedConfig(old),
    runtime: outdated ? "outdated" : "current",
    files: { wanted: inputs.files ?? {}, before: recordedFiles(old) },
    patience: limit,
  });
}

/** The files of the last update. */
function recordedFiles(old: Properties): readonly string[] {
  const files = old["files"];
  return typeof files === "object" && files !== null ? Object.keys(files) : [];
}

function describe(
  inputs: NodeProcessInputs,
  config: NodeConfig,
  identity: ProcessIdentity | undefined,
  runtimeVersion: string,
): Properties {
  const outputs: NodeProcessOutputs = {
    nodeId: config.node.id,
    status: identity === undefined ? "stopped" : "running",
    pid: identity?.pid ?? 0,
    processStartTime: identity?.startedAt ?? "",
    runtimeVersion,
    address: apiAddress(config),
    dataDirectory: config.storage.dataDir,
    configChecksum: configChecksum(config),
    logFile: filesOf(inputs.configFile).logFile,
  };
  return { ...inputs, ...outputs };
}

/** Removes a data directory, but never one that holds more than a node's data could. */
async function removeData(directory: string): Promise<void> {
  const holds = (place: string) => {
    const way = relative(directory, place);
    return way === "" || (!way.startsWith("..") && !isAbsolute(way));
  };
  if (directory.split("/").filter((part) => part !== "").length < 2 || holds(homedir()) || holds(process.cwd())) {
    throw new Error(
      `storage.data_dir: ${directory} is not removed, it holds more than the data of a node. ` +
        "Remove the data yourself and set keep_data of the target to true.",
    );
  }
  await rm(directory, { recursive: true, force: true });
}
