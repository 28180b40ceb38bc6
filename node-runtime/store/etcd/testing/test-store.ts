import { EtcdClient } from "../client.ts";
import type { EtcdStore } from "../etcd-store.ts";
import type { MemberMonitor } from "../member-view.ts";
import { startMemberMonitor } from "../monitor.ts";
import { openEtcdStore, type EtcdStoreOptions } from "../open.ts";

/** A store with the client and the monitor that it stands on. */
export interface TestStore {
  readonly store: EtcdStore;
  readonly client: EtcdClient;
  readonly monitor: MemberMonitor;
  /** Closes all three. */
  close(): Promise<void>;
}

export async function openTestStore(
  endpoints: readonly string[],
  options: Partial<EtcdStoreOptions> = {},
): Promise<TestStore> {
  const { requestTimeoutMilliseconds = 5000 } = options;
  const client = new EtcdClient({ endpoints, timeoutMilliseconds: requestTimeoutMilliseconds });
  const monitor = startMemberMonitor(client, { intervalMilliseconds: 100 });
  const store = await openEtcdStore({
    client,
    monitor,
    cacheBytes: 64 * 1024 * 1024,
    maximumBatch: 100,
    requestTimeoutMilliseconds,
    progressIntervalMilliseconds: 50,
    ...options,
  });
  const close = async (): Promise<void> => {
    await store.close();
    monitor.close();
    client.close();
  };
  return { store, client, monitor, close };
}
