/** From the args of a ComposeCluster to a plan: all problems at once, warnings apart. Pure. */
import { readClusterSpec, show, type ClusterSpec, type Problem, type Validation } from "@quorumkit/schema";
import { argsToWire, mapAt } from "../common/wire.ts";
import { clusterProblems, configProblems } from "../plan/clustered.ts";
import { dockerHostProblems } from "../plan/docker-host.ts";
import type { PlannedNode } from "../plan/plan.ts";
import { apiEndpoint, dataDirectory, publishedPort } from "./node-service.ts";
import { listPublishedTwice } from "./published.ts";
import { planServices, type Services } from "./services.ts";

/** What a spec means for this target. */
export interface ComposePlan extends Services {
  spec: ClusterSpec;
}

/** Where the API of the node at a position is reached from the Docker host. */
export function publishedAddress(spec: ClusterSpec, node: PlannedNode, position: number): string {
  const scheme = apiEndpoint(node).purpose === "api-tls" ? "https" : "http";
  return `${scheme}://127.0.0.1:${publishedPort(spec, position)}`;
}

/** Options that name what a node writes: in a container only its volume lasts, and the rest is read-only. */
const written = [
  "storage.wal_dir",
  "storage.database.path",
  "p2p.identity_file",
  "monitoring.log_file",
  "security.audit.file",
  "artifacts.directory",
] as const;

/** Checks args (names of the schema, every Output resolved) and plans everything that runs. */
export function planCompose(args: Readonly<Record<string, unknown>>): Validation<ComposePlan> {
  const wire = argsToWire(args);
  const { value: spec, errors, warnings } = readClusterSpec(wire);
  if (spec === undefined) return { value: undefined, errors, warnings };
  const dockerHost = dockerHostProblems("target.compose.docker_host", spec.target.compose.dockerHost);
  const problems = [...errors, ...clusterProblems(spec), ...dockerHost, ...pathProblems(wire)];
  if (problems.length > 0) return { value: undefined, errors: problems, warnings };
  const planned = planServices(spec);
  const further = [...configProblems(planned.plan), ...listPublishedTwice(planned.services.services)];
  if (further.length > 0) return { value: undefined, errors: further, warnings };
  return { value: { spec, ...planned }, errors: [], warnings };
}

function pathProblems(wire: Readonly<Record<string, unknown>>): Problem[] {
  return written.flatMap((path): Problem[] => {
    const keys = path.split(".");
    const owner = keys.slice(0, -1).reduce<Record<string, unknown>>((map, key) => mapAt(map, key), wire);
    const got = owner[keys.at(-1) ?? ""];
    if (typeof got !== "string" || got.startsWith(`${dataDirectory}/`)) return [];
    const want = `a path below ${dataDirectory}, where a container has its volume, or no value`;
    const message = `${path} must be ${want}, got ${show(got)}`;
    return [{ severity: "error", path, message, got, want, rule: "compose-writes-to-its-volume" }];
  });
}
