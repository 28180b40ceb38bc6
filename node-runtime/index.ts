/** The quorumkit node, for programs and tests that run it in their own process. The command is `quorumkit-node`. */
export { ConfigError, describeLocated } from "./config/problems.ts";
export type { LocatedProblem } from "./config/problems.ts";
export { checkConfig, loadConfig } from "./config/load.ts";
export type { StartOptions } from "./node/assemble.ts";
export type { PortOverrides } from "./node/listeners.ts";
export { StartError } from "./node/phases.ts";
export { startNode } from "./node/start.ts";
export type { RunningNode } from "./node/start.ts";
export { version } from "./node/version.ts";
