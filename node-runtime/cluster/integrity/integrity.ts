/** Compares the state of all members: etcd's HashKV at one revision (guide 000:1549, 003:751, 004:1099). */
import { EtcdCallError } from "../../store/etcd/client.ts";
import type { MemberClients } from "../membership/member-clients.ts";
import { nameOf } from "../membership/members.ts";
import type { MemberReport, RollCaller } from "../membership/roll-call.ts";
import { judgeHashes, type IntegrityVerdict, type MemberHash, type MemberIntegrity } from "./verdict.ts";

export interface IntegrityMember extends MemberHash {
  readonly state: MemberIntegrity;
}

export interface IntegrityReport {
  readonly status: IntegrityVerdict["status"];
  readonly checkedAt: Date;
  /** The revision that was compared; null where no member could be asked. */
  readonly revision: number | null;
  readonly members: readonly IntegrityMember[];
  readonly differing: readonly string[];
  readonly reason: string | null;
}

export interface IntegrityCheckerOptions {
  rollCaller: Pick<RollCaller, "fresh">;
  clients: MemberClients;
  now: () => number;
  /** Told of each report. */
  onReport: (report: IntegrityReport) => void;
  /** A hash reads the whole state. Default 30 s. */
  limitMilliseconds?: number;
}

/** Members compact at slightly different times; then the hashes cover different history and are asked for again. */
const attempts = 4;

export class IntegrityChecker {
  readonly #options: IntegrityCheckerOptions;
  #last: IntegrityReport | null = null;
  #running: Promise<IntegrityReport> | undefined;

  constructor(options: IntegrityCheckerOptions) {
    this.#options = options;
  }

  /** The latest report; null before the first. */
  get last(): IntegrityReport | null {
    return this.#last;
  }

  /** Compares now. Callers that come meanwhile share the report. */
  check(): Promise<IntegrityReport> {
    this.#running ??= this.#check().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #check(): Promise<IntegrityReport> {
    let report = await this.#compare();
    for (let attempt = 2; attempt <= attempts && needsAnother(report); attempt += 1) report = await this.#compare();
    this.#last = report;
    this.#options.onReport(report);
    return report;
  }

  async #compare(): Promise<IntegrityReport> {
    const { reports } = await this.#options.rollCaller.fresh();
    const revisions = reports
      .filter(({ reachable, member }) => reachable && !member.learner)
      .flatMap(({ revision }) => (revision === null ? [] : [revision]));
    const revision = revisions.length === 0 ? null : Math.min(...revisions);
    const hashes = await Promise.all(reports.map((report) => this.#hashOf(report, revision)));
    const { status, states, differing, reason } = judgeHashes(hashes, reports.length === 1);
    return {
      status,
      checkedAt: new Date(this.#options.now()),
      revision,
      members: hashes.map((hash, index) => ({ ...hash, state: states[index] ?? "unreachable" })),
      differing,
      reason,
    };
  }

  async #hashOf({ member, reachable, error }: MemberReport, revision: number | null): Promise<MemberHash> {
    const base = { name: nameOf(member), memberId: member.id, hash: null, compactRevision: null, error };
    if (!member.started) return { ...base, missing: "not-started" };
    // etcd's learners answer no HashKV.
    if (member.learner) return { ...base, missing: "learner" };
    if (!reachable || revision === null) return { ...base, missing: "unreachable" };
    const timeoutMilliseconds = this.#options.limitMilliseconds ?? 30_000;
    try {
      const answer = await this.#options.clients.use(member, (client) =>
        client.hashKv(revision, { timeoutMilliseconds }),
      );
      return { ...base, hash: answer.hash, compactRevision: Number(answer.compact_revision), missing: null };
    } catch (failure) {
      const message = failure instanceof EtcdCallError ? failure.details : String(failure);
      return { ...base, missing: "unreachable", error: message };
    }
  }
}

/** Whether a compaction came in between. */
function needsAnother({ members }: IntegrityReport): boolean {
  return members.some(({ state, error }) => state === "incomparable" || error?.includes("compacted") === true);
}
