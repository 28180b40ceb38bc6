/** Changes of the membership, as the routes ask for them. Any node can be asked. */
import { ApiProblem } from "../../http/problem.ts";
import { etcdProblem, type EtcdAdmin } from "../etcd-admin.ts";
import type { AdmissionRecord } from "../presence/records.ts";
import type { Admissions, NewNode } from "./admission.ts";
import type { MemberDirectory } from "./directory.ts";
import type { Leadership, LeadershipMove } from "./leadership.ts";
import { addLearner } from "./learners.ts";
import { memberOfNode, nameOf, type Member, type MemberList } from "./members.ts";
import { notAMember } from "./problems.ts";
import type { Removal, RemovalResult } from "./removal.ts";
import type { RollCaller } from "./roll-call.ts";

export interface AdmissionResult {
  readonly admission: AdmissionRecord;
  readonly members: MemberList;
  readonly warnings: readonly string[];
}

/** What can be done to the membership. Each refuses with an ApiProblem, and then nothing has changed. */
export interface MembershipChanges {
  /** Lets a node join by itself. */
  addNode(node: NewNode): Promise<AdmissionResult>;
  removeNode(nodeId: string, options: { force: boolean }): Promise<RemovalResult>;
  /** Takes this node out. */
  leave(): Promise<RemovalResult>;
  /** Lets `successor` join; `nodeId` leaves when it votes, or, where it is not healthy, at once. */
  replaceNode(nodeId: string, successor: NewNode): Promise<AdmissionResult>;
  /** @param to node id; without it the healthy voter that has the most of the log */
  transferLeadership(to?: string): Promise<LeadershipMove>;
}

export interface MembershipOptions {
  nodeId: string;
  client: Pick<EtcdAdmin, "memberAdd">;
  directory: MemberDirectory;
  rollCaller: RollCaller;
  leadership: Leadership;
  removal: Removal;
  admissions: Admissions;
  /** Told after each change. */
  onChange: () => void;
}

export class Membership implements MembershipChanges {
  readonly #options: MembershipOptions;

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /** The members that a majority agrees on. @throws ApiProblem `no-quorum` */
  members(): Promise<MemberList> {
    return this.#options.directory.read().catch((error: unknown) => {
      throw etcdProblem(error, "the members can't be read");
    });
  }

  /** Adds a member that follows without a vote; it is promoted when it has caught up. */
  async addLearner(peerUrls: readonly string[]): Promise<{ member: Member; members: MemberList }> {
    const added = await addLearner(this.#options.client, this.#options.directory, peerUrls);
    this.#options.onChange();
    return added;
  }

  async addNode(node: NewNode): Promise<AdmissionResult> {
    const members = await this.members();
    if (memberOfNode(members, node.nodeId) !== undefined) {
      throw new ApiProblem("conflict", `${node.nodeId} is a member already; give the new node another id`);
    }
    const warnings = await this.#warningsOf(node);
    return { admission: await this.#options.admissions.admit(node), members, warnings };
  }

  async removeNode(nodeId: string, { force }: { force: boolean }): Promise<RemovalResult> {
    const result = await this.#options.removal.remove(nodeId, force);
    if (nodeId !== this.#options.nodeId) this.#options.onChange();
    return result;
  }

  leave(): Promise<RemovalResult> {
    return this.removeNode(this.#options.nodeId, { force: false });
  }

  async replaceNode(nodeId: string, successor: NewNode): Promise<AdmissionResult> {
    const members = await this.members();
    if (memberOfNode(members, nodeId) === undefined) throw notAMember(nodeId, members.members.map(nameOf));
    if (successor.role !== "member") {
      throw new ApiProblem("invalid-request", "body role: must be member, since the successor of a member votes");
    }
    if (memberOfNode(members, successor.nodeId) !== undefined) {
      const detail =
        successor.nodeId === nodeId
          ? `a node can't replace itself under the same id: POST remove-node ${nodeId}, then add-node, then start it with an empty data directory`
          : `${successor.nodeId} is a member already; give the new node another id`;
      throw new ApiProblem("conflict", detail);
    }
    const { reports } = await this.#options.rollCaller.fresh();
    const sound = reports.find(({ member }) => member.nodeId === nodeId)?.healthy === true;
    if (!sound) return this.#replaceDead(nodeId, successor);
    const warnings = await this.#warningsOf(successor);
    return { admission: await this.#options.admissions.admit(successor, nodeId), members, warnings };
  }

  /** etcd lets nobody in while a member is gone: that one goes first. */
  async #replaceDead(nodeId: string, successor: NewNode): Promise<AdmissionResult> {
    const { members, warnings } = await this.removeNode(nodeId, { force: false });
    return { admission: await this.#options.admissions.admit(successor), members, warnings };
  }

  async transferLeadership(to?: string): Promise<LeadershipMove> {
    const move = await this.#options.leadership.move({ kind: "transfer", ...(to === undefined ? {} : { to }) });
    this.#options.onChange();
    return move;
  }

  async #warningsOf({ role }: NewNode): Promise<string[]> {
    if (role === "gateway") return [];
    const { quorum, reports } = await this.#options.rollCaller.fresh();
    const warnings: string[] = [];
    if (!quorum.ok) warnings.push("the members have no quorum now: the node joins when they have one");
    const learner = reports.find(({ member }) => member.learner);
    if (learner !== undefined) {
      warnings.push(`${nameOf(learner.member)} is still joining: one node joins at a time, this one waits its turn`);
    }
    if (quorum.voters % 2 === 1) {
      warnings.push(
        `${quorum.voters + 1} voters survive no more failures than ${quorum.voters} do: add two, or replace one`,
      );
    }
    return warnings;
  }
}
