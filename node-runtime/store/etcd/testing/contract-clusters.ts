import type { StoreUnderTest } from "../../contract.ts";
import { TestCluster, type ClusterOptions } from "./etcd-cluster.ts";
import { openTestStore } from "./test-store.ts";

export interface ContractClusters {
  open(): Promise<StoreUnderTest>;
  close(): Promise<void>;
}

/** A new cluster for each store; the next one starts while the one before is tested. */
export function contractClusters(
  options: ClusterOptions,
  endpointsOf: (cluster: TestCluster) => Promise<string[]>,
): ContractClusters {
  let next = TestCluster.start(options);
  const open = async (): Promise<StoreUnderTest> => {
    const cluster = await next;
    next = TestCluster.start(options);
    const endpoints = await endpointsOf(cluster);
    const first = await openTestStore(endpoints);
    let current = first;
    return {
      store: first.store,
      reopen: async () => {
        await current.close();
        current = await openTestStore(endpoints);
        return current.store;
      },
      dispose: async () => {
        await current.close();
        await cluster.stop();
      },
    };
  };
  return { open, close: async () => (await next).stop() };
}
