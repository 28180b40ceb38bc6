/** Makes the resources beneath a SingleNode. */
import type { NodeProcess } from "../host/node-process.ts";
import type { NodeUnit } from "../host/node-unit.ts";
import { createContainer, type ContainerChildren } from "./container.ts";
import type { Job } from "./job.ts";
import { createProcess } from "./process.ts";
import type { RunOn } from "./spec.ts";
import { createUnit } from "./unit.ts";

/** The children that exist, by the way that the node runs. */
export interface Children extends Partial<ContainerChildren> {
  process?: NodeProcess;
  unit?: NodeUnit;
}

/** Makes the children for the way that the node runs, which has to be known beforehand. */
export function createChildren(job: Job, runOn: RunOn): Children {
  if (runOn === "container") return createContainer(job);
  return runOn === "systemd" ? { unit: createUnit(job) } : { process: createProcess(job) };
}
