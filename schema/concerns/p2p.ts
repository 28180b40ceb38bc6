/** The libp2p host: discovery, join requests, gossip and block transfer. Never membership or durable state. */
import { z } from "zod";
import { option, section } from "../kit/option.ts";
import { absolutePath, multiaddr, port } from "../kit/text.ts";
import { tls } from "./tls.ts";

/** A listen address: an IP address of the host and a TCP port. UDP (guide 000:63) is served by nothing and so is refused. */
const listenMultiaddr = () =>
  z
    .string()
    .regex(
      /^\/(?:ip4\/\d{1,3}(?:\.\d{1,3}){3}|ip6\/[0-9A-Fa-f:]+)\/tcp\/(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/,
      "a TCP multiaddr of this host, for example /ip4/0.0.0.0/tcp/4001",
    );

const peerId = () =>
  z.string().regex(/^(?:12D3KooW|Qm|16Uiu2HA)[1-9A-HJ-NP-Za-km-z]{38,60}$/, "a libp2p peer id, for example 12D3KooW…");

const discovery = section(
  { title: "Discovery", description: "How nodes find each other beside bootstrap_peers." },
  {
    // Firewalls of guide 000 open 5001 though nothing there serves it; here it is a second listener, or absent.
    port: option(port().optional(), {
      description: "A second TCP port of the libp2p host, for firewalls that keep discovery apart from transfers.",
      source: "000:50",
      apply: "rolling",
      example: 5001,
    }),
    mdns: section(
      { title: "mDNS", description: "Finds nodes on the same LAN." },
      {
        enabled: option(z.boolean().default(true), {
          description: "Announces and looks for nodes by multicast DNS.",
          source: "000:211",
          apply: "rolling",
        }),
      },
    ).prefault({}),
    dht: section(
      { title: "DHT", description: "Finds nodes through a distributed hash table." },
      {
        // Guide 000 turns it on everywhere; bootstrap peers are enough for clusters of known nodes (DESIGN, libp2p).
        enabled: option(z.boolean().default(false), {
          description: "Takes part in the DHT.",
          source: "000:213",
          apply: "rolling",
        }),
        mode: option(z.enum(["server", "client"]).optional(), {
          description: "Answers queries, or only asks. Where none is given members answer and gateways ask.",
          source: "000:214",
          apply: "rolling",
          example: "server",
        }),
      },
    ).prefault({}),
  },
);

/** `p2p` in files. */
export const p2p = section(
  { title: "P2P", description: "Traffic between nodes outside of consensus (guide 000, Configuration)." },
  {
    enabled: option(z.boolean().optional(), {
      description: "Turns the libp2p host on. Where none is given it is on in clusters of more than one node.",
      source: "quorumkit",
      apply: "rolling",
      example: true,
    }),
    listenAddr: option(listenMultiaddr().default("/ip4/127.0.0.1/tcp/4001"), {
      description: "Address that the libp2p host listens on; /ip4/0.0.0.0/tcp/4001 for every interface.",
      source: "000:139",
      apply: "rolling",
    }),
    announceAddrs: option(z.array(multiaddr()).default([]), {
      description: "Addresses that other nodes are told, where those it listens on can't be reached.",
      source: "quorumkit",
      apply: "rolling",
      example: ["/dns4/node-1/tcp/4001"],
    }),
    bootstrapPeers: option(z.array(multiaddr()).default([]), {
      description: "Nodes to call first; empty on a single node and on the first of a cluster.",
      source: "000:140",
      apply: "rolling",
      env: ["BOOTSTRAP_PEERS"],
      example: ["/dns4/node-1/tcp/4001/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp"],
    }),
    allowedPeers: option(z.array(peerId()).default([]), {
      description: "Peer ids that may connect beside the nodes of the cluster; everyone else is refused.",
      source: "quorumkit",
      apply: "hot",
    }),
    identityFile: option(absolutePath().optional(), {
      description: "Private key that the peer id comes from; p2p.key in the data directory where none is given.",
      source: "quorumkit",
      apply: "restart",
      example: "/var/lib/quorumkit/p2p.key",
    }),
    discovery: discovery.prefault({}),
    tls: tls({
      title: "TLS between nodes",
      description:
        "Certificates of a managed etcd's peers and clients and of calls from node to node. libp2p itself is always encrypted (noise).",
      sources: { enabled: "000:949", certFile: "000:950", keyFile: "000:951", caFile: "004:911" },
      verifyPeer: true,
    }).prefault({}),
  },
);

/** The TCP port in a listen address. */
export function listenPort(listenAddr: string): number {
  return Number(listenAddr.slice(listenAddr.lastIndexOf("/") + 1));
}
