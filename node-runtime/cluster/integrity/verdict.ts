/** Whether members hold the same state, from their hashes at one revision. Pure. */

/** What one member answered; `hash` is null where it could not be asked. */
export interface MemberHash {
  /** Node id, or what else the member is called. */
  readonly name: string;
  readonly memberId: string;
  readonly hash: number | null;
  readonly compactRevision: number | null;
  /** Why there is no hash. */
  readonly missing: "unreachable" | "learner" | "not-started" | null;
  readonly error: string | null;
}

/**
 * `equal` to the majority, `different` from it, `incomparable`: it has compacted to another revision, so its hash covers
 * other history; the others could not be asked.
 */
export type MemberIntegrity = "equal" | "different" | "incomparable" | "unreachable" | "learner" | "not-started";

export interface IntegrityVerdict {
  /** `unknown`: fewer than two members could be compared. */
  readonly status: "consistent" | "divergent" | "unknown";
  readonly states: readonly MemberIntegrity[];
  /** Names of the members that differ. Without a majority that agrees, all that were compared. */
  readonly differing: readonly string[];
  readonly reason: string | null;
}

/** @param alone whether there is one member only: then there is nothing to compare, and nothing that can differ */
export function judgeHashes(hashes: readonly MemberHash[], alone = hashes.length === 1): IntegrityVerdict {
  const asked = hashes.filter(({ hash }) => hash !== null);
  const groups = groupBy(asked, ({ compactRevision }) => String(compactRevision));
  const comparable = largest(groups) ?? [];
  const majority = majorityIn(comparable);
  const states = hashes.map((member): MemberIntegrity => {
    if (member.missing !== null) return member.missing;
    if (!comparable.includes(member)) return "incomparable";
    return majority?.includes(member) === true ? "equal" : "different";
  });
  const differing = hashes.filter((_member, index) => states[index] === "different").map(({ name }) => name);
  if (differing.length > 0) {
    const reason =
      majority === undefined
        ? `${differing.join(", ")} differ from each other and no majority agrees`
        : `${differing.join(", ")} ${differing.length === 1 ? "differs" : "differ"} from the majority`;
    return { status: "divergent", states, differing, reason };
  }
  if (comparable.length < 2 && !alone) {
    return { status: "unknown", states, differing, reason: "fewer than two members could be compared" };
  }
  const left = hashes.filter((_member, index) => states[index] !== "equal");
  const reason = left.length === 0 ? null : `not compared: ${left.map(({ name }) => name).join(", ")}`;
  return { status: "consistent", states, differing, reason };
}

/** The members of the hash that more than half share; undefined where there is none. */
function majorityIn(members: readonly MemberHash[]): readonly MemberHash[] | undefined {
  const best = largest(groupBy(members, ({ hash }) => String(hash)));
  return best !== undefined && best.length * 2 > members.length ? best : undefined;
}

function groupBy(members: readonly MemberHash[], key: (member: MemberHash) => string): MemberHash[][] {
  const groups = new Map<string, MemberHash[]>();
  for (const member of members) groups.set(key(member), [...(groups.get(key(member)) ?? []), member]);
  return [...groups.values()];
}

function largest(groups: readonly MemberHash[][]): MemberHash[] | undefined {
  return groups.reduce<MemberHash[] | undefined>(
    (best, group) => (best === undefined || group.length > best.length ? group : best),
    undefined,
  );
}
