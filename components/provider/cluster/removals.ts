/** In which order members can leave a cluster, if they can. Pure. */
import { quorumOf } from "../process/quorum.ts";

/** A member that votes, as it was found. */
export interface Voter {
  id: string;
  ready: boolean;
}

/** Which members leave, one after the other; or why none does. */
export type Removals = { order: string[] } | { refusal: string };

/**
 * Members that aren't ready leave first, since each of them makes the quorum smaller without costing a vote; the others
 * in the order of `dropped`. What isn't a voter (any more) is left out. Refused as a whole where a quorum of those that
 * are left wouldn't be ready after any of the steps.
 */
export function planRemovals(voters: readonly Voter[], dropped: readonly string[]): Removals {
  const leaving = dropped.flatMap((id) => voters.filter((voter) => voter.id === id));
  const order = [...leaving.filter(({ ready }) => !ready), ...leaving.filter(({ ready }) => ready)];
  if (order.length === 0) return { order: [] };
  if (order.length === voters.length) return { refusal: "no member would be left" };
  let left = [...voters];
  const ready = () => left.filter((voter) => voter.ready).length;
  if (ready() < quorumOf(left.length)) return { refusal: describe("there is no quorum now", left) };
  for (const leaver of order) {
    left = left.filter((voter) => voter !== leaver);
    if (ready() < quorumOf(left.length)) return { refusal: describe(`without ${leaver.id} there is no quorum`, left) };
  }
  return { order: order.map(({ id }) => id) };
}

function describe(what: string, left: readonly Voter[]): string {
  const missing = left.filter(({ ready }) => !ready).map(({ id }) => id);
  const ready = left.length - missing.length;
  return `${what}: ${ready} of ${left.length} members are ready, and ${quorumOf(left.length)} have to be; not ready: ${missing.join(", ")}`;
}
