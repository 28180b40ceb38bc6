/** The libp2p host: transports, services and the gate at its door. */
import { createHash } from "node:crypto";
import { gossipsub } from "@libp2p/gossipsub";
import { identify } from "@libp2p/identify";
import type { ConnectionGater, Ed25519PrivateKey } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { createLibp2p, type Libp2pOptions } from "libp2p";
import { messageOf, P2pError } from "../errors.ts";
import type { WorkerSettings } from "../protocol.ts";
import { loadTopic, type GossipHost } from "./gossip.ts";
import { forTrusted } from "./trusted-registrar.ts";
import type { Trust } from "./trust.ts";

/** Nodes are few; a stranger can't have more than this in all. */
const connectionLimit = 200;

/** A name of the cluster that fits into one DNS label. */
function clusterTag(cluster: string): string {
  return createHash("sha256").update(cluster).digest("hex").slice(0, 16);
}

/** Protocol of the DHT of one cluster. */
export function dhtProtocol(cluster: string): string {
  return `/quorumkit/${clusterTag(cluster)}/kad/1`;
}

/** Refuses by peer id, as soon as noise has shown it, in both directions. */
function gaterOf(trust: Trust, refused: (peerId: string) => void): ConnectionGater {
  const deny = (peer: { toString(): string }): boolean => {
    const peerId = peer.toString();
    if (trust.admits(peerId)) return false;
    refused(peerId);
    return true;
  };
  return {
    denyDialPeer: deny,
    denyInboundEncryptedConnection: deny,
    denyOutboundEncryptedConnection: deny,
  };
}

type Discovery = NonNullable<Libp2pOptions["peerDiscovery"]>;

/** Modules that are rarely wanted are loaded only then. */
async function discoveryOf({ mdns, cluster }: WorkerSettings): Promise<Discovery> {
  if (!mdns) return [];
  const module = await import("@libp2p/mdns");
  return [module.mdns({ serviceTag: `_qk-${clusterTag(cluster)}._udp.local` })];
}

async function dhtOf({ dht, cluster }: WorkerSettings, trust: Trust) {
  if (dht === "off") return {};
  const { kadDHT, passthroughMapper } = await import("@libp2p/kad-dht");
  return {
    dht: forTrusted(
      trust,
      kadDHT({
        protocol: dhtProtocol(cluster),
        clientMode: dht === "client",
        peerInfoMapper: passthroughMapper,
        allowQueryWithZeroPeers: true,
      }),
    ),
  };
}

/** Makes the host and starts it. @throws P2pError p2p-port-in-use, p2p-start-failed */
export async function startHost(
  settings: WorkerSettings,
  privateKey: Ed25519PrivateKey,
  trust: Trust,
  refused: (peerId: string) => void,
): Promise<GossipHost> {
  const dht = await dhtOf(settings, trust);
  const host = await createLibp2p({
    start: false,
    privateKey,
    addresses: { listen: [...settings.listen], announce: [...settings.announce] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [
      // The window never outgrows what a paused stream may hold, or a slow disk would end the transfer.
      yamux({ streamOptions: { maxStreamWindowSize: 1024 ** 2, maxReadBufferLength: 4 * 1024 ** 2 } }),
    ],
    connectionGater: gaterOf(trust, refused),
    connectionManager: {
      maxConnections: connectionLimit,
      dialTimeout: settings.timings.dial,
      addressDialTimeout: settings.timings.dial,
      // Several nodes may call from one machine at once.
      inboundConnectionThreshold: 50,
      maxIncomingPendingConnections: 20,
      reconnectRetries: 0,
    },
    peerDiscovery: await discoveryOf(settings),
    services: {
      identify: identify(),
      ping: ping(),
      gossip: forTrusted(
        trust,
        gossipsub({
          // For three to seven nodes (DESIGN, libp2p).
          D: 3,
          Dlo: 2,
          Dhi: 4,
          Dscore: 2,
          Dout: 1,
          doPX: false,
          fallbackToFloodsub: false,
          allowPublishToZeroTopicPeers: true,
          allowedTopics: [loadTopic(settings.cluster)],
          maxInboundDataLength: 4096,
        }),
      ),
      ...dht,
    },
  });
  try {
    await host.start();
  } catch (error) {
    const reason = messageOf(error);
    await host.stop();
    throw reason.includes("EADDRINUSE")
      ? new P2pError(
          "p2p-port-in-use",
          `p2p.listen_addr: ${settings.listen.join(" or ")} is in use by another process; stop it, or choose another port`,
        )
      : new P2pError("p2p-start-failed", `the libp2p host does not start: ${reason}`, error);
  }
  return host;
}
