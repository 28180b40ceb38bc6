/** A lone node on the embedded engine, as a cluster of one: it leads itself, and there is nothing to change. */
import { engineOfNode } from "@quorumkit/schema";
import type { LiveConfig } from "../config/live-config.ts";
import { ApiProblem } from "../http/problem.ts";
import type { Store, StoreStatus } from "../store/store.ts";
import type { Cluster, ClusterFigures, Standing } from "./cluster.ts";
import type { NumberedEvent } from "./events/event.ts";
import type { EventQuery } from "./events/event-log.ts";
import { loneFigures } from "./figures.ts";
import type { IntegrityReport } from "./integrity/integrity.ts";
import type { Member } from "./membership/members.ts";
import type { MembershipChanges } from "./membership/membership.ts";
import type { MemberReport, RollCall } from "./membership/roll-call.ts";
import { presenceOf } from "./presence/describe.ts";
import type { NodeEntry } from "./presence/node-table.ts";
import { quorumCheck } from "./quorum-check.ts";

export interface LoneClusterSources {
  identity: { nodeId: string; cluster: string; version: string; startedAt: Date };
  config: Pick<LiveConfig, "current">;
  /** Number of the node's starts on its data. */
  term: () => number;
  store: Pick<Store, "status" | "checksum">;
  state: { readonly phase: string };
  now: () => number;
}

export class LoneCluster implements Cluster {
  readonly engine = "embedded";
  readonly integrity: Cluster["integrity"];
  readonly membership: MembershipChanges;
  readonly #sources: LoneClusterSources;

  constructor(sources: LoneClusterSources) {
    this.#sources = sources;
    this.membership = refusals(sources);
    this.integrity = new LoneIntegrity(sources, () => this.#member());
  }

  standing(): Standing {
    const { identity, term } = this.#sources;
    return {
      clusterId: identity.cluster,
      role: "leader",
      leader: identity.nodeId,
      term: term(),
      raftIndex: null,
      appliedIndex: null,
    };
  }

  nodes(): readonly NodeEntry[] {
    const { identity, config, state } = this.#sources;
    const ready = state.phase === "ready";
    const presence = presenceOf({ identity, config: config.current, memberId: null, peer: null, ready });
    const status = ready ? "ready" : "not-ready";
    const { nodeId } = identity;
    return [{ nodeId, status, consensusRole: "leader", member: this.#member(), presence, admission: null }];
  }

  async rollCall(): Promise<RollCall> {
    const { identity, store, term, now } = this.#sources;
    const report = reportOf(this.#member(), await store.status(), identity.version, term());
    const healthy = report.healthy ? 1 : 0;
    return {
      at: new Date(now()),
      clusterId: identity.cluster,
      reports: [report],
      leaderId: loneMemberId,
      term: term(),
      quorum: { voters: 1, healthy, needed: 1, ok: report.healthy, spare: 0 },
    };
  }

  /** A lone node wins one election, its own, at its start. */
  events({ types, before }: EventQuery): Promise<readonly NumberedEvent[]> {
    const { identity, term } = this.#sources;
    if (types?.includes("election") === false || (before !== undefined && before <= 1)) return Promise.resolve([]);
    const { nodeId } = identity;
    const event = {
      type: "election",
      id: `election/${term()}`,
      at: identity.startedAt.toISOString(),
      written_by: nodeId,
      term: term(),
      leader: nodeId,
      previous: null,
      cause: "start",
      requested_by: null,
      took_ms: null,
    } as const;
    return Promise.resolve([{ sequence: 1, event }]);
  }

  figures(): ClusterFigures {
    return loneFigures({ leads: this.#sources.state.phase === "ready", term: this.#sources.term() });
  }

  quorumCheck() {
    return quorumCheck(this.standing(), undefined);
  }

  #member(): Member {
    const { nodeId } = this.#sources.identity;
    return { id: loneMemberId, nodeId, started: true, learner: false, peerUrls: [], clientUrls: [] };
  }
}

/** The state of a lone node can only be looked at, not compared. */
class LoneIntegrity {
  readonly #sources: LoneClusterSources;
  readonly #member: () => Member;
  #last: IntegrityReport | null = null;

  constructor(sources: LoneClusterSources, member: () => Member) {
    this.#sources = sources;
    this.#member = member;
  }

  get last(): IntegrityReport | null {
    return this.#last;
  }

  async check(): Promise<IntegrityReport> {
    const { store, now } = this.#sources;
    const { revision, checksum } = await store.checksum();
    const { id, nodeId } = this.#member();
    this.#last = {
      status: "consistent",
      checkedAt: new Date(now()),
      revision,
      members: [
        {
          name: nodeId ?? id,
          memberId: id,
          hash: Number.parseInt(checksum.slice(0, 8), 16),
          compactRevision: null,
          missing: null,
          error: null,
          state: "equal",
        },
      ],
      differing: [],
      reason: "a lone node has no other copy to compare with",
    };
    return this.#last;
  }
}

const loneMemberId = "1";

function reportOf(member: Member, status: StoreStatus, version: string, term: number): MemberReport {
  return {
    member,
    reachable: true,
    healthy: status.healthy,
    leaderId: member.id,
    term,
    raftIndex: status.revision,
    appliedIndex: status.revision,
    revision: status.revision,
    sizeBytes: status.sizeBytes,
    version,
    complaints: status.lastError === null || status.healthy ? [] : [status.lastError.message],
    roundTripMilliseconds: 0,
    error: null,
  };
}

function refusals({ identity, config }: LoneClusterSources): MembershipChanges {
  const refuse = (): Promise<never> => {
    const engine = engineOfNode(config.current);
    const detail = `${identity.nodeId} is a lone node on the ${engine} engine: it has no members to change. A cluster has 3, 5 or 7 of them, with consensus.engine: etcd`;
    return Promise.reject(new ApiProblem("lone-node", detail));
  };
  return { addNode: refuse, removeNode: refuse, leave: refuse, replaceNode: refuse, transferLeadership: refuse };
}
