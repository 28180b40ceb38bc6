/** A plan of services as files for Docker Compose, or for a Docker swarm. */
export { composeFile, composeFileName, updateCommands } from "./compose-file.ts";
export { labelCommands, stackFileName, swarmProblems, swarmStack, unpublishedPorts } from "./swarm-stack.ts";
export type { NodeRequests } from "./swarm-stack.ts";
export type { Materials, WrittenFile, WrittenFiles } from "./written-files.ts";
