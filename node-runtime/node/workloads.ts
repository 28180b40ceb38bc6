/** Which workloads this release has, by the name that the system gives. */
import { systems, type NodeConfig } from "@quorumkit/schema";
import type { WorkloadSlot } from "../http/deps.ts";
import { createTasksWorkload } from "../workloads/tasks/index.ts";
import type { Workload, WorkloadContext } from "../workloads/workload.ts";

const factories: Readonly<Record<string, (context: WorkloadContext) => Workload>> = {
  tasks: createTasksWorkload,
};

/** Paths of the workloads that this release doesn't have: they answer 501 and say so. */
const prefixes: Readonly<Record<string, readonly string[]>> = {
  tasks: ["/api/tasks", "/api/v1/tasks", "/api/maintenance"],
  inference: [
    "/api/v1/models",
    "/api/v1/generate",
    "/api/v1/chat",
    "/api/v1/inference",
    "/api/generate",
    "/api/chat",
    "/api/tags",
  ],
  vectors: ["/api/v1/collections", "/api/v1/documents", "/api/v1/vectors", "/api/v1/search"],
  artifacts: ["/api/v1/artifacts"],
};

/** The workload of the config's system. */
export function makeWorkload(config: NodeConfig, context: () => WorkloadContext): WorkloadSlot {
  const { workload: name } = systems[config.system];
  const factory = factories[name];
  if (factory !== undefined) return { available: true, workload: factory(context()) };
  const reason = `workload ${name} is not available in this release; the node serves everything else`;
  return { available: false, name, prefixes: prefixes[name] ?? [], reason };
}
