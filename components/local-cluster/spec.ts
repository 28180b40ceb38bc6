/** From the args of a LocalCluster to a plan: all problems at once, warnings apart. Pure. */
import { readClusterSpec, type ClusterSpec, type Problem, type Validation } from "@quorumkit/schema";
import { argsToWire, mapAt } from "../common/wire.ts";
import { clusterProblems, configProblems, sharedFiles } from "../plan/clustered.ts";
import type { NodePlace, Place } from "../plan/derive.ts";
import { reachable } from "../plan/endpoints.ts";
import { planCluster, type Plan } from "../plan/plan.ts";
import { listCollisions } from "./collisions.ts";

/** What a spec means for this target. */
export interface LocalClusterPlan {
  spec: ClusterSpec;
  plan: Plan;
}

/** Options that name one file or directory, which several nodes of one machine can't share. */
const oneOfItsKind = [
  "storage.wal_dir",
  "storage.database.path",
  "p2p.identity_file",
  "monitoring.log_file",
  "security.audit.file",
  "artifacts.directory",
] as const;

/**
 * Checks args (names of the schema, every Output resolved) and plans the nodes. Each has a directory named after its id
 * in `directory`, for its config and files, and for its data where the args name no place for that.
 */
export function planLocalCluster(
  args: Readonly<Record<string, unknown>>,
  directory: string,
): Validation<LocalClusterPlan> {
  const wire = argsToWire(args);
  const { value: spec, errors, warnings } = readClusterSpec(wire);
  if (spec === undefined) return { value: undefined, errors, warnings };
  const problems = [...errors, ...clusterProblems(spec), ...sharedPaths(spec, wire)];
  if (problems.length > 0) return { value: undefined, errors: problems, warnings };
  const plan = planCluster(spec, placeOf(spec, wire, directory));
  const further = [...configProblems(plan), ...listCollisions(plan, spec.target.localCluster.portStep)];
  if (further.length > 0) return { value: undefined, errors: further, warnings };
  return { value: { spec, plan }, errors: [], warnings };
}

/** Where the files of a node are. */
export function nodeDirectory(directory: string, id: string): string {
  return `${directory}/${id}`;
}

function placeOf(spec: ClusterSpec, wire: Readonly<Record<string, unknown>>, directory: string): Place {
  const { portStep } = spec.target.localCluster;
  const chosen = mapAt(wire, "storage")["data_dir"];
  const ownTls = mapAt(wire, "p2p")["tls"] !== undefined;
  return {
    of: ({ id }, position): NodePlace => {
      const home = nodeDirectory(directory, id);
      return {
        address: reachable(spec.api.host),
        portShift: position * portStep,
        dataDirectory: typeof chosen === "string" ? `${chosen}/${id}` : `${home}/data`,
        ...sharedFiles(spec, home, ownTls),
      };
    },
  };
}

function sharedPaths({ members }: ClusterSpec, wire: Readonly<Record<string, unknown>>): Problem[] {
  if (members < 2) return [];
  return oneOfItsKind.flatMap((path): Problem[] => {
    const keys = path.split(".");
    const owner = keys.slice(0, -1).reduce<Record<string, unknown>>((map, key) => mapAt(map, key), wire);
    const got = owner[keys.at(-1) ?? ""];
    if (got === undefined) return [];
    const message = `${path} is one place, and ${members} nodes of this machine would share it`;
    return [
      { severity: "error", path, message, got, want: "no value, or members: 1", rule: "local-cluster-shares-no-file" },
    ];
  });
}
