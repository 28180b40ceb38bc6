/** Elections, as one node sees them in its member's views. Pure. */
import type { MemberView } from "../../store/etcd/member-view.ts";
import type { ElectionCause } from "./event.ts";

/** What has been seen so far: the latest election. */
export interface Leadership {
  /** The latest leader; stays while there is none. */
  readonly leaderId: string | null;
  readonly term: number;
  /** Since when there has been no leader; null while there is one. */
  readonly lostAt: number | null;
}

/** An election that this node has seen the outcome of. */
export interface SeenElection {
  readonly term: number;
  readonly leaderId: string;
  readonly previousId: string | null;
  readonly at: number;
  readonly tookMilliseconds: number | null;
  /** No leader had been seen before by this process: the election may be older than it. */
  readonly first: boolean;
}

export const nothingSeen: Leadership = { leaderId: null, term: 0, lostAt: null };

/** @param now milliseconds since the epoch */
export function observe(
  seen: Leadership,
  view: Pick<MemberView, "leaderId" | "term"> | undefined,
  now: number,
): { seen: Leadership; election?: SeenElection } {
  // A member that doesn't answer says nothing about the leader.
  if (view === undefined) return { seen };
  if (view.leaderId === null) return { seen: { ...seen, lostAt: seen.lostAt ?? now } };
  const after: Leadership = { leaderId: view.leaderId, term: view.term, lostAt: null };
  if (view.term <= seen.term) {
    // etcd shows a new leader a moment before it shows its term: that comes with the next view.
    return { seen: view.leaderId === seen.leaderId ? { ...seen, lostAt: null } : seen };
  }
  return {
    seen: after,
    election: {
      term: view.term,
      leaderId: view.leaderId,
      previousId: seen.leaderId,
      at: now,
      tookMilliseconds: seen.lostAt === null ? null : Math.max(0, Math.round(now - seen.lostAt)),
      first: seen.leaderId === null,
    },
  };
}

/** Who asked for the leadership to move: `cluster/intent/leadership`. */
export interface LeadershipIntent {
  readonly kind: "transfer" | "leader-stopped";
  readonly requestedBy: string;
  /** Term in which it was asked. */
  readonly term: number;
  readonly at: number;
}

/** An intent older than this did not lead to the election. */
const intentLifeMilliseconds = 30_000;

export function intentBehind(
  election: Pick<SeenElection, "term" | "at">,
  intent: LeadershipIntent | undefined,
): LeadershipIntent | undefined {
  if (intent === undefined || intent.term >= election.term) return undefined;
  return Math.abs(election.at - intent.at) <= intentLifeMilliseconds ? intent : undefined;
}

/** @param won whether the node that judges is the one that leads now */
export function causeOf(election: SeenElection, intent: LeadershipIntent | undefined, won: boolean): ElectionCause {
  const behind = intentBehind(election, intent);
  if (behind !== undefined) return behind.kind;
  // Whoever comes up and leads at once found no leader there.
  if (election.first) return won ? "start" : "unknown";
  return election.previousId === election.leaderId ? "unknown" : "leader-lost";
}
