/** Inputs of `quorumkit:host:NodeUnit`, and the paths that follow from them. */
import { join } from "node:path";
import { parseDuration, type NodeConfig } from "@quorumkit/schema";
import { z } from "zod";
import { renderUnit, unitName } from "../../plan/systemd-unit.ts";
import { absolutePathInput, configInputs, durationInput } from "../node/inputs.ts";
import type { SshTarget } from "./ssh.ts";

export const nodeUnitInputs = z.object({
  host: z.string().min(1),
  sshPort: z.int().default(22),
  sshUser: z.string().min(1).default("root"),
  identityFile: absolutePathInput.optional(),
  knownHostsFile: absolutePathInput.optional(),
  ...configInputs,
  serviceUser: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]{0,31}$/, "must be an account name")
    .default("quorumkit"),
  installDirectory: absolutePathInput.default("/opt/quorumkit"),
  /** Node.js on the host; without it the one that runs Pulumi is copied there. */
  nodeBinary: absolutePathInput.optional(),
  restartDelay: durationInput.default("5s"),
  memoryMax: z.string().default("infinity"),
  startTimeout: durationInput.default("60s"),
  stopTimeout: durationInput.default("30s"),
  keepData: z.boolean().default(true),
  runtime: absolutePathInput.optional(),
});

export type NodeUnitInputs = z.output<typeof nodeUnitInputs>;

/** What is recorded beside the inputs. */
export const nodeUnitOutputs = [
  "nodeId",
  "unit",
  "configFile",
  "status",
  "runtimeChecksum",
  "unitChecksum",
  "configChecksum",
] as const;

/** Paths on the host. */
export interface UnitPlaces {
  unit: string;
  unitFile: string;
  configFile: string;
  nodeBinary: string;
  runtimeDirectory: string;
}

/** Where things are on the host. */
export function placesOf(
  inputs: Pick<NodeUnitInputs, "nodeBinary" | "installDirectory">,
  nodeId: string,
  runtimeChecksum: string,
): UnitPlaces {
  const unit = unitName(nodeId);
  return {
    unit,
    unitFile: join("/etc/systemd/system", unit),
    configFile: join("/etc/quorumkit", nodeId, "node.yaml"),
    nodeBinary: inputs.nodeBinary ?? join(inputs.installDirectory, "bin", "node"),
    runtimeDirectory: join(inputs.installDirectory, `runtime-${runtimeChecksum.slice(0, 16)}`),
  };
}

/** The unit file of a node. */
export function unitText(inputs: NodeUnitInputs, config: NodeConfig, places: UnitPlaces, entry: string): string {
  return renderUnit({
    nodeId: config.node.id,
    system: config.system,
    nodeBinary: places.nodeBinary,
    entry: join(places.runtimeDirectory, entry),
    configFile: places.configFile,
    user: inputs.serviceUser,
    writable: writableDirectories(config),
    restartSeconds: seconds(inputs.restartDelay),
    stopSeconds: seconds(inputs.stopTimeout),
    memoryMax: inputs.memoryMax,
  });
}

/** The directories that a node writes to. Those in /tmp are its own (PrivateTmp). */
export function writableDirectories(config: NodeConfig): string[] {
  const { storage, monitoring } = config;
  const logs = monitoring.logFile === undefined ? [] : [join(monitoring.logFile, "..")];
  const all = [storage.dataDir, storage.walDir, storage.tempDir, ...logs].filter((path) => path !== undefined);
  return [...new Set(all)].filter((path) => path !== "/tmp" && !path.startsWith("/tmp/"));
}

/** The part of the inputs that says how the host is reached. */
export function targetOf({
  host,
  sshPort,
  sshUser,
  identityFile,
  knownHostsFile,
}: Omit<NodeUnitInputs, "config">): SshTarget {
  return { host, sshPort, sshUser, identityFile, knownHostsFile };
}

function seconds(duration: string): number {
  return Math.max(1, Math.ceil(parseDuration(duration) / 1000));
}
