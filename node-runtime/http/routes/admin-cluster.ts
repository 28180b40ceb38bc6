/** Guide 004's `/admin/cluster/*` that look: status, leader, elections, joins under way, repair. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Cluster } from "../../cluster/cluster.ts";
import { clusterOf, type WithCluster } from "../../cluster/deps.ts";
import { lagOf } from "../../cluster/figures.ts";
import { problemAnswers } from "../answers.ts";
import { takeJsonFromCurl } from "../curl-json.ts";
import { electionHistoryAnswer, migrationAnswer, recoveryAnswer, repairAnswer } from "./admin-schemas.ts";
import { recoveryBody, repairBody } from "./admin-recovery.ts";
import { consensusBody, leaderBody, replicationBody, replicationState, statusBody } from "./cluster-bodies.ts";
import { clusterStatusAnswer, consensusAnswer, leaderAnswer, replicationAnswer } from "./cluster-schemas.ts";
import { eventsPage, eventsQuery } from "./cluster.ts";

const tags = ["admin"];
const config = { access: "admin" } as const;
const refusals = problemAnswers(401, 403, 503);

/** A fastify plug-in: the routes have a body parser of their own. */
export function adminClusterRoutes(deps: WithCluster) {
  return (parent: FastifyInstance, _options: unknown, done: () => void): void => {
    takeJsonFromCurl(parent);
    standingRoutes(parent, deps);
    progressRoutes(parent, deps);
    repairRoutes(parent, deps);
    done();
  };
}

function standingRoutes(parent: FastifyInstance, deps: WithCluster): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  const { nodeId } = deps.identity;
  app.get(
    "/admin/cluster/status",
    {
      config,
      schema: {
        tags,
        summary: "The cluster and its nodes (guide 004:522)",
        response: { 200: clusterStatusAnswer, ...refusals },
      },
    },
    () => statusBody(clusterOf(deps), deps),
  );
  app.get(
    "/admin/cluster/leader",
    {
      config,
      schema: {
        tags,
        summary: "The leader, as this node sees it (guide 004:548)",
        response: { 200: leaderAnswer, ...refusals },
      },
    },
    () => leaderBody(clusterOf(deps), nodeId),
  );
  app.get(
    "/admin/cluster/consensus",
    {
      config,
      schema: {
        tags,
        summary: "State of the consensus, asked of all members (guide 004:1079)",
        response: { 200: consensusAnswer, ...refusals },
      },
    },
    async () => {
      const cluster = clusterOf(deps);
      return consensusBody(cluster, await cluster.rollCall(), nodeId);
    },
  );
  app.get(
    "/admin/cluster/election-history",
    {
      config,
      schema: {
        tags,
        summary: "Past elections with terms, times and causes, newest first (guide 004:556)",
        querystring: eventsQuery.omit({ type: true }),
        response: { 200: electionHistoryAnswer, ...problemAnswers(400, 401, 403, 503) },
      },
    },
    async ({ query }) => {
      const cluster = clusterOf(deps);
      const { leader, term } = cluster.standing();
      const { events, next_before } = await eventsPage(cluster, { ...query, type: "election" });
      return { leader, term, elections: events, next_before };
    },
  );
}

function progressRoutes(parent: FastifyInstance, deps: WithCluster): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  app.get(
    "/admin/cluster/sync-status",
    {
      config,
      schema: {
        tags,
        summary: "How far each member has got, for example a replaced one (guide 004:1152)",
        response: { 200: replicationAnswer, ...refusals },
      },
    },
    async () => {
      const cluster = clusterOf(deps);
      return replicationBody(cluster, await cluster.rollCall());
    },
  );
  app.get(
    "/admin/cluster/migration-status",
    {
      config,
      schema: {
        tags,
        summary: "State that is being copied to joining members (guide 004:614)",
        description: "Every member holds the whole state: a node that leaves has nothing to hand over.",
        response: { 200: migrationAnswer, ...refusals },
      },
    },
    async () => migrationBody(clusterOf(deps)),
  );
}

function repairRoutes(parent: FastifyInstance, deps: WithCluster): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  app.post(
    "/admin/cluster/repair",
    {
      config,
      schema: {
        tags,
        summary: "Compare all members, and say how to mend one that differs (guide 004:1104)",
        description:
          "Nothing is overwritten by this call: a member that differs is replaced, and takes the state of the others.",
        body: z
          .strictObject({ repair_type: z.enum(["full_sync"], "must be full_sync").default("full_sync") })
          .optional(),
        response: { 200: repairAnswer, ...problemAnswers(400, 401, 403, 415, 503) },
      },
    },
    async () => repairBody(await clusterOf(deps).integrity.check()),
  );
  app.get(
    "/admin/cluster/repair-status",
    {
      config,
      schema: {
        tags,
        summary: "What the latest comparison of the members found (guide 004:1109)",
        response: { 200: repairAnswer, ...refusals },
      },
    },
    () => repairBody(clusterOf(deps).integrity.last),
  );
  app.post(
    "/admin/cluster/force-recovery",
    {
      config,
      schema: {
        tags,
        summary: "How to recover a cluster that has lost its quorum (guide 004:1090)",
        description:
          "409 while there is a quorum. Else the procedure, and nothing is done: making one member the whole cluster loses what only the others have, and splits the cluster if they still run. That takes hands on the machines, not one HTTP call.",
        body: z
          .strictObject({
            recovery_mode: z.enum(["single_node"], "must be single_node").default("single_node"),
          })
          .optional(),
        response: { 200: recoveryAnswer, ...problemAnswers(400, 401, 403, 409, 415, 503) },
      },
    },
    async () => {
      const cluster = clusterOf(deps);
      return recoveryBody(await cluster.rollCall(), deps.config.current.storage.dataDir);
    },
  );
}

async function migrationBody(cluster: Cluster): Promise<z.input<typeof migrationAnswer>> {
  const call = await cluster.rollCall();
  const reports = new Map(call.reports.map((report) => [report.member.id, report]));
  const migrations = cluster.nodes().flatMap(({ nodeId, status, member, admission }) => {
    const report = member === null ? undefined : reports.get(member.id);
    const replaces = admission?.replaces ?? null;
    if (status !== "joining" && status !== "learner" && replaces === null) return [];
    return {
      node_id: nodeId,
      kind: replaces === null ? ("join" as const) : ("replace" as const),
      state: report === undefined ? ("joining" as const) : replicationState(report, call),
      replaces,
      lag_entries: lagOf(call, report?.raftIndex ?? null),
    };
  });
  const detail =
    migrations.length === 0
      ? "nothing is being moved; every voter holds the whole state"
      : "joining nodes take the state from the leader, and vote when they have it";
  return { state: migrations.length === 0 ? "idle" : "running", detail, migrations };
}
