/** What the cluster is and how it does: guide 000's `/api/v1/cluster/*` and `/api/v1/consensus/state`. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { clusterOf, type WithCluster } from "../../cluster/deps.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { eventTypes } from "../../cluster/events/event.ts";
import { problemAnswers } from "../answers.ts";
import {
  consensusBody,
  healthBody,
  integrityBody,
  leaderBody,
  membersBody,
  replicationBody,
  statusBody,
} from "./cluster-bodies.ts";
import {
  clusterHealthAnswer,
  clusterStatusAnswer,
  consensusAnswer,
  eventsAnswer,
  integrityAnswer,
  leaderAnswer,
  membersAnswer,
  replicationAnswer,
} from "./cluster-schemas.ts";
import { wholeNumber } from "./query.ts";

const tags = ["cluster"];

/** A check reads the whole state of every member: one is good for this long. */
const integrityFreshMilliseconds = 10_000;

export const eventsQuery = z.strictObject({
  limit: wholeNumber(1, 1000).default(100).describe("Events of a page"),
  type: z.enum(eventTypes).optional().describe("Only events of this type"),
  before: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional().describe("next_before of the page before"),
});

/** Adds the routes. They change nothing, and all nodes answer them. */
export function clusterRoutes(parent: FastifyInstance, deps: WithCluster): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  const { nodeId } = deps.identity;
  app.get(
    "/api/v1/cluster/status",
    {
      schema: {
        tags,
        summary: "The cluster and its nodes (guide 000:329)",
        response: { 200: clusterStatusAnswer, ...problemAnswers(503) },
      },
    },
    () => statusBody(clusterOf(deps), deps),
  );
  app.get(
    "/api/v1/cluster/leader",
    {
      schema: {
        tags,
        summary: "The leader, as this node sees it (guides 000:335 and 000:1574)",
        response: { 200: leaderAnswer, ...problemAnswers(503) },
      },
    },
    () => leaderBody(clusterOf(deps), nodeId),
  );
  app.get(
    "/api/v1/cluster/health",
    {
      schema: {
        tags,
        summary: "Health of all members, asked now (guide 000:1227)",
        response: { 200: clusterHealthAnswer, ...problemAnswers(503) },
      },
    },
    async () => {
      const cluster = clusterOf(deps);
      const call = await cluster.rollCall();
      return healthBody(cluster, call);
    },
  );
  app.get(
    "/api/v1/cluster/members",
    {
      config: { peers: true },
      schema: {
        tags,
        summary: "Members of the consensus: voters and learners",
        response: { 200: membersAnswer, ...problemAnswers(503) },
      },
    },
    async () => {
      const cluster = clusterOf(deps);
      return membersBody(cluster, await cluster.rollCall());
    },
  );
  for (const path of ["/api/v1/cluster/replication", "/api/v1/replication/status"]) {
    app.get(
      path,
      {
        schema: {
          tags,
          summary: "How far each member has got (guide 000:852)",
          response: { 200: replicationAnswer, ...problemAnswers(503) },
        },
      },
      async () => {
        const cluster = clusterOf(deps);
        return replicationBody(cluster, await cluster.rollCall());
      },
    );
  }
  app.get(
    "/api/v1/cluster/events",
    {
      schema: {
        tags,
        summary: "Elections and changes of the cluster, newest first (guide 000:1401)",
        description: "The latest 1000 are kept. Each election, join, promotion and removal is there once.",
        querystring: eventsQuery,
        response: { 200: eventsAnswer, ...problemAnswers(400, 503) },
      },
    },
    ({ query }) => eventsPage(clusterOf(deps), query),
  );
  app.get(
    "/api/v1/cluster/integrity",
    {
      schema: {
        tags,
        summary: "Whether all members hold the same state (guide 000:1549)",
        description: "etcd's HashKV of every member at one revision. A check of the last 10 s is answered as it was.",
        response: { 200: integrityAnswer, ...problemAnswers(503) },
      },
    },
    async () => {
      const { integrity } = clusterOf(deps);
      const last = integrity.last;
      const fresh = last !== null && deps.now() - last.checkedAt.getTime() < integrityFreshMilliseconds;
      return integrityBody(fresh ? last : await integrity.check());
    },
  );
  app.get(
    "/api/v1/consensus/state",
    {
      schema: {
        tags,
        summary: "State of the consensus, asked of all members (guide 000:1486)",
        response: { 200: consensusAnswer, ...problemAnswers(503) },
      },
    },
    async () => {
      const cluster = clusterOf(deps);
      return consensusBody(cluster, await cluster.rollCall(), nodeId);
    },
  );
}

/** One page of the events. */
export async function eventsPage(
  cluster: Cluster,
  { limit, type, before }: z.output<typeof eventsQuery>,
): Promise<z.input<typeof eventsAnswer>> {
  const events = await cluster.events({
    limit,
    ...(type === undefined ? {} : { types: [type] }),
    ...(before === undefined ? {} : { before }),
  });
  return {
    events: events.map(({ sequence, event }) => ({ sequence, ...event })),
    next_before: events.length === limit ? (events.at(-1)?.sequence ?? null) : null,
  };
}
