/** What to do about members that differ, and about a lost quorum. Pure: words, no deeds. */
import type { z } from "zod";
import type { IntegrityReport } from "../../cluster/integrity/integrity.ts";
import { nameOf } from "../../cluster/membership/members.ts";
import type { RollCall } from "../../cluster/membership/roll-call.ts";
import { ApiProblem } from "../problem.ts";
import type { recoveryAnswer, repairAnswer } from "./admin-schemas.ts";
import { integrityBody } from "./cluster-bodies.ts";

/** @param report the latest one; null before the first */
export function repairBody(report: IntegrityReport | null): z.input<typeof repairAnswer> {
  if (report === null) {
    const detail = "no comparison has been made since this node started; POST /admin/cluster/repair makes one";
    return { state: "unknown", detail, procedure: [], integrity: null };
  }
  const integrity = integrityBody(report);
  if (report.status === "unknown") {
    return { state: "unknown", detail: report.reason ?? "nothing could be compared", procedure: [], integrity };
  }
  if (report.status === "consistent") {
    const detail = `the members that were compared hold the same state${report.reason === null ? "" : `; ${report.reason}`}`;
    return { state: "idle", detail, procedure: [], integrity };
  }
  const agree = report.members.some(({ state }) => state === "equal");
  return {
    state: "needed",
    detail: report.reason ?? "the members hold different states",
    procedure: agree ? report.differing.flatMap(replaceSteps) : noMajoritySteps,
    integrity,
  };
}

/** Guide 000:1549-1560: the member goes, its data with it, and it comes back empty. */
function replaceSteps(name: string): string[] {
  return [
    `POST /admin/cluster/remove-node with {"node_id": "${name}"}: the others keep the quorum, or it is refused`,
    `stop ${name}, and move its data directory aside; keep it until the cause is known (a disk, memory, a foreign process)`,
    `POST /admin/cluster/add-node with the node_id and address of ${name}, and start it with cluster.join_address: it takes the state of the others`,
    "GET /admin/cluster/sync-status until in_sync is true, then GET /api/v1/cluster/integrity",
  ];
}

const noMajoritySteps = [
  "no majority agrees, so none of the members is known to be right: stop the writers, and take a copy of every member's data directory",
  "find the member that is right by its contents, or restore the latest backup",
  "remove the others one by one with POST /admin/cluster/remove-node, and let them join again with empty data directories",
];

/** The answer to force-recovery: never the deed, always the way. @throws ApiProblem `conflict` while there is a quorum */
export function recoveryBody(call: RollCall, dataDirectory: string): z.input<typeof recoveryAnswer> {
  const { quorum, reports } = call;
  if (quorum.ok) {
    const detail = `${quorum.healthy} of ${quorum.voters} voters are healthy: the cluster has its quorum, and recovery would only lose data. Members that are gone are replaced with POST /admin/cluster/replace-node`;
    throw new ApiProblem("conflict", detail, { members: { quorum } });
  }
  const missing = reports
    .filter(({ member, healthy }) => !member.learner && !healthy)
    .map(({ member }) => nameOf(member));
  const newest = reports.reduce<(typeof reports)[number] | undefined>(
    (best, report) => ((report.raftIndex ?? -1) > (best?.raftIndex ?? -1) ? report : best),
    undefined,
  );
  const survivor = newest === undefined ? "the member whose log is longest" : nameOf(newest.member);
  const store = `${dataDirectory}/etcd`;
  const procedure = [
    `bring back ${quorum.needed - quorum.healthy} of ${missing.join(", ")} with their data: the quorum comes back by itself and nothing is lost. The rest is only for members that are gone for good`,
    "stop every node of the cluster, also those that can't be reached: one that comes back later with its old data must not",
    `copy the data directories of all members that are left; the one with the longest log is ${survivor}`,
    `on ${survivor}, with the etcd that the node uses: etcd --name ${survivor} --data-dir ${store} --force-new-cluster --listen-client-urls http://127.0.0.1:23790 --advertise-client-urls http://127.0.0.1:23790 --listen-peer-urls http://127.0.0.1:23800; wait until etcdctl --endpoints http://127.0.0.1:23790 member list names it alone, and stop it with SIGTERM`,
    `start the node ${survivor} as usual: it is a cluster of one now, with what it had`,
    "on every other node: move the data directory aside, set cluster.join_address to the recovered node, and start it: it joins empty",
    "GET /api/v1/cluster/integrity, and compare what clients were told with what is there: acknowledged writes that only lost members had are gone",
  ];
  const detail = `the quorum is lost: ${quorum.healthy} of ${quorum.voters} voters are healthy and ${quorum.needed} are needed (${missing.join(", ")} missing). Recovery to a single node is never done by one HTTP call: nothing has been changed, do what procedure says`;
  return { recovered: false, detail, quorum, procedure };
}
