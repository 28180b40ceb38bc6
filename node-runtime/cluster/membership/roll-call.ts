/** Asks every member how it is. */
import type { StatusResponse } from "../../store/etcd/messages.ts";
import type { MemberDirectory } from "./directory.ts";
import type { MemberClients } from "./member-clients.ts";
import type { Member } from "./members.ts";
import { quorumOf, type Quorum, type Voter } from "./quorum.ts";

/** What one member said, or that it did not. Figures of a member that did not answer are null. */
export interface MemberReport {
  readonly member: Member;
  readonly reachable: boolean;
  /** It answers, knows a leader and holds its state for sound. */
  readonly healthy: boolean;
  readonly leaderId: string | null;
  readonly term: number | null;
  readonly raftIndex: number | null;
  readonly appliedIndex: number | null;
  readonly revision: number | null;
  readonly sizeBytes: number | null;
  readonly version: string | null;
  /** What etcd says of itself: alarms, no leader. */
  readonly complaints: readonly string[];
  readonly roundTripMilliseconds: number | null;
  /** Why it did not answer. */
  readonly error: string | null;
}

export interface RollCall {
  readonly at: Date;
  readonly clusterId: string;
  /** In the order of the member list. */
  readonly reports: readonly MemberReport[];
  /** Member id of the leader of the highest term that anyone knows. */
  readonly leaderId: string | null;
  readonly term: number;
  readonly quorum: Quorum;
}

export interface RollCallerOptions {
  directory: MemberDirectory;
  clients: MemberClients;
  /** A member that takes longer is unreachable. Default 1000. */
  limitMilliseconds?: number;
  now?: () => number;
}

export class RollCaller {
  readonly #options: RollCallerOptions;
  #latest: RollCall | undefined;
  #running: Promise<RollCall> | undefined;
  #next: Promise<RollCall> | undefined;

  constructor(options: RollCallerOptions) {
    this.#options = options;
  }

  /** The latest one; undefined before the first. */
  get latest(): RollCall | undefined {
    return this.#latest;
  }

  /** Asks all members at once. Callers that come meanwhile share the answers. */
  take(): Promise<RollCall> {
    this.#running ??= this.#take().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** As `take`, and nobody is asked before this is called: for decisions, which old answers would mislead. */
  fresh(): Promise<RollCall> {
    if (this.#running === undefined) return this.take();
    this.#next ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.take();
      });
    return this.#next;
  }

  async #take(): Promise<RollCall> {
    const { clusterId, members } = await this.#options.directory.latest();
    const reports = await Promise.all(members.map((member) => this.#ask(member)));
    const at = new Date((this.#options.now ?? Date.now)());
    this.#latest = { at, clusterId, reports, ...leaderOf(reports), quorum: quorumOf(votersIn(reports)) };
    return this.#latest;
  }

  async #ask(member: Member): Promise<MemberReport> {
    const { clients, limitMilliseconds: timeoutMilliseconds = 1_000 } = this.#options;
    const begin = performance.now();
    try {
      const status = await clients.use(member, (client) => client.status({ timeoutMilliseconds }));
      return reportOf(member, status, performance.now() - begin);
    } catch (error) {
      return silent(member, error instanceof Error ? error.message : String(error));
    }
  }
}

/** The voters of a roll call, named by member id. */
export function votersIn(reports: readonly MemberReport[]): readonly Voter[] {
  return reports.filter(({ member }) => !member.learner).map(({ member: { id }, healthy }) => ({ id, healthy }));
}

/** Who should lead after a leader that goes: of the healthy voters the one that has the most of the log. */
export function bestSuccessor(reports: readonly MemberReport[], leaving: string): MemberReport | undefined {
  return reports
    .filter(({ member, healthy }) => healthy && !member.learner && member.id !== leaving)
    .reduce<MemberReport | undefined>(
      (best, report) => (best === undefined || (report.raftIndex ?? 0) > (best.raftIndex ?? 0) ? report : best),
      undefined,
    );
}

function leaderOf(reports: readonly MemberReport[]): Pick<RollCall, "leaderId" | "term"> {
  const newest = reports.reduce<MemberReport | undefined>(
    (best, report) =>
      report.leaderId !== null && (best === undefined || (report.term ?? 0) > (best.term ?? 0)) ? report : best,
    undefined,
  );
  const terms = reports.map(({ term }) => term ?? 0);
  return { leaderId: newest?.leaderId ?? null, term: Math.max(0, ...terms) };
}

function reportOf(member: Member, status: StatusResponse, roundTripMilliseconds: number): MemberReport {
  const leaderId = status.leader === "0" ? null : status.leader;
  return {
    member,
    reachable: true,
    healthy: leaderId !== null && !status.errors.some((complaint) => complaint.includes("CORRUPT")),
    leaderId,
    term: Number(status.raftTerm),
    raftIndex: Number(status.raftIndex),
    appliedIndex: Number(status.raftAppliedIndex),
    revision: Number(status.header.revision),
    sizeBytes: Number(status.dbSize),
    version: status.version,
    complaints: status.errors,
    roundTripMilliseconds,
    error: null,
  };
}

function silent(member: Member, error: string): MemberReport {
  return {
    member,
    reachable: false,
    healthy: false,
    leaderId: null,
    term: null,
    raftIndex: null,
    appliedIndex: null,
    revision: null,
    sizeBytes: null,
    version: null,
    complaints: [],
    roundTripMilliseconds: null,
    error,
  };
}
