/** What the cluster's own work needs of an etcd client, so that tests can stand in. */
import { status as grpcStatus } from "@grpc/grpc-js";
import { ApiProblem, type ProblemCode } from "../http/problem.ts";
import { EtcdCallError, type EtcdClient } from "../store/etcd/client.ts";

export type EtcdAdmin = Pick<
  EtcdClient,
  | "memberList"
  | "memberAdd"
  | "memberRemove"
  | "memberPromote"
  | "status"
  | "hashKv"
  | "alarms"
  | "moveLeader"
  | "close"
>;

/** A call of etcd that failed, as the problem that a client is answered with. @param what for example `remove node-3` */
export function etcdProblem(error: unknown, what: string): unknown {
  if (!(error instanceof EtcdCallError)) return error;
  const [code, fix] = meaningOf(error);
  return new ApiProblem(code, `${what}: ${error.details.replace(/^etcdserver: /, "etcd says: ")}${fix}`, {
    cause: error,
    ...(code === "no-quorum" || code === "join-busy" ? { headers: { "retry-after": "1" } } : {}),
  });
}

/** Whether an etcd call failed with one of these gRPC codes. */
export function failedWith(error: unknown, ...codes: grpcStatus[]): error is EtcdCallError {
  return error instanceof EtcdCallError && codes.includes(error.code);
}

/**
 * Whether etcd refused a change since members are not connected, or not for long enough: one that has just come up counts
 * after 5 s.
 */
export function isUnsettled(error: unknown): boolean {
  return error instanceof EtcdCallError && error.details.includes("unhealthy cluster");
}

/** Whether a learner could not be promoted since it has not caught up yet. */
export function isLagging(error: unknown): boolean {
  return error instanceof EtcdCallError && error.details.includes("in sync with leader");
}

function meaningOf({ code, details }: EtcdCallError): [ProblemCode, string] {
  if (/no leader|request timed out/.test(details))
    return ["no-quorum", "; nothing may have been changed, look at the members"];
  if (details.includes("too many learner"))
    return ["join-busy", "; wait until the node that joins now is promoted, or remove it"];
  if (details.includes("not enough started members")) {
    return ["quorum-would-be-lost", "; bring the other members back first"];
  }
  if (details.includes("unhealthy cluster")) {
    return [
      "peer-unreachable",
      "; it takes such a change only while the members it needs have been connected for 5 s: bring them back, and try again",
    ];
  }
  if (/member not found|removed/.test(details)) return ["not-a-member", ""];
  if (details.includes("not leader")) return ["not-leader", "; leadership has just moved, try again"];
  if (/exist|bad leader transferee|in sync with leader/.test(details)) return ["conflict", ""];
  if (code === grpcStatus.UNAVAILABLE || code === grpcStatus.DEADLINE_EXCEEDED || code === grpcStatus.CANCELLED) {
    return ["peer-unreachable", "; is the member up, and reachable at its client URL?"];
  }
  return ["conflict", ""];
}
