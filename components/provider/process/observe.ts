/** Looks at the real node of a resource: its process, its config file, and what it answers. */
import type { NodeConfig } from "@quorumkit/schema";
import { apiAddress } from "../../plan/endpoints.ts";
import { parseConfig, readIfThere } from "../node/config-file.ts";
import type { Observation } from "../node/decide.ts";
import { compareFiles } from "./files.ts";
import { askReady, type ReadyAnswer } from "../node/ready.ts";
import { findNodes, type ProcessIdentity } from "./process-table.ts";

/** What was found, with what is needed to act on it. */
export interface ProcessObservation extends Observation {
  /** Processes that were started with the config file; more than one only where somebody started a second. */
  processes: ProcessIdentity[];
  fileText: string | undefined;
  full: ReadyAnswer | undefined;
  /** What the files hold that aren't as wanted; undefined for one that is missing. */
  filesFound: Readonly<Record<string, string | undefined>>;
}

/** Where to look, and what is wanted there. */
export interface Search {
  configFile: string;
  /** The config of the last update. */
  recorded?: NodeConfig | undefined;
  runtime?: Observation["runtime"];
  /** Contents of the files beside the config, and names of those of the last update. */
  files?: { wanted: Readonly<Record<string, string>>; before: readonly string[] };
  /** How long a node may take to answer, in milliseconds. */
  patience: number;
}

/** Looks. */
export async function observeProcess({
  configFile,
  recorded,
  runtime = "current",
  files = { wanted: {}, before: [] },
  patience,
}: Search): Promise<ProcessObservation> {
  const processes = await findNodes(configFile);
  const fileText = await readIfThere(configFile);
  const filed = parseConfig(fileText);
  const full = processes.length === 0 ? undefined : await askEither([recorded, filed], patience);
  const found = await compareFiles(configFile, files.wanted, files.before);
  return {
    changedFiles: Object.keys(found),
    filesFound: found,
    process: processes.length === 0 ? "gone" : "running",
    processes,
    fileText,
    filed,
    full,
    answer: full,
    runtime,
  };
}

/** The running config is the recorded one or the one in the file, so the node is at the address of one of them. */
async function askEither(
  configs: readonly (NodeConfig | undefined)[],
  patience: number,
): Promise<ReadyAnswer | undefined> {
  const asked = new Set<string>();
  for (const config of configs) {
    if (config === undefined || asked.has(apiAddress(config))) continue;
    asked.add(apiAddress(config));
    const answer = await askReady(apiAddress(config), patience);
    if (answer?.nodeId === config.node.id) return answer;
  }
  return undefined;
}
