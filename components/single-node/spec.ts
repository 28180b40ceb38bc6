/** From the args of a component to a plan: all problems at once, warnings apart. Pure. */
import { readClusterSpec, type ClusterSpec, type Problem, type Validation } from "@quorumkit/schema";
import { argsToWire, mapAt } from "../common/wire.ts";
import type { Place } from "../plan/derive.ts";
import { dockerHostProblems } from "../plan/docker-host.ts";
import { planCluster, type Plan, type PlannedNode } from "../plan/plan.ts";

/** How a single node runs. */
export type RunOn = ClusterSpec["target"]["singleNode"]["runOn"];

/** What a spec means for this target. */
export interface SingleNodePlan {
  spec: ClusterSpec;
  plan: Plan;
  node: PlannedNode;
}

/**
 * Checks args (names of the schema, every Output resolved) and plans the one node. `dataDirectory` is the default on
 * this machine for a process; other ways to run have the default of the schema.
 */
export function planSingleNode(
  args: Readonly<Record<string, unknown>>,
  dataDirectory: string,
): Validation<SingleNodePlan> {
  const { value: spec, errors, warnings } = readClusterSpec(withDataDirectory(argsToWire(args), dataDirectory));
  const problems = [...errors, ...(spec === undefined ? [] : [...countProblems(spec), ...dockerProblems(spec)])];
  if (spec === undefined || problems.length > 0) return { value: undefined, errors: problems, warnings };
  const plan = planCluster(spec, placeOf(spec));
  const [node] = plan.nodes;
  if (node === undefined) throw new Error("a plan without nodes");
  return { value: { spec, plan, node }, errors: [], warnings };
}

function placeOf(spec: ClusterSpec): Place {
  return spec.target.singleNode.runOn === "container"
    ? { listenAddress: "0.0.0.0", of: () => ({ dataDirectory: containerDataDirectory }) }
    : {};
}

/** A directory that the image prepares for the node's account (node-runtime/Dockerfile): a volume elsewhere would be root's. */
const containerDataDirectory = "/var/lib/quorumkit";

function withDataDirectory(wire: Record<string, unknown>, dataDirectory: string): Record<string, unknown> {
  const target = mapAt(mapAt(wire, "target"), "single_node");
  const storage = mapAt(wire, "storage");
  const runOn = target["run_on"] ?? "process";
  if (runOn !== "process" || storage["data_dir"] !== undefined) return wire;
  // A storage section that is no map is left for validation to refuse.
  if (wire["storage"] !== undefined && wire["storage"] !== storage) return wire;
  return { ...wire, storage: { ...storage, data_dir: dataDirectory } };
}

function dockerProblems({ target: { singleNode } }: ClusterSpec): Problem[] {
  if (singleNode.runOn !== "container") return [];
  const option = "target.single_node.container.docker_host";
  return dockerHostProblems(option, singleNode.container.dockerHost, "; for another host use run_on: systemd");
}

function countProblems(spec: ClusterSpec): Problem[] {
  const wants = { members: 1, gateways: 0 } as const;
  return (["members", "gateways"] as const)
    .filter((name) => spec[name] !== wants[name])
    .map((name) => ({
      severity: "error",
      path: name,
      message: `${name} must be ${wants[name]} where target.kind is single-node, got ${spec[name]}`,
      got: spec[name],
      want: String(wants[name]),
      rule: "single-node-is-one-node",
    }));
}
