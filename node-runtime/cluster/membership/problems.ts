/** Refusals of changes, as the problems that clients are answered with. */
import { ApiProblem, type ProblemCode } from "../../http/problem.ts";
import type { QuorumVerdict } from "./quorum.ts";

const codes = {
  "unknown-member": "not-a-member",
  "last-member": "quorum-would-be-lost",
  "no-quorum": "no-quorum",
  "quorum-would-be-lost": "quorum-would-be-lost",
} as const satisfies Record<Extract<QuorumVerdict, { allowed: false }>["reason"], ProblemCode>;

/** @returns the warnings; @throws ApiProblem where the change is refused */
export function requireAllowed(verdict: QuorumVerdict, what: string): readonly string[] {
  if (verdict.allowed) return verdict.warnings;
  throw new ApiProblem(codes[verdict.reason], `${what}: ${verdict.detail}`, { members: { reason: verdict.reason } });
}

/** @param known ids of the nodes that there are */
export function notAMember(nodeId: string, known: readonly string[]): ApiProblem {
  return new ApiProblem("not-a-member", `${nodeId} is not a node of this cluster; there are ${known.join(", ")}`);
}

export function noLeader(what: string): ApiProblem {
  return new ApiProblem(
    "no-quorum",
    `${what}: no member knows of a leader; bring a majority of the members back first`,
    {
      headers: { "retry-after": "1" },
    },
  );
}
