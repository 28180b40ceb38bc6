/** Inputs and recorded state of `quorumkit:host:NodeProcess`. */
import { dirname, join } from "node:path";
import { z } from "zod";
import { absolutePathInput, configInputs, durationInput } from "../node/inputs.ts";
import type { ProcessFiles } from "./start.ts";

/** Inputs as the provider gets them. */
export const nodeProcessInputs = z.object({
  /** Absolute path of the config file; logs stand beside it. It identifies the node. */
  configFile: absolutePathInput,
  ...configInputs,
  startTimeout: durationInput.default("60s"),
  stopTimeout: durationInput.default("30s"),
  keepData: z.boolean().default(true),
  /** Directory of @quorumkit/node-runtime; found by itself where none is given. */
  runtime: absolutePathInput.optional(),
});

export type NodeProcessInputs = z.output<typeof nodeProcessInputs>;

/** What is recorded beside the inputs. */
export interface NodeProcessOutputs {
  nodeId: string;
  status: "running" | "stopped";
  pid: number;
  processStartTime: string;
  runtimeVersion: string;
  address: string;
  dataDirectory: string;
  configChecksum: string;
  logFile: string;
}

/** Names of what is recorded beside the inputs. */
export const nodeProcessOutputs: readonly (keyof NodeProcessOutputs)[] = [
  "nodeId",
  "status",
  "pid",
  "processStartTime",
  "runtimeVersion",
  "address",
  "dataDirectory",
  "configChecksum",
  "logFile",
];

/** The files of a node, all beside its config file. */
export function filesOf(configFile: string): ProcessFiles {
  const directory = dirname(configFile);
  return { configFile, logFile: join(directory, "node.log"), errorFile: join(directory, "node.stderr") };
}
