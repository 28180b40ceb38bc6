/** Starts a node: everything in order, each phase within its limit, undone in reverse. */
import { configChecksum, type NodeConfig } from "@quorumkit/schema";
import type { Logger } from "pino";
import { readJoinToken } from "../cluster/peer-auth/join-token.ts";
import { readCredentials } from "../config/credentials.ts";
import type { LiveConfig } from "../config/live-config.ts";
import type { LoadedConfig } from "../config/load.ts";
import { assemble, type StartOptions } from "./assemble.ts";
import { phasesOf } from "./node-phases.ts";
import { startPhases } from "./phases.ts";

/** A node that runs. */
export interface RunningNode {
  /** Of the API, for example `http://127.0.0.1:8080`. */
  url: string;
  apiPort: number | undefined;
  tlsPort: number | undefined;
  /** Undefined where monitoring is off. */
  metricsPort: number | undefined;
  config: LiveConfig;
  log: Logger;
  /** Drains and stops; can be called twice. */
  stop: () => Promise<void>;
}

/**
 * Starts a node in this process.
 * @throws StartError naming the phase that failed and why; ConfigError when a credential file can't be read
 */
export async function startNode(config: NodeConfig, options: StartOptions = {}): Promise<RunningNode> {
  const [credentials, joinToken] = await Promise.all([readCredentials(config.security), readJoinToken(config.cluster)]);
  return startLoaded({ config, credentials, joinToken, checksum: configChecksum(config), warnings: [] }, options);
}

/** Starts a config that was loaded from a file. @throws StartError */
export async function startLoaded(loaded: LoadedConfig, options: StartOptions): Promise<RunningNode> {
  const node = assemble(loaded, options);
  options.onAssembled?.(node.deps.config);
  const { deps, state } = node;
  const stopPhases = await startPhases(phasesOf(node), {
    starting: (phase) => {
      state.starting(phase);
    },
    started: (phase, milliseconds) => {
      deps.log.debug({ phase, milliseconds }, "phase started");
    },
    stopped: (phase, milliseconds) => {
      deps.log.debug({ phase, milliseconds }, "phase stopped");
    },
    stopFailed: (phase, error) => {
      deps.log.error({ phase, err: error }, "phase did not stop cleanly");
    },
  });
  const { api } = node;
  deps.log.info(
    { url: api?.url, metrics_port: node.metricsServer?.port, term: deps.term(), checksum: loaded.checksum },
    "ready",
  );
  let stopping: Promise<void> | undefined;
  return {
    url: api?.url ?? "",
    apiPort: api?.port,
    tlsPort: api?.tlsPort,
    metricsPort: node.metricsServer?.port,
    config: deps.config,
    log: deps.log,
    stop: () => {
      stopping ??= stopPhases().finally(() => {
        state.stopped();
        node.loop.stop();
        deps.load.stop();
        deps.log.info("stopped");
      });
      return stopping;
    },
  };
}
