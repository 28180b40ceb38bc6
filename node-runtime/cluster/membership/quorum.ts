/** Whether a change of the members leaves a quorum. Pure: given who votes and who is healthy. */

export interface Voter {
  readonly id: string;
  /** It answers and knows the leader. */
  readonly healthy: boolean;
}

export type MembershipChange =
  | { readonly kind: "remove"; readonly id: string }
  /** A learner becomes a voter. It is healthy: it has caught up. */
  | { readonly kind: "promote"; readonly id: string };

export type QuorumVerdict =
  | {
      readonly allowed: true;
      /** What the cluster is worse at afterwards, a sentence each. */
      readonly warnings: readonly string[];
    }
  | {
      readonly allowed: false;
      readonly reason: "unknown-member" | "last-member" | "no-quorum" | "quorum-would-be-lost";
      readonly detail: string;
    };

/** The smallest number of voters that can decide. */
export function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/** How many voters may fail and leave the rest able to decide. */
export function faultToleranceOf(voters: number): number {
  return voters === 0 ? 0 : voters - majorityOf(voters);
}

export interface Quorum {
  readonly voters: number;
  readonly healthy: number;
  readonly needed: number;
  readonly ok: boolean;
  /** How many more may fail now. */
  readonly spare: number;
}

export function quorumOf(voters: readonly Voter[]): Quorum {
  const healthy = voters.filter((voter) => voter.healthy).length;
  const needed = majorityOf(voters.length);
  return { voters: voters.length, healthy, needed, ok: healthy >= needed, spare: Math.max(0, healthy - needed) };
}

/** The voters as they would be after a change. */
export function votersAfter(voters: readonly Voter[], change: MembershipChange): readonly Voter[] {
  return change.kind === "remove"
    ? voters.filter(({ id }) => id !== change.id)
    : [...voters, { id: change.id, healthy: true }];
}

/**
 * Judges one change. An even number of voters is what every step of a replacement, or of a scaling by two, goes through:
 * it is allowed and comes with a warning. `force` leaves the judgement to etcd, which refuses what would stop it at once;
 * the last member can't be removed by force either.
 */
export function judgeChange(voters: readonly Voter[], change: MembershipChange, force = false): QuorumVerdict {
  if (change.kind === "remove" && !voters.some(({ id }) => id === change.id)) {
    return { allowed: false, reason: "unknown-member", detail: `${change.id} is no voter of this cluster` };
  }
  const before = quorumOf(voters);
  const after = quorumOf(votersAfter(voters, change));
  if (after.voters === 0) {
    const detail = `${change.id} is the last member: without it the state is gone. To end the cluster, stop the node`;
    return { allowed: false, reason: "last-member", detail };
  }
  if (force) return { allowed: true, warnings: warningsOf(after) };
  if (!before.ok) {
    const detail = `${before.healthy} of ${before.voters} voters are healthy and ${before.needed} have to agree: no change can be decided. Bring members back first`;
    return { allowed: false, reason: "no-quorum", detail };
  }
  if (!after.ok) {
    const detail =
      `of the ${after.voters} voters that it leaves ${after.healthy} would be healthy, and ${after.needed} have to agree. ` +
      "Bring the unhealthy members back, or remove one of those first";
    return { allowed: false, reason: "quorum-would-be-lost", detail };
  }
  return { allowed: true, warnings: warningsOf(after) };
}

function warningsOf({ voters, spare }: Quorum): string[] {
  const warnings: string[] = [];
  if (voters === 2) {
    warnings.push(
      "2 voters can't lose any: if one fails, nothing is written until it is back. Add a third, or remove one more",
    );
  } else if (voters % 2 === 0) {
    warnings.push(
      `${voters} voters survive no more failures than ${voters - 1} do: finish the step by adding or removing one`,
    );
  }
  if (voters > 2 && spare === 0)
    warnings.push("no further voter may fail now: the unhealthy ones have to come back first");
  if (voters === 1) warnings.push("1 voter has no other copy of the state");
  return warnings;
}
