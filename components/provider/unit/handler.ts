/** `quorumkit:host:NodeUnit`: a node as a systemd unit of a host that is reached by ssh. Its id is `host/unit`. */
import {
  checksumOf,
  configChecksum,
  nodeConfigSchema,
  parseDuration,
  toWire,
  type NodeConfig,
} from "@quorumkit/schema";
import type { Context, Difference, Handler, Properties } from "../core/handler.ts";
import { checkNode, recordedConfig } from "../node/check.ts";
import { configText, parseConfig, partsOf } from "../node/config-file.ts";
import { decide, explain, type Decision, type Observation } from "../node/decide.ts";
import { listInputChanges } from "../node/input-changes.ts";
import { configOf, readInputs } from "../node/inputs.ts";
import { pollReady, type ReadyAnswer } from "../node/ready.ts";
import { reloadAndWait } from "../node/reload.ts";
import { locateRuntime } from "../process/runtime.ts";
import { makeBundle, type Bundle } from "./bundle.ts";
import {
  nodeUnitInputs,
  nodeUnitOutputs,
  placesOf,
  targetOf,
  unitText,
  type NodeUnitInputs,
  type UnitPlaces,
} from "./inputs.ts";
import {
  askRemote,
  hasFailed,
  install,
  journal,
  lookAt,
  removeUnit,
  writeRemote,
  type RemoteState,
} from "./remote-node.ts";
import { mustRun, shellQuote } from "./ssh.ts";

export const nodeUnit: Handler = {
  secrets: ["secretConfig"],
  outputs: nodeUnitOutputs,

  check(_context, olds, news) {
    return Promise.resolve(checkNode({ shape: nodeUnitInputs, identity: "host" }, olds, news));
  },

  async diff(_context, _id, old, news): Promise<Difference> {
    const inputs = readInputs(nodeUnitInputs, news);
    const changes = listInputChanges(old, inputs, { names: Object.keys(nodeUnitInputs.shape), replacing: ["host"] });
    if (changes.some(({ kind }) => kind === "replace")) return { changes, notes: [] };
    const bundle = await makeBundle(locateRuntime(inputs.runtime));
    try {
      const { decision, observed } = await compare(inputs, old, bundle);
      if (changes.length === 0 && decision.steps.length > 0)
        changes.push({ path: "status", kind: "update", input: false });
      return { changes, notes: explain(decision, observed) };
    } finally {
      await bundle.remove();
    }
  },

  async create(context, news) {
    const inputs = readInputs(nodeUnitInputs, news);
    const state = await bringUp(context, inputs, {});
    return { id: `${inputs.host}/${String(state["unit"])}`, state };
  },

  async read(_context, id, old) {
    const recorded = recordedConfig(old);
    const [host = "", unit = ""] = id.split("/");
    const nodeId = /^quorumkit-(.*)\.service$/.exec(unit)?.[1];
    if (nodeId === undefined)
      throw new Error(`import id must be HOST/quorumkit-NODE.service, got ${JSON.stringify(id)}`);
    const base = readInputs(nodeUnitInputs.omit({ config: true, secretConfig: true }), { ...old, host });
    const places = placesOf(base, nodeId, text(old["runtimeChecksum"]));
    const remote = await lookAt(targetOf(base), places);
    const config = parseConfig(remote.configText) ?? recorded;
    if (remote.unitText === undefined || config === undefined) return undefined;
    const inputs = readInputs(nodeUnitInputs, { ...base, ...partsOf(config) });
    const state = describe(inputs, config, places, text(old["runtimeChecksum"]), remote.unitText);
    return { inputs, state: { ...state, status: remote.active ? "running" : "stopped" } };
  },

  update(context, _id, old, news) {
    return bringUp(context, readInputs(nodeUnitInputs, news), old);
  },

  async delete(_context, _id, old) {
    const inputs = readInputs(nodeUnitInputs, old);
    const config = configOf(inputs);
    const places = placesOf(inputs, config.node.id, text(old["runtimeChecksum"]));
    await removeUnit(inputs, places, targetOf(inputs), inputs.keepData ? undefined : config.storage.dataDir);
  },
};

interface Comparison {
  decision: Decision;
  observed: Observation;
  places: UnitPlaces;
  remote: RemoteState;
  wantedUnit: string;
  answer: Awaited<ReturnType<typeof askRemote>>;
}

async function compare(inputs: NodeUnitInputs, old: Properties, bundle: Bundle): Promise<Comparison> {
  const wanted = configOf(inputs);
  const places = placesOf(inputs, wanted.node.id, bundle.checksum);
  const target = targetOf(inputs);
  const remote = await lookAt(target, places);
  const wantedUnit = unitText(inputs, wanted, places, bundle.entry);
  const recorded = recordedConfig(old);
  const filed = parseConfig(remote.configText);
  const running = recorded ?? filed;
  const answer = remote.active && running !== undefined ? await askRemote(target, places, running) : undefined;
  const observed: Observation = {
    process: remote.active ? "running" : "gone",
    filed,
    answer: answer?.nodeId === wanted.node.id ? answer : undefined,
    // The unit names the runtime by its checksum, so another unit text is another runtime or other limits.
    runtime: remote.unitText === wantedUnit ? "current" : "outdated",
  };
  return { decision: decide(recorded, observed, wanted), observed, places, remote, wantedUnit, answer };
}

async function bringUp({ signal }: Context, inputs: NodeUnitInputs, old: Properties): Promise<Properties> {
  const bundle = await makeBundle(locateRuntime(inputs.runtime));
  try {
    const wanted = configOf(inputs);
    const target = targetOf(inputs);
    const { decision, places, remote, wantedUnit, answer } = await compare(inputs, old, bundle);
    await install(inputs, target, places, wanted, bundle);
    const write = (content: string) =>
      writeRemote(target, places.configFile, content, "0600", `${inputs.serviceUser}:${inputs.serviceUser}`);
    if (decision.steps.includes("write-config")) {
      await write(configText(toWire(nodeConfigSchema, wanted) as Record<string, unknown>));
    }
    try {
      if (decision.steps.includes("reload")) {
        const refusal = await reloadAndWait({
          tell: () => mustRun(target, `reloading ${places.unit}`, `systemctl reload ${shellQuote(places.unit)}`),
          ask: () => askRemote(target, places, wanted),
          before: answer,
          wanted,
          signal,
        });
        if (refusal !== undefined) throw new Error(refusal);
      } else if (decision.steps.some((step) => step === "start" || step === "restart")) {
        await writeRemote(target, places.unitFile, wantedUnit, "0644", "root:root");
        await startUnit(inputs, places, wanted, signal);
      }
    } catch (error) {
      if (remote.configText !== undefined && remote.unitText !== undefined) {
        await write(remote.configText);
        await writeRemote(target, places.unitFile, remote.unitText, "0644", "root:root");
        await mustRun(
          target,
          `restoring ${places.unit}`,
          `systemctl daemon-reload\nsystemctl restart ${shellQuote(places.unit)}`,
        );
        throw new Error(`${(error as Error).message}\nThe old config and unit were put back and started.`, {
          cause: error,
        });
      }
      await removeUnit(inputs, places, target, undefined);
      throw error;
    }
    return describe(inputs, wanted, places, bundle.checksum, wantedUnit);
  } finally {
    await bundle.remove();
  }
}

async function startUnit(
  inputs: NodeUnitInputs,
  places: UnitPlaces,
  wanted: NodeConfig,
  signal: AbortSignal,
): Promise<void> {
  const target = targetOf(inputs);
  const unit = shellQuote(places.unit);
  await mustRun(
    target,
    `starting ${places.unit}`,
    `systemctl daemon-reload\nsystemctl enable ${unit} 2>&1\nsystemctl restart ${unit}`,
  );
  const limit = parseDuration(inputs.startTimeout);
  const unitState = { failed: false };
  const { answer } = await pollReady(
    async () => {
      unitState.failed = await hasFailed(target, places.unit);
      return askRemote(target, places, wanted);
    },
    (current) => unitState.failed || isReady(current, wanted),
    limit,
    signal,
  );
  if (isReady(answer, wanted)) return;
  const reasons = answer === undefined ? "it does not answer" : answer.reasons.join("; ");
  const what = unitState.failed
    ? "has failed"
    : `was not ready within ${limit / 1000} s (target.single_node.start_timeout): ${reasons}`;
  throw new Error(
    `node ${wanted.node.id} on ${inputs.host} ${what}\n` + `The last it said:\n${await journal(target, places.unit)}`,
  );
}

function isReady(answer: ReadyAnswer | undefined, wanted: NodeConfig): boolean {
  return answer?.ready === true && answer.nodeId === wanted.node.id && answer.checksum === configChecksum(wanted);
}

function describe(
  inputs: NodeUnitInputs,
  config: NodeConfig,
  places: UnitPlaces,
  runtimeChecksum: string,
  unit: string,
): Properties {
  return {
    ...inputs,
    nodeId: config.node.id,
    unit: places.unit,
    configFile: places.configFile,
    status: "running",
    runtimeChecksum,
    unitChecksum: checksumOf(unit),
    configChecksum: configChecksum(config),
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
