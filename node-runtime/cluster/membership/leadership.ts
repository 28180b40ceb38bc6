/** Moves the leadership (MoveLeader; guide 004:551). */
import { ApiProblem } from "../../http/problem.ts";
import type { MemberMonitor } from "../../store/etcd/member-view.ts";
import type { Store } from "../../store/store.ts";
import { etcdProblem } from "../etcd-admin.ts";
import { intentText } from "../events/election-recorder.ts";
import type { LeadershipIntent } from "../events/elections.ts";
import { leadershipIntentKey } from "../keys.ts";
import type { MemberClients } from "./member-clients.ts";
import { nameOf, type Member } from "./members.ts";
import { noLeader, notAMember } from "./problems.ts";
import { bestSuccessor, type MemberReport, type RollCall, type RollCaller } from "./roll-call.ts";

export interface LeadershipOptions {
  nodeId: string;
  store: Pick<Store, "txn">;
  clients: MemberClients;
  rollCaller: RollCaller;
  monitor: Pick<MemberMonitor, "look">;
  now: () => number;
}

export interface LeadershipMove {
  /** False where the target led already. */
  readonly moved: boolean;
  readonly leader: Member;
  readonly previous: Member;
}

export interface MoveRequest {
  /** Node id; without it the healthy voter that has the most of the log. */
  readonly to?: string;
  readonly kind: LeadershipIntent["kind"];
}

export class Leadership {
  readonly #options: LeadershipOptions;

  constructor(options: LeadershipOptions) {
    this.#options = options;
  }

  /**
   * Hands the leadership over and waits until it has arrived.
   * @throws ApiProblem `no-quorum`, `not-a-member`, `conflict`: the target can't lead
   */
  async move({ to, kind }: MoveRequest): Promise<LeadershipMove> {
    const { clients, rollCaller, monitor } = this.#options;
    const call = await rollCaller.fresh();
    const previous = call.reports.find(({ member }) => member.id === call.leaderId)?.member;
    if (previous === undefined) throw noLeader("the leadership can't be moved");
    const target = to === undefined ? successorOf(call, previous) : targetOf(call, to);
    if (target.member.id === previous.id) return { moved: false, leader: previous, previous };
    await this.#intend({ kind, term: call.term });
    try {
      await clients.use(previous, (client) => client.moveLeader(target.member.id));
    } catch (error) {
      await this.#forget();
      throw etcdProblem(error, `the leadership can't be moved to ${nameOf(target.member)}`);
    }
    await monitor.look();
    return { moved: true, leader: target.member, previous };
  }

  async #intend({ kind, term }: Pick<LeadershipIntent, "kind" | "term">): Promise<void> {
    const { store, nodeId, now } = this.#options;
    const value = intentText({ kind, requestedBy: nodeId, term, at: now() });
    await store.txn({ then: [{ operation: "put", key: leadershipIntentKey, value }] });
  }

  async #forget(): Promise<void> {
    // The intent only names a cause; it runs out by itself.
    await this.#options.store.txn({ then: [{ operation: "delete", key: leadershipIntentKey }] }).catch(() => undefined);
  }
}

function targetOf({ reports }: RollCall, nodeId: string): MemberReport {
  const target = reports.find(({ member }) => member.nodeId === nodeId);
  if (target === undefined) {
    throw notAMember(
      nodeId,
      reports.map(({ member }) => nameOf(member)),
    );
  }
  if (target.member.learner) {
    throw new ApiProblem("conflict", `${nodeId} is a learner: it can lead when it has caught up and votes`);
  }
  if (!target.healthy) {
    const why = target.error ?? (target.complaints.join(", ") || "it knows no leader");
    throw new ApiProblem("conflict", `${nodeId} can't lead now: ${why}`);
  }
  return target;
}

function successorOf({ reports }: RollCall, leader: Member): MemberReport {
  const successor = bestSuccessor(reports, leader.id);
  if (successor !== undefined) return successor;
  throw new ApiProblem("conflict", `no healthy voter but ${nameOf(leader)} is there to lead`);
}
