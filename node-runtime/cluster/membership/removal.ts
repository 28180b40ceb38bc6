/** Takes members out of the cluster: remove-node and leave (guides 000:846, 000:1554 and 004:609). */
import { ApiProblem } from "../../http/problem.ts";
import { etcdProblem, type EtcdAdmin } from "../etcd-admin.ts";
import type { PresenceKeeper } from "../presence/keeper.ts";
import type { Admissions } from "./admission.ts";
import type { MemberDirectory } from "./directory.ts";
import type { Leadership } from "./leadership.ts";
import type { MemberClients } from "./member-clients.ts";
import { memberOfNode, nameOf, type Member, type MemberList } from "./members.ts";
import { notAMember, requireAllowed } from "./problems.ts";
import { judgeChange } from "./quorum.ts";
import type { MemberReport, RollCaller } from "./roll-call.ts";
import { settling } from "./settling.ts";

export interface RemovalOptions {
  nodeId: string;
  client: Pick<EtcdAdmin, "memberRemove">;
  clients: MemberClients;
  directory: MemberDirectory;
  rollCaller: RollCaller;
  leadership: Leadership;
  admissions: Admissions;
  presence: Pick<PresenceKeeper, "withdraw" | "start">;
}

export interface RemovalResult {
  /** Null for a node that was admitted and no member. */
  readonly removed: Member | null;
  readonly members: MemberList;
  readonly warnings: readonly string[];
}

export class Removal {
  readonly #options: RemovalOptions;

  constructor(options: RemovalOptions) {
    this.#options = options;
  }

  /**
   * Removes a node. A leader hands the leadership over first. With `force` only etcd itself judges whether that is safe;
   * it never takes the last member.
   * @throws ApiProblem `not-a-member`, `quorum-would-be-lost`, `no-quorum`
   */
  async remove(nodeId: string, force: boolean): Promise<RemovalResult> {
    const { directory, admissions } = this.#options;
    const list = await directory.read().catch((error: unknown) => {
      throw etcdProblem(error, `${nodeId} can't be removed`);
    });
    const member = memberOfNode(list, nodeId);
    if (member === undefined) {
      if (await admissions.withdraw(nodeId)) return { removed: null, members: list, warnings: [] };
      throw notAMember(nodeId, list.members.map(nameOf));
    }
    const warnings = member.learner ? [] : await this.#clearTheWay(member, force);
    // Before the member goes: with it goes the store of its node.
    await admissions.withdraw(nodeId);
    return { removed: member, members: await this.#take(member), warnings };
  }

  /** Judges the removal of a voter, and moves the leadership off it. */
  async #clearTheWay(member: Member, force: boolean): Promise<readonly string[]> {
    const { rollCaller, leadership } = this.#options;
    const { reports, leaderId } = await rollCaller.fresh();
    const voters = reports
      .filter((report) => !report.member.learner)
      .map((report) => ({ id: nameOf(report.member), healthy: report.healthy }));
    const change = { kind: "remove", id: nameOf(member) } as const;
    const warnings = requireAllowed(judgeChange(voters, change, force), `${nameOf(member)} can't be removed`);
    if (leaderId === member.id) await leadership.move({ kind: "transfer" });
    return warnings;
  }

  async #take(member: Member): Promise<MemberList> {
    const { client, clients, directory, nodeId, presence, rollCaller } = this.#options;
    try {
      if (member.nodeId !== nodeId) {
        return directory.accept(await settling.execute(() => client.memberRemove(member.id)));
      }
      // A member that is removed stops at once and can't be relied on to answer, nor can its store afterwards.
      const other = otherVoter((await rollCaller.fresh()).reports, member);
      await presence.withdraw();
      return directory.accept(
        await settling.execute(() => clients.use(other, (remote) => remote.memberRemove(member.id))),
      );
    } catch (error) {
      if (member.nodeId === nodeId) presence.start();
      throw etcdProblem(error, `${nameOf(member)} can't be removed`);
    }
  }
}

function otherVoter(reports: readonly MemberReport[], member: Member): Member {
  const others = reports.filter((report) => report.healthy && !report.member.learner && report.member.id !== member.id);
  const other = others.find((report) => report.leaderId === report.member.id) ?? others[0];
  if (other !== undefined) return other.member;
  throw new ApiProblem("quorum-would-be-lost", `no healthy voter but ${nameOf(member)} is there to decide its removal`);
}
