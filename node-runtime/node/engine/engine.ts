/** What holds the state of a node, opened: the embedded store, or a member of an etcd cluster and the store on it. */
import type { EtcdCluster } from "../../cluster/etcd-cluster.ts";
import type { Store } from "../../store/store.ts";

export interface Engine {
  readonly store: Store;
  /** Undefined on the embedded engine: the node is a cluster of one. */
  readonly cluster?: EtcdCluster;
  /** Raft's term; on the embedded engine the number of the node's starts on its data. */
  readonly term: () => number;
  /** The engine's own process; undefined while there is none. */
  readonly pid: () => number | undefined;
  /** Metrics of the engine's own process, for the node's /metrics; never rejects. */
  readonly metricsText: () => Promise<string>;
  /** Gives the leadership away before the node stops; never rejects. */
  readonly handOver: () => Promise<void>;
  /** Closes everything, the engine's process last. */
  readonly close: () => Promise<void>;
}
