/** The routes that nodes find their cluster by. They check the signature themselves, so to the guard they are public. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { NodeConfig } from "@quorumkit/schema";
import { problemAnswers } from "../../http/answers.ts";
import { ApiProblem } from "../../http/problem.ts";
import type { PeerGate } from "../peer-auth/peer-gate.ts";
import type { Formation } from "./formation.ts";
import { Joins, type MembershipPort } from "./join.ts";
import { formationAnswer, formationPaths, joinAnswer, joinRequest, type JoinRequest } from "./messages.ts";
import { formationProtocol, viewOf } from "./view.ts";

export interface FormationDeps {
  formation: Formation;
  gate: PeerGate;
  config: () => NodeConfig;
  /** Undefined while the node has no etcd that it could let others into. */
  membership: () => MembershipPort | undefined;
  /** Release of the node. */
  version: string;
  now: () => number;
}

const config = { always: true, access: "public" } as const;
const tags = ["cluster"];
const bodyLimit = 4096;

/** Adds the routes. */
export function formationRoutes(parent: FastifyInstance, deps: FormationDeps): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  const { formation, gate } = deps;
  const joins = new Joins();
  app.get(
    formationPaths.formation,
    {
      config,
      ...gate.hooks,
      schema: {
        tags,
        summary: "What the node is in its cluster",
        description:
          "For other nodes: signed with the join token. Answered before the node has found its cluster, too.",
        response: { 200: formationAnswer, ...problemAnswers(401, 409, 429) },
      },
    },
    async (request, reply) => {
      formation.asked(gate.peerOf(request).nodeId);
      const { nodeId, cluster, system, members } = viewOf(deps.config());
      const { state, clusterId, formationId } = formation.status;
      return reply.header("cache-control", "no-store").send({
        node_id: nodeId,
        cluster,
        system,
        version: deps.version,
        protocol: formationProtocol,
        state,
        cluster_id: clusterId,
        formation_id: formationId,
        members: members.map(({ id, peerUrl }) => ({ id, peer_url: peerUrl })),
        time: new Date(deps.now()).toISOString(),
      });
    },
  );
  app.post(
    formationPaths.join,
    {
      config,
      bodyLimit,
      ...gate.hooks,
      schema: {
        tags,
        summary: "Let a node into the cluster",
        description:
          "For other nodes: signed with the join token. The node becomes a learner, and votes once it has caught up. Asked again before it has started, the answer is the same.",
        body: joinRequest,
        response: { 200: joinAnswer, ...problemAnswers(400, 401, 403, 409, 429, 503) },
      },
    },
    async (request) => {
      try {
        const { node_id: nodeId, peer_url: peerUrl } = request.body;
        requireSender(request.body, gate.peerOf(request).nodeId);
        requireSame(request.body, deps.config());
        const port = requirePort(deps.membership(), deps.config());
        await requireKnown(request.body, deps.config(), port);
        const { added, ...answer } = await joins.join(port, { nodeId, peerUrl });
        const fields = { audit: true, node: nodeId, peer_url: peerUrl, member_id: answer.member_id };
        if (added) request.log.info(fields, "a node joins as a learner");
        return answer;
      } catch (error) {
        throw gate.refused(request, error);
      }
    },
  );
}

function requireSender({ node_id: nodeId }: JoinRequest, signedBy: string): void {
  if (nodeId === signedBy) return;
  throw new ApiProblem("invalid-request", `body node_id: is ${nodeId}, and the request was signed by ${signedBy}`);
}

function requireSame(body: JoinRequest, { node, cluster, system }: NodeConfig): void {
  if (body.node_id === node.id) {
    const detail = `body node_id: ${node.id} asks itself, or has the id of another node; correct cluster.join_address or node.id`;
    throw new ApiProblem("invalid-request", detail);
  }
  if (body.protocol !== formationProtocol) {
    const detail = `release ${body.version} of ${body.node_id} joins in another way than this one; run the same release`;
    throw new ApiProblem("conflict", detail);
  }
  const differences = [
    ...(body.cluster === cluster.name ? [] : [`its cluster.name is ${body.cluster}, here it is ${cluster.name}`]),
    ...(body.system === system ? [] : [`its system is ${body.system}, here it is ${system}`]),
  ];
  if (differences.length === 0) return;
  const fix = "correct its config, or the address that it joins through";
  throw new ApiProblem("foreign-data", `${body.node_id} belongs elsewhere: ${differences.join("; ")}; ${fix}`);
}

function requirePort(port: MembershipPort | undefined, { node }: NodeConfig): MembershipPort {
  if (port !== undefined) return port;
  const detail = `${node.id} belongs to no running cluster yet; it can let nobody in`;
  throw new ApiProblem("not-ready", detail, { headers: { "retry-after": "1" } });
}

async function requireKnown(
  { node_id: nodeId, peer_url: peerUrl }: JoinRequest,
  nodeConfig: NodeConfig,
  port: MembershipPort,
): Promise<void> {
  const configured = viewOf(nodeConfig).members.find(({ id }) => id === nodeId);
  if (configured === undefined) {
    if (await port.isAllowed(nodeId)) return;
    throw new ApiProblem(
      "unknown-node",
      `${nodeId} is no member that ${nodeConfig.node.id} knows of; add it with POST add-node, or to cluster.peers of the members`,
    );
  }
  if (configured.peerUrl === peerUrl) return;
  throw new ApiProblem(
    "conflict",
    `${nodeId} says that its etcd is at ${peerUrl}, and cluster.peers of ${nodeConfig.node.id} has it at ` +
      `${configured.peerUrl}; make its node.address and consensus.peer_port agree with that`,
  );
}
