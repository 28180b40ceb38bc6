/** The cluster as routes, health and metrics see it; a lone node and a node of several both stand behind it. */
import type { HealthCheck } from "../workloads/workload.ts";
import type { NumberedEvent } from "./events/event.ts";
import type { EventQuery } from "./events/event-log.ts";
import type { IntegrityReport } from "./integrity/integrity.ts";
import type { MembershipChanges } from "./membership/membership.ts";
import type { RollCall } from "./membership/roll-call.ts";
import type { NodeEntry } from "./presence/node-table.ts";

/** Where this node stands. From memory. */
export interface Standing {
  readonly clusterId: string;
  /** `candidate`: it knows of no leader. A gateway takes no part. */
  readonly role: "leader" | "follower" | "candidate" | "learner" | "gateway";
  /** Node that leads; null where this node knows of none. */
  readonly leader: string | null;
  readonly term: number;
  /** Latest entry of the log and the latest one in the state; null where the engine has none or does not answer. */
  readonly raftIndex: number | null;
  readonly appliedIndex: number | null;
}

/** What metrics show. From memory. */
export interface ClusterFigures {
  /** Nodes that are up. */
  readonly size: number;
  /** Other nodes that are up. */
  readonly connected: number;
  readonly leads: boolean;
  readonly term: number;
  readonly elections: number;
  readonly leadershipChanges: number;
  readonly members: { readonly voter: number; readonly learner: number; readonly gateway: number };
  /** Entries that learners lack, by node id. */
  readonly learnerLag: ReadonlyMap<string, number>;
  /** Seconds that the clocks of other nodes are ahead of this one's, by node id; of those that could be asked. */
  readonly clockSkew: ReadonlyMap<string, number>;
  /** Other nodes that were gone without having left, since the process started. */
  readonly nodeFailures: number;
  readonly quorumOk: boolean;
  /** False after a check that found members with different states. */
  readonly integrityOk: boolean;
}

export interface Cluster {
  readonly engine: "embedded" | "etcd";
  standing(): Standing;
  /** All nodes, this one first. */
  nodes(): readonly NodeEntry[];
  /** Asks every member. @throws ApiProblem `no-quorum` where the members aren't known yet */
  rollCall(): Promise<RollCall>;
  /** Newest first. */
  events(query: EventQuery): Promise<readonly NumberedEvent[]>;
  readonly integrity: { readonly last: IntegrityReport | null; check(): Promise<IntegrityReport> };
  readonly membership: MembershipChanges;
  figures(): ClusterFigures;
  /** The check `quorum` of the node's health. */
  quorumCheck(): HealthCheck;
}

/** The cluster of a node that starts: there once its store is open. */
export class ClusterHandle {
  #current: Cluster | undefined;

  get current(): Cluster | undefined {
    return this.#current;
  }

  open(cluster: Cluster): void {
    this.#current = cluster;
  }
}
