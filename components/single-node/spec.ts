/** From the args of a component to a plan: all problems at once, warnings apart. Pure. */
import {
  camelCase,
  clusterSpecSchema,
  fromWire,
  readClusterSpec,
  show,
  toWire,
  type ClusterSpec,
  type Problem,
  type Validation,
} from "@quorumkit/schema";
import type { Place } from "../plan/derive.ts";
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
  const wire = toWire(clusterSpecSchema, withoutUndefined(args)) as Record<string, unknown>;
  const { value: spec, errors, warnings } = readClusterSpec(withDataDirectory(wire, dataDirectory));
  const problems = [...errors, ...(spec === undefined ? [] : [...countProblems(spec), ...dockerProblems(spec)])];
  if (spec === undefined || problems.length > 0) return { value: undefined, errors: problems, warnings };
  const plan = planCluster(spec, placeOf(spec));
  const [node] = plan.nodes;
  if (node === undefined) throw new Error("a plan without nodes");
  return { value: { spec, plan, node }, errors: [], warnings };
}

/** A map as a file has it, in the names of the component args. It is checked when the component gets it. */
export function argsFromWire(wire: unknown): unknown {
  return fromWire(clusterSpecSchema, wire).value;
}

/** The path of a problem in the names of the component args: `api.tls_port` -> `api.tlsPort`. */
export function argsPath(problem: Problem): string {
  return problem.path.split(".").map(camelCase).join(".");
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

/** The config directory of a container is mounted from this machine, so that its Docker host has to be this machine. */
function dockerProblems({ target: { singleNode } }: ClusterSpec): Problem[] {
  const { dockerHost } = singleNode.container;
  if (singleNode.runOn !== "container" || dockerHost.startsWith("unix://")) return [];
  const want = "a unix:// endpoint of this machine; for another host use run_on: systemd";
  const message = `docker_host must be ${want}, got ${show(dockerHost)}`;
  return [
    {
      severity: "error",
      path: "target.single_node.container.docker_host",
      message,
      got: dockerHost,
      want,
      rule: "docker-host-is-this-machine",
    },
  ];
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

function mapAt(value: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> {
  const inner = value[key];
  return typeof inner === "object" && inner !== null && !Array.isArray(inner) ? (inner as Record<string, unknown>) : {};
}

/** TypeScript callers write `undefined` for what they leave out; the schema wants it absent. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, withoutUndefined(item)]),
  );
}
