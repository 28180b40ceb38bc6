/** The resources of the provider, by type token. */
import { nodeConfigFile } from "./container/config-file.ts";
import { nodeReady } from "./container/ready.ts";
import type { Handler } from "./core/handler.ts";
import { nodeProcess } from "./process/handler.ts";
import { nodeUnit } from "./unit/handler.ts";

export const handlers: ReadonlyMap<string, Handler> = new Map([
  ["quorumkit:host:NodeProcess", nodeProcess],
  ["quorumkit:host:NodeConfigFile", nodeConfigFile],
  ["quorumkit:host:NodeReady", nodeReady],
  ["quorumkit:host:NodeUnit", nodeUnit],
]);
