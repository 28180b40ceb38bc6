/** A node of a cluster on etcd: its parts, joined. */
import type { Cluster, ClusterFigures, Standing } from "./cluster.ts";
import type { NumberedEvent } from "./events/event.ts";
import type { EventQuery } from "./events/event-log.ts";
import { figuresOf } from "./figures.ts";
import { shownId } from "./membership/members.ts";
import type { RollCall } from "./membership/roll-call.ts";
import { nodeTable, type NodeEntry } from "./presence/node-table.ts";
import { quorumCheck } from "./quorum-check.ts";
import { makeClusterParts, type ClusterParts, type EtcdClusterOptions } from "./parts.ts";
import { noLeader } from "./membership/problems.ts";

/** Time that handing over the leadership may take while a node stops. */
const handOverLimitMilliseconds = 5_000;

export class EtcdCluster implements Cluster {
  readonly engine = "etcd";
  readonly #options: EtcdClusterOptions;
  readonly #parts: ClusterParts;

  /** Starts to keep the node's presence and to look after the cluster. The store has to be open. */
  constructor(options: EtcdClusterOptions) {
    this.#options = options;
    this.#parts = makeClusterParts(options);
  }

  /** Starts and waits until the nodes and members are known. */
  static async start(options: EtcdClusterOptions): Promise<EtcdCluster> {
    const cluster = new EtcdCluster(options);
    const { presence, admitted } = cluster.#parts;
    await Promise.all([presence.ready, admitted.ready, cluster.#parts.rollCaller.take().catch(() => undefined)]);
    return cluster;
  }

  get membership() {
    return this.#parts.membership;
  }

  get integrity() {
    return this.#parts.integrity;
  }

  standing(): Standing {
    const { monitor, kind, clusterName } = this.#options;
    const view = monitor.current;
    const leaderId = view?.leaderId ?? null;
    return {
      clusterId: view === undefined ? clusterName : shownId(view.clusterId),
      role: kind === "member" ? roleOf(view) : "gateway",
      leader: leaderId === null ? null : this.#parts.nodeOf(leaderId),
      term: view?.term ?? 0,
      raftIndex: view?.raftIndex ?? null,
      appliedIndex: view?.appliedIndex ?? null,
    };
  }

  nodes(): readonly NodeEntry[] {
    const { directory, presence, admitted, rollCaller } = this.#parts;
    const { nodeId, kind, monitor } = this.#options;
    const reports = rollCaller.latest?.reports ?? [];
    const entries = nodeTable({
      // Members of an external etcd are no nodes of ours.
      members: kind === "external" ? [] : (directory.current?.members ?? []),
      leaderId: monitor.current?.leaderId ?? null,
      presence: new Map([...presence.values].map(([id, { value }]) => [id, value])),
      admitted: new Map([...admitted.values].map(([id, { value }]) => [id, value])),
      silent: new Set(reports.filter(({ reachable }) => !reachable).map(({ member }) => member.id)),
    });
    return entries.sort((left, right) => Number(right.nodeId === nodeId) - Number(left.nodeId === nodeId));
  }

  async rollCall(): Promise<RollCall> {
    try {
      return await this.#parts.rollCaller.take();
    } catch {
      throw noLeader("the members are not known yet");
    }
  }

  events(query: EventQuery): Promise<readonly NumberedEvent[]> {
    return this.#parts.events.list(query);
  }

  figures(): ClusterFigures {
    const { rollCaller, elections, integrity, clocks, failures } = this.#parts;
    return figuresOf({
      standing: this.standing(),
      nodes: this.nodes(),
      selfId: this.#options.nodeId,
      call: rollCaller.latest,
      elections: elections.elections,
      leadershipChanges: elections.leadershipChanges,
      clockSkew: clocks?.skews ?? new Map(),
      nodeFailures: failures.count,
      integrityOk: integrity.last?.status !== "divergent",
    });
  }

  quorumCheck() {
    return quorumCheck(this.standing(), this.#parts.rollCaller.latest);
  }

  /** Certificates have changed. */
  renewClients(): void {
    this.#parts.clients.renew();
  }

  /** Says at once what has changed of this node: it became ready, or is about to stop. */
  refreshPresence(): void {
    this.#parts.keeper.refresh();
  }

  /** A leader that stops gives the leadership away first. Never fails: etcd elects another one in any case. */
  async handOver(): Promise<void> {
    const { leadership, clients } = this.#parts;
    const { logger, kind } = this.#options;
    if (kind !== "member" || this.standing().role !== "leader" || this.figures().members.voter < 2) return;
    const limit = AbortSignal.timeout(handOverLimitMilliseconds);
    const late = new Promise<never>((_resolve, reject) => {
      limit.addEventListener("abort", () => {
        reject(new Error(`it took longer than ${handOverLimitMilliseconds} ms`));
      });
    });
    try {
      await Promise.race([leadership.move({ kind: "leader-stopped" }), late]);
    } catch (error) {
      logger.warn(
        { err: error, open_clients: clients.size },
        "the leadership was not handed over; the others elect a leader",
      );
    }
  }

  /** Takes the presence away and ends all work. The store has to be open still. */
  async close(): Promise<void> {
    await this.#parts.close();
  }
}

function roleOf(view: EtcdClusterOptions["monitor"]["current"]): Standing["role"] {
  if (view?.learner === true) return "learner";
  if (view === undefined || view.leaderId === null) return "candidate";
  return view.leaderId === view.memberId ? "leader" : "follower";
}
