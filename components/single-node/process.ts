/** A node as a process of this machine. */
import { NodeProcess, type NodeProcessArgs } from "../host/node-process.ts";
import { configArgs, override, type Job } from "./job.ts";

/** Makes the process. */
export function createProcess(job: Job): NodeProcess {
  const { plan, directory, runtime, keepData } = job;
  const target = plan.apply(({ spec }) => spec.target.singleNode);
  const args: NodeProcessArgs = {
    configFile: `${directory}/node.yaml`,
    ...configArgs(job),
    startTimeout: target.startTimeout,
    stopTimeout: target.stopTimeout,
    keepData,
    ...(runtime === undefined ? {} : { runtime }),
  };
  return new NodeProcess(
    `${job.name}-process`,
    override(job, "process", args, ["configFile", "config", "secretConfig"]),
    {
      parent: job.component,
    },
  );
}
