/** What peer-to-peer is doing: guide 000's `/api/v1/p2p/{peers,bootstrap,status}` (000:1370, 000:1373, 000:1483). */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { loadRecord } from "../../p2p/load-records.ts";
import type { P2pView } from "../../p2p/view.ts";

const tags = ["p2p"];
const timestamp = z.iso.datetime();
const nodeId = z.string().nullable().describe("Null where it is not known whose peer id this is");

export const p2pPeersAnswer = z.object({
  peers: z.array(
    z.object({
      peer_id: z.string(),
      node_id: nodeId,
      address: z.string().describe("Multiaddr of the other end"),
      direction: z.enum(["inbound", "outbound"]),
      trusted: z.boolean().describe("A node of the cluster, an allowed peer, or one that has proven the join token"),
      latency_ms: z.number().nullable().describe("Round trip; null until it was measured"),
      connected_at: timestamp,
    }),
  ),
});

export const p2pBootstrapAnswer = z.object({
  targets: z.array(
    z.object({
      source: z.enum(["bootstrap", "cluster-peers", "members", "discovery"]).describe("Who named it"),
      addresses: z.array(z.string()),
      node_id: nodeId,
      peer_id: z.string().nullable().describe("Null until it was reached, where its address doesn't say"),
      state: z.enum(["connecting", "connected", "waiting", "self"]),
      attempts: z.int(),
      last_error: z.string().nullable(),
      next_attempt_at: timestamp.nullable(),
    }),
  ),
});

export const p2pStatusAnswer = z.object({
  enabled: z.boolean(),
  peer_id: z.string().nullable(),
  listening: z.array(z.string()),
  announced: z.array(z.string()).describe("What other nodes are told"),
  worker: z
    .object({
      state: z.enum(["starting", "running", "waiting", "stopped"]),
      restarts: z.int(),
      last_failure: z.object({ code: z.string(), message: z.string(), at: timestamp }).nullable(),
      next_start_at: timestamp.nullable(),
    })
    .nullable(),
  connections: z.object({ inbound: z.int(), outbound: z.int(), trusted: z.int() }),
  membership_known: z.boolean().describe("False: peers must prove the join token"),
  gossip: z.object({ peers: z.int(), sent: z.int(), received: z.int(), dropped: z.int() }),
  block_bytes: z.object({ sent: z.int(), received: z.int() }),
  dial_failures: z.int(),
  refused_peers: z.int(),
  load: z.array(loadRecord).describe("Latest of each node that was heard lately"),
});

/** Adds the routes. */
export function p2pRoutes(parent: FastifyInstance, { p2p }: { p2p: P2pView }): void {
  const app = parent.withTypeProvider<ZodTypeProvider>();
  const config = { always: true } as const;
  app.get(
    "/api/v1/p2p/peers",
    { config, schema: { tags, summary: "Connected peers", response: { 200: p2pPeersAnswer } } },
    async () => ({
      peers: (await p2p.peers()).map((peer) => ({
        peer_id: peer.peerId,
        node_id: peer.nodeId,
        address: peer.address,
        direction: peer.direction,
        trusted: peer.trusted,
        latency_ms: peer.latencyMilliseconds,
        connected_at: isoOf(peer.openedAt),
      })),
    }),
  );
  app.get(
    "/api/v1/p2p/bootstrap",
    {
      config,
      schema: { tags, summary: "Peers that are called, and how that went", response: { 200: p2pBootstrapAnswer } },
    },
    async () => ({
      targets: (await p2p.targets()).map((target) => ({
        source: target.source,
        addresses: [...target.addresses],
        node_id: target.nodeId,
        peer_id: target.peerId,
        state: target.state,
        attempts: target.attempts,
        last_error: target.lastError,
        next_attempt_at: target.nextAttemptAt === null ? null : isoOf(target.nextAttemptAt),
      })),
    }),
  );
  app.get(
    "/api/v1/p2p/status",
    { config, schema: { tags, summary: "The libp2p host", response: { 200: p2pStatusAnswer } } },
    async () => {
      const { worker, totals, ...status } = await p2p.status();
      return {
        enabled: status.enabled,
        peer_id: status.peerId,
        listening: [...status.listening],
        announced: [...status.announced],
        worker:
          worker === null
            ? null
            : {
                state: worker.phase,
                restarts: worker.restarts,
                last_failure:
                  worker.lastFailure === null ? null : { ...worker.lastFailure, at: isoOf(worker.lastFailure.at) },
                next_start_at: worker.nextStartAt === null ? null : isoOf(worker.nextStartAt),
              },
        connections: status.connections,
        membership_known: status.membershipKnown,
        gossip: { peers: status.gossipPeers, ...totals.gossip },
        block_bytes: totals.blockBytes,
        dial_failures: totals.dialFailures,
        refused_peers: totals.refusedPeers,
        load: [...status.load],
      };
    },
  );
}

function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
