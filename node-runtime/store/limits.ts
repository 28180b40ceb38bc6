import type { StoreLimits } from "./store.ts";

/** Of every engine. All that a store takes fits into etcd's defaults: 1.5 MiB and 128 operations a request. */
export const storeLimits: StoreLimits = {
  maximumKeyBytes: 4096,
  maximumValueBytes: 1024 * 1024,
  maximumOperations: 128,
  maximumTransactionBytes: 1280 * 1024,
};
