/** Changes of the membership and the leadership: guide 000's under `/api/v1/cluster`, guide 004's under `/admin/cluster`. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { clusterOf, type WithCluster } from "../../cluster/deps.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { Member } from "../../cluster/membership/members.ts";
import { problemAnswers } from "../answers.ts";
import { takeJsonFromCurl } from "../curl-json.ts";
import { memberList } from "./cluster-bodies.ts";
import { changeAnswer } from "./cluster-schemas.ts";

const nodeId = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "must be a node id: 1 to 63 lowercase letters, digits and hyphens");
const address = z
  .string()
  .max(320)
  .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/, "must be host:port")
  .describe("host:port where the other members reach its etcd");
const role = z
  .enum(["member", "follower", "gateway"], "must be member, follower or gateway")
  .default("member")
  .describe("follower is guide 004's word for a member; which member leads is elected");

const config = { access: "admin" } as const;
const answers = { 200: changeAnswer, ...problemAnswers(400, 401, 403, 409, 415, 503) };

/** A fastify plug-in: the routes have a body parser of their own. */
export function clusterChangeRoutes(deps: WithCluster) {
  return (parent: FastifyInstance, _options: unknown, done: () => void): void => {
    takeJsonFromCurl(parent);
    for (const [base, tags, lines] of [
      ["/api/v1/cluster", ["cluster"], guide000],
      ["/admin/cluster", ["admin"], guide004],
    ] as const) {
      joinRoutes(parent, base, [...tags], lines, deps);
      leaveRoutes(parent, base, [...tags], lines, deps);
    }
    done();
  };
}

/** Where the guides have the routes. */
interface GuideLines {
  add: string;
  remove: string;
  transfer: string;
}

const guide000: GuideLines = { add: "", remove: " (guide 000:1554)", transfer: "" };
const guide004: GuideLines = { add: " (guide 004:585)", remove: " (guide 004:609)", transfer: " (guide 004:551)" };

function joinRoutes(parent: FastifyInstance, base: string, tags: string[], lines: GuideLines, deps: WithCluster): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  app.post(
    `${base}/add-node`,
    {
      config,
      schema: {
        tags,
        summary: `Let a node join${lines.add}`,
        description:
          "The node then joins by itself: start it with cluster.join_address and the join token. It follows without a vote until it has caught up.",
        body: z.strictObject({ node_id: nodeId, address, role }),
        response: answers,
      },
    },
    async ({ body }) => {
      const cluster = clusterOf(deps);
      const node = { nodeId: body.node_id, address: body.address, role: memberRole(body.role) };
      const { members, warnings } = await cluster.membership.addNode(node);
      const detail = `${body.node_id} may join now; start it with cluster.join_address and the join token of this cluster`;
      return changed(cluster, members.members, { detail, warnings });
    },
  );
  app.post(
    `${base}/replace-node`,
    {
      config,
      schema: {
        tags,
        summary: "Replace a member by a new node",
        description:
          "The new node joins; the old one leaves as soon as the new one votes. A member that is not healthy leaves at once, since etcd lets nobody in while one is gone.",
        body: z.strictObject({
          node_id: nodeId.describe("The member that leaves"),
          new_node_id: nodeId.describe("The node that takes its place"),
          address,
        }),
        response: answers,
      },
    },
    async ({ body }) => {
      const cluster = clusterOf(deps);
      const successor = { nodeId: body.new_node_id, address: body.address, role: "member" } as const;
      const { members, warnings, admission } = await cluster.membership.replaceNode(body.node_id, successor);
      const when = admission.replaces === null ? "has been removed" : "leaves when it votes";
      const detail = `${body.new_node_id} may join now, and ${body.node_id} ${when}`;
      return changed(cluster, members.members, { detail, warnings });
    },
  );
}

function leaveRoutes(
  parent: FastifyInstance,
  base: string,
  tags: string[],
  lines: GuideLines,
  deps: WithCluster,
): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  app.post(
    `${base}/remove-node`,
    {
      config: { ...config, peers: true },
      schema: {
        tags,
        summary: `Remove a node${lines.remove}`,
        description:
          "Any node can be asked. A leader hands the leadership over first. Refused where the quorum would be lost; with force only etcd judges that. The last member stays.",
        body: z.strictObject({ node_id: nodeId, force: z.boolean().default(false) }),
        response: answers,
      },
    },
    async ({ body }) => {
      const cluster = clusterOf(deps);
      const result = await cluster.membership.removeNode(body.node_id, { force: body.force });
      const detail =
        result.removed === null
          ? `${body.node_id} was no member; it may not join any more`
          : `${body.node_id} is no member any more; stop it. Its data is of no use to the cluster now`;
      return changed(cluster, result.members.members, { detail, warnings: result.warnings });
    },
  );
  app.post(
    `${base}/leave`,
    {
      config,
      schema: {
        tags,
        summary: "Take this node out of the cluster (guide 000:846)",
        description:
          "A leader hands the leadership over first. The state is whole on the others: there is nothing to move.",
        response: answers,
      },
    },
    async () => {
      const cluster = clusterOf(deps);
      const { members, warnings } = await cluster.membership.leave();
      const detail = `${deps.identity.nodeId} is no member any more; stop it`;
      return changed(cluster, members.members, { detail, warnings });
    },
  );
  app.post(
    `${base}/transfer-leadership`,
    {
      config: { ...config, peers: true },
      schema: {
        tags,
        summary: `Move the leadership${lines.transfer}`,
        description: "Without target_node, to the healthy voter that has the most of the log.",
        body: z.strictObject({ target_node: nodeId.optional() }).optional(),
        response: answers,
      },
    },
    async ({ body }) => {
      const cluster = clusterOf(deps);
      const { moved, leader, previous } = await cluster.membership.transferLeadership(body?.target_node);
      const { reports } = await cluster.rollCall();
      const detail = moved
        ? `${leader.nodeId ?? leader.id} leads now, ${previous.nodeId ?? previous.id} did before`
        : `${leader.nodeId ?? leader.id} leads already`;
      const members = reports.map(({ member }) => member);
      return { ...changed(cluster, members, { detail, warnings: [] }), changed: moved, leader: leader.nodeId };
    },
  );
}

function memberRole(name: z.output<typeof role>): "member" | "gateway" {
  return name === "gateway" ? "gateway" : "member";
}

function changed(
  cluster: Cluster,
  members: readonly Member[],
  { detail, warnings }: { detail: string; warnings: readonly string[] },
): z.input<typeof changeAnswer> {
  return {
    changed: true,
    detail,
    warnings: [...warnings],
    leader: cluster.standing().leader,
    members: memberList(cluster, members),
  };
}
