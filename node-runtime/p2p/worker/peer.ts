/** This node among its peers: the libp2p host with everything that runs on it. */
import type { Connection } from "@libp2p/interface";
import { DirectoryBlockSource } from "../blocks/block-source.ts";
import { messageOf } from "../errors.ts";
import type { LoadRecord } from "../load-records.ts";
import type {
  CallMessage,
  CallName,
  FromWorker,
  KnownNode,
  Member,
  WorkerCalls,
  WorkerReport,
  WorkerSettings,
} from "../protocol.ts";
import { Blocks } from "./blocks.ts";
import { Counter } from "./counter.ts";
import { Dialer, peerIdIn } from "./dialer.ts";
import { Forward, type Dispatch } from "./forward.ts";
import { Gossip, type GossipHost } from "./gossip.ts";
import { Hello } from "./hello.ts";
import { startHost } from "./host.ts";
import { loadIdentity } from "./identity.ts";
import { Trust } from "./trust.ts";

/** How the peer reaches the thread of the API. */
export interface PeerLinks {
  send: (message: FromWorker) => void;
  dispatch: Dispatch;
}

interface Parts {
  host: GossipHost;
  trust: Trust;
  dialer: Dialer;
  gossip: Gossip;
  blocks: Blocks;
  forward: Forward;
  counter: Counter;
  links: PeerLinks;
  /** The node's own entry of the membership is not called. */
  nodeId: string;
  listen: readonly string[];
  announcesOthers: boolean;
}

export class Peer {
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Starts the host and begins to call. @throws P2pError */
  static async start(settings: WorkerSettings, links: PeerLinks): Promise<Peer> {
    const { timings } = settings;
    const key = await loadIdentity(settings.identityFile);
    const counter = new Counter((counts) => {
      links.send({ kind: "counts", counts });
    });
    const trust = new Trust({
      allowed: settings.allowedPeers,
      members: settings.members,
      hasToken: settings.joinToken !== undefined,
    });
    const refused = (peerId: string, reason: string): void => {
      counter.add("refusedPeers", 1);
      links.send({ kind: "peer-refused", peerId, reason });
    };
    const host = await startHost(settings, key, trust, (peerId) => {
      refused(peerId, "it is not a node of the cluster");
    });
    const parts: Parts = {
      host,
      trust,
      counter,
      links,
      nodeId: settings.nodeId,
      listen: settings.listen,
      announcesOthers: settings.announce.length > 0,
      dialer: new Dialer(host, trust, {
        dialMilliseconds: timings.dial,
        firstPauseMilliseconds: timings.redialFirst,
        longestPauseMilliseconds: timings.redialLongest,
        failed: () => {
          counter.add("dialFailures", 1);
        },
      }),
      gossip: new Gossip(host, {
        cluster: settings.cluster,
        trust,
        received: (record) => {
          counter.add("gossipReceived", 1);
          links.send({ kind: "load", record });
        },
        sent: () => {
          counter.add("gossipSent", 1);
        },
        dropped: () => {
          counter.add("gossipDropped", 1);
        },
      }),
      blocks: new Blocks(host, {
        trust,
        source: new DirectoryBlockSource(settings.blockDirectory),
        directory: settings.blockDirectory,
        stallMilliseconds: timings.stall,
        sent: (bytes) => {
          counter.add("blockBytesSent", bytes);
        },
        received: (bytes) => {
          counter.add("blockBytesReceived", bytes);
        },
      }),
      forward: new Forward(host, { trust, stallMilliseconds: timings.stall, dispatch: links.dispatch }),
    };
    const peer = new Peer(parts);
    await peer.#open(settings, refused);
    return peer;
  }

  async #open(settings: WorkerSettings, refused: (peerId: string, reason: string) => void): Promise<void> {
    const { host, trust, blocks, forward, gossip, links, counter } = this.#parts;
    this.#follow();
    if (settings.mdns || settings.dht !== "off") this.#followDiscovery();
    const hello = new Hello(host, {
      cluster: settings.cluster,
      nodeId: settings.nodeId,
      joinToken: settings.joinToken,
      trust,
      limitMilliseconds: settings.timings.hello,
      refused,
      trusted: (peerId) => {
        links.send({ kind: "peer-trusted", peerId, nodeId: trust.nodeIdOf(peerId) });
      },
    });
    await Promise.all([hello.start(), blocks.start(), forward.start()]);
    gossip.start();
    counter.start();
    const peerId = host.peerId.toString();
    links.send({ kind: "started", peerId, ...this.#addresses() });
    this.#call(settings);
  }

  #call({ bootstrap, peers, members }: WorkerSettings): void {
    const { dialer } = this.#parts;
    dialer.setTargets(
      "bootstrap",
      bootstrap.map((address) => ({ addresses: [address], nodeId: null, peerId: peerIdIn(address) })),
    );
    this.setPeers(peers);
    if (members !== undefined) this.#callMembers(members);
  }

  #follow(): void {
    const { host, trust, links } = this.#parts;
    host.addEventListener("peer:connect", ({ detail }) => {
      const peerId = detail.toString();
      links.send({ kind: "peer-connected", peerId, nodeId: trust.nodeIdOf(peerId) });
    });
    host.addEventListener("peer:disconnect", ({ detail }) => {
      const peerId = detail.toString();
      links.send({ kind: "peer-disconnected", peerId, nodeId: trust.nodeIdOf(peerId) });
      trust.forget(peerId);
    });
  }

  #followDiscovery(): void {
    const { host, dialer } = this.#parts;
    host.addEventListener("peer:discovery", ({ detail }) => {
      const addresses = detail.multiaddrs.map(String);
      dialer.discovered({ addresses, nodeId: null, peerId: detail.id.toString() });
    });
  }

  setMembers(members: readonly Member[]): void {
    const { trust } = this.#parts;
    trust.setMembers(members);
    this.#callMembers(members);
    this.#admitAnew();
  }

  setAllowed(peers: readonly string[]): void {
    this.#parts.trust.setAllowed(peers);
    this.#admitAnew();
  }

  setPeers(peers: readonly KnownNode[]): void {
    this.#parts.dialer.setTargets(
      "cluster-peers",
      peers.map(({ nodeId, address }) => ({ addresses: [address], nodeId, peerId: null })),
    );
  }

  publish(record: LoadRecord): void {
    const { gossip, links } = this.#parts;
    gossip.publish(record).catch((error: unknown) => {
      links.send({
        kind: "log",
        level: "debug",
        message: "a load record was not sent",
        fields: { reason: messageOf(error) },
      });
    });
  }

  answer(message: CallMessage, signal: AbortSignal): Promise<WorkerCalls[CallName]["answer"]> {
    const { blocks, forward } = this.#parts;
    switch (message.name) {
      case "report":
        return Promise.resolve(this.#report());
      case "fetch":
        return blocks.fetch(message.argument, signal);
      case "forward": {
        const { nodeId, head, ...bodies } = message.argument;
        return forward.send(nodeId, head, bodies, signal);
      }
    }
  }

  async stop(): Promise<void> {
    const { host, dialer, counter } = this.#parts;
    dialer.stop();
    counter.stop();
    await host.stop();
  }

  #callMembers(members: readonly Member[]): void {
    const others = members.filter(({ nodeId }) => nodeId !== this.#parts.nodeId);
    this.#parts.dialer.setTargets("members", others);
  }

  /** Ends connections that would not be let in now, and calls those that would. */
  #admitAnew(): void {
    const { host, trust, dialer } = this.#parts;
    for (const connection of host.getConnections()) {
      if (!trust.admits(connection.remotePeer.toString()))
        connection.abort(new Error("it is not a node of the cluster"));
    }
    dialer.retryNow();
  }

  #addresses(): { listening: readonly string[]; announced: string[] } {
    const { host, listen, announcesOthers } = this.#parts;
    const announced = host.getMultiaddrs().map(String);
    // Where other addresses are announced, libp2p doesn't tell those that it listens on.
    const listening = announcesOthers ? listen : announced.map((address) => address.replace(/\/p2p\/[^/]+$/, ""));
    return { listening, announced };
  }

  #report(): WorkerReport {
    const { host, trust, dialer, gossip } = this.#parts;
    return {
      ...this.#addresses(),
      connections: host.getConnections().map((connection) => reportOf(connection, trust)),
      targets: dialer.report(),
      membershipKnown: trust.membershipKnown,
      gossipPeers: gossip.peers,
    };
  }
}

function reportOf(connection: Connection, trust: Trust): WorkerReport["connections"][number] {
  const peerId = connection.remotePeer.toString();
  return {
    peerId,
    nodeId: trust.nodeIdOf(peerId),
    address: connection.remoteAddr.toString(),
    direction: connection.direction,
    trusted: trust.trusts(peerId),
    latencyMilliseconds: connection.rtt ?? null,
    openedAt: connection.timeline.open,
  };
}
