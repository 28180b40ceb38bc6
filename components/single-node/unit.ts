/** A node as a systemd unit of a host. */
import { NodeUnit, type NodeUnitArgs } from "../host/node-unit.ts";
import { configArgs, override, type Job } from "./job.ts";

/** Makes the unit. */
export function createUnit(job: Job): NodeUnit {
  const { plan, runtime, keepData } = job;
  const target = plan.apply(({ spec }) => spec.target.singleNode);
  const systemd = target.systemd;
  const args: NodeUnitArgs = {
    host: systemd.host,
    sshPort: systemd.sshPort,
    sshUser: systemd.sshUser,
    identityFile: systemd.apply(({ identityFile }) => identityFile),
    knownHostsFile: systemd.apply(({ knownHostsFile }) => knownHostsFile),
    ...configArgs(job),
    serviceUser: systemd.serviceUser,
    installDirectory: systemd.installDirectory,
    nodeBinary: systemd.apply(({ nodeBinary }) => nodeBinary),
    restartDelay: systemd.restartDelay,
    memoryMax: systemd.memoryMax,
    startTimeout: target.startTimeout,
    stopTimeout: target.stopTimeout,
    keepData,
    ...(runtime === undefined ? {} : { runtime }),
  };
  return new NodeUnit(`${job.name}-unit`, override(job, "unit", args, ["host", "config", "secretConfig"]), {
    parent: job.component,
  });
}
