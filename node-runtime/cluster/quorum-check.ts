/** The health check `quorum`. Pure. */
import type { HealthCheck } from "../workloads/workload.ts";
import type { Standing } from "./cluster.ts";
import { nameOf } from "./membership/members.ts";
import type { RollCall } from "./membership/roll-call.ts";

/** @param call the latest roll call; undefined before the first */
export function quorumCheck(standing: Pick<Standing, "leader" | "term">, call: RollCall | undefined): HealthCheck {
  const details = {
    leader: standing.leader,
    term: standing.term,
    ...(call === undefined
      ? {}
      : { voters: call.quorum.voters, healthy: call.quorum.healthy, needed: call.quorum.needed }),
  };
  const base = { name: "quorum", details };
  if (standing.leader === null) {
    const reason =
      "this node knows of no leader: it can't reach a majority of the members, and serves stale reads only";
    return { ...base, status: "unhealthy", reason };
  }
  const missing = (call?.reports ?? []).filter(({ member, healthy }) => !member.learner && !healthy);
  if (missing.length === 0) return { ...base, status: "healthy" };
  const names = missing.map(({ member }) => nameOf(member)).join(", ");
  const spare = call?.quorum.spare ?? 0;
  const reason = `${names} ${missing.length === 1 ? "does" : "do"} not answer or know no leader; ${spare} more may fail`;
  return { ...base, status: "degraded", reason };
}
