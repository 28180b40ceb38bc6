/** Lets members in as learners, and makes voters of those that caught up. */
import type { Logger } from "pino";
import { etcdProblem, isLagging, type EtcdAdmin } from "../etcd-admin.ts";
import { Loop } from "../loop.ts";
import type { MemberDirectory } from "./directory.ts";
import { memberOfNode, nameOf, type Member, type MemberList } from "./members.ts";
import { judgeChange } from "./quorum.ts";
import type { Admissions } from "./admission.ts";
import type { Removal } from "./removal.ts";
import { votersIn, type RollCaller } from "./roll-call.ts";
import { settling } from "./settling.ts";

/** Adds a member that follows without a vote. @throws ApiProblem `join-busy` while another one learns, `no-quorum`, `conflict` */
export async function addLearner(
  client: Pick<EtcdAdmin, "memberAdd">,
  directory: MemberDirectory,
  peerUrls: readonly string[],
): Promise<{ member: Member; members: MemberList }> {
  const what = `no member can be added at ${peerUrls.join(", ")}`;
  const answer = await settling
    .execute(() => client.memberAdd(peerUrls, true))
    .catch((error: unknown) => {
      throw etcdProblem(error, what);
    });
  const members = directory.accept(answer);
  const member = members.members.find(({ id }) => id === answer.member.ID);
  if (member === undefined) throw new Error(`${what}: etcd's answer doesn't name it`);
  return { member, members };
}

export interface PromoterOptions {
  client: Pick<EtcdAdmin, "memberPromote">;
  directory: MemberDirectory;
  rollCaller: RollCaller;
  admissions: Admissions;
  removal: Removal;
  hasDuty: () => boolean;
  logger: Pick<Logger, "info" | "warn">;
  /** Told after each change. */
  onChange: () => void;
  /** Between looks; default 5 s without a learner, 500 ms with one. */
  intervalMilliseconds?: { idle: number; learning: number };
}

/** Runs on every node; only the one that has the duty acts. */
export class Promoter {
  readonly #options: PromoterOptions;
  readonly #loop: Loop;

  constructor(options: PromoterOptions) {
    this.#options = options;
    this.#loop = new Loop({
      round: () => this.#round(),
      onError: (error, row) => {
        if (row === 1) options.logger.warn({ err: error }, "learners can't be looked after now");
      },
    });
  }

  /** Looks now. */
  wake(): void {
    this.#loop.wake();
  }

  close(): Promise<void> {
    return this.#loop.close();
  }

  async #round(): Promise<number> {
    const {
      hasDuty,
      directory,
      intervalMilliseconds: { idle, learning } = { idle: 5_000, learning: 500 },
    } = this.#options;
    if (!hasDuty()) return idle;
    const { members } = await directory.read();
    const learners = members.filter(({ learner, started }) => learner && started);
    let left = 0;
    for (const learner of learners) if (!(await this.#promote(learner))) left += 1;
    await this.#finishReplacements();
    return left > 0 || members.some(({ learner }) => learner) ? learning : idle;
  }

  /** @returns false where it has not caught up, doesn't answer, or its vote would be one too many now */
  async #promote(learner: Member): Promise<boolean> {
    const { client, directory, rollCaller, logger, onChange } = this.#options;
    const { reports } = await rollCaller.fresh();
    const report = reports.find(({ member }) => member.id === learner.id);
    if (report?.reachable !== true) return false;
    if (!judgeChange(votersIn(reports), { kind: "promote", id: learner.id }).allowed) return false;
    try {
      directory.accept(await client.memberPromote(learner.id));
    } catch (error) {
      if (isLagging(error)) return false;
      throw error;
    }
    logger.info({ node: nameOf(learner) }, "a learner has caught up and votes from now on");
    onChange();
    return true;
  }

  /** A node that was to be replaced goes as soon as its successor votes. */
  async #finishReplacements(): Promise<void> {
    const { admissions, directory, removal, logger, onChange } = this.#options;
    for (const record of await admissions.all()) {
      if (record.replaces === null) continue;
      const list = await directory.read();
      const successor = memberOfNode(list, record.node_id);
      if (successor === undefined || successor.learner) continue;
      if (memberOfNode(list, record.replaces) !== undefined) {
        await removal.remove(record.replaces, false);
        logger.info({ node: record.replaces, by: record.node_id }, "a node has been replaced");
        onChange();
      }
      await admissions.settled(record);
    }
  }
}
