/** Inputs and recorded state of `quorumkit:host:NodeProcess`. */
import { dirname, join } from "node:path";
import { z } from "zod";
import { absolutePathInput, configInputs, durationInput } from "../node/inputs.ts";
import type { ProcessFiles } from "./start.ts";

/** Names of the node's own files. */
const reserved = ["node.yaml", "node.log", "node.stderr"];

const fileName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "must be a plain file name: letters, digits, dots, hyphens, no slash")
  .refine((name) => !reserved.includes(name), "must not be one of the node's own files");

/** Inputs as the provider gets them. */
export const nodeProcessInputs = z.object({
  /** Absolute path of the config file; logs stand beside it. It identifies the node. */
  configFile: absolutePathInput,
  ...configInputs,
  startTimeout: durationInput.default("60s"),
  stopTimeout: durationInput.default("30s"),
  /** Contents of files beside the config (join token, certificates), by name. */
  files: z.record(fileName, z.string()).optional(),
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
