/** What has to be seen to before members of a cluster are stopped and started one at a time. Pure. */
import { quorumOf } from "../process/quorum.ts";

/** A member, as it was found. */
export interface RollingMember {
  id: string;
  ready: boolean;
  /** Whether it votes, as far as one that is ready says; undefined where none does. */
  voter: boolean | undefined;
  rolls: boolean;
  /** It counts for the quorum still, and is removed from the cluster by the same update. */
  leaving: boolean;
}

/** What to do before the first of them is stopped. */
export type RollPlan =
  | { kind: "nothing" }
  /** None is ready: nothing can be lost, and an update has to be able to repair. */
  | { kind: "repair" }
  | { kind: "transfer"; to: string }
  | { kind: "refuse"; reason: string };

/** `members` in the order in which they roll; `leader` is the one that leads now, undefined where nobody knows one. */
export function planRoll(members: readonly RollingMember[], leader: string | undefined): RollPlan {
  const rolling = members.filter(({ rolls }) => rolls);
  // A lone node has nobody to lead.
  if (rolling.length === 0 || members.length < 2) return { kind: "nothing" };
  const ready = members.filter((member) => member.ready);
  if (ready.length === 0) return { kind: "repair" };
  const needed = quorumOf(members.length);
  const left = ready.some(({ rolls }) => rolls) ? ready.length - 1 : ready.length;
  if (left < needed) return { kind: "refuse", reason: describeLoss(members, left, needed) };
  const last = rolling.at(-1);
  if (leader === undefined || leader === last?.id || !rolling.some(({ id }) => id === leader)) {
    return { kind: "nothing" };
  }
  const able = (member: RollingMember) => member.ready && member.voter !== false && !member.leaving;
  // One that doesn't roll spares the cluster a further election; else the one that rolls when all others are done.
  const target = members.find((member) => !member.rolls && able(member)) ?? rolling.findLast(able);
  return target === undefined || target.id === leader ? { kind: "nothing" } : { kind: "transfer", to: target.id };
}

function describeLoss(members: readonly RollingMember[], left: number, needed: number): string {
  const missing = members.filter(({ ready }) => !ready).map(({ id }) => id);
  return (
    `the cluster can't do without any of its members now: ${left} of ${members.length} would be ready, and a quorum is ${needed}` +
    (missing.length === 0 ? "" : `; not ready: ${missing.join(", ")}`)
  );
}

/** One line for a preview: who is stopped and started, in which order. */
export function describeRoll(ids: readonly string[], all: number): string {
  const last = ids.at(-1) ?? "";
  if (all === 1) return `rolls ${last}, the only member: it does not answer meanwhile`;
  if (ids.length === 1) return `rolls ${last}; another member leads meanwhile`;
  return ids.length === all
    ? `rolls ${ids.join(", ")} one at a time; ${last} (then the leader) last`
    : `rolls ${ids.join(", ")} one at a time; a member that does not roll leads meanwhile`;
}
