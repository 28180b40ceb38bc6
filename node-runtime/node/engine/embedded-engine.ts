/** The engine of a lone node: SQLite in its own process. */
import type { NodeConfig } from "@quorumkit/schema";
import { refuseOtherEngine } from "../../cluster/formation/data-state.ts";
import { openEmbeddedStore } from "../../store/embedded/open.ts";
import { claimData } from "../claim-data.ts";
import type { Engine } from "./engine.ts";

export interface EmbeddedEngineOptions {
  directory: string;
  config: NodeConfig;
  /** Told when writes are no longer accepted, and when they are again. */
  onHealthChange: (healthy: boolean, reason: string | undefined) => void;
}

/** @throws ForeignDataError, and what opening the store throws */
export async function openEmbeddedEngine({
  directory,
  config,
  onHealthChange,
}: EmbeddedEngineOptions): Promise<Engine> {
  await refuseOtherEngine(config);
  const store = await openEmbeddedStore({
    directory,
    historyLimit: config.consensus.maxLogSize,
    onHealthChange: (healthy, error) => {
      onHealthChange(healthy, error?.message);
    },
  });
  try {
    const term = await claimData(store, config);
    return {
      store,
      term: () => term,
      pid: () => undefined,
      metricsText: () => Promise.resolve(""),
      handOver: () => Promise.resolve(),
      close: () => store.close(),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
