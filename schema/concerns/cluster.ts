/** What a node knows of the cluster that it belongs to. */
import { z } from "zod";
import { option, section } from "../kit/option.ts";
import { httpUrl } from "../kit/http-url.ts";
import { absolutePath, dnsLabel, host, port } from "../kit/text.ts";
import { defaultEnginePorts } from "./consensus.ts";

const peer = section(
  { title: "Peer", description: "Another node of the cluster." },
  {
    id: option(dnsLabel(), { description: "Its node id.", source: "003:180", apply: "hot", example: "node-2" }),
    host: option(host(), {
      description: "Where it is reached.",
      source: "003:180",
      apply: "hot",
      example: "node-2",
    }),
    port: option(port().default(8080), { description: "Port of its API.", source: "003:180", apply: "hot" }),
    role: option(z.enum(["member", "gateway"]).default("member"), {
      description: "Whether it votes and holds state.",
      source: "design",
      apply: "hot",
    }),
    peerPort: option(port().default(defaultEnginePorts.peer), {
      description: "Peer port of its etcd.",
      source: "quorumkit",
      apply: "hot",
    }),
    clientPort: option(port().default(defaultEnginePorts.client), {
      description: "Client port of its etcd.",
      source: "quorumkit",
      apply: "hot",
    }),
    p2pPort: option(port().default(4001), {
      description: "Port of its libp2p host.",
      source: "000:49",
      apply: "hot",
    }),
  },
);

/** `cluster` in files. */
export const cluster = section(
  {
    title: "Cluster membership",
    description: "The cluster and its other nodes. Written by the plan; a lone node has no peers.",
  },
  {
    name: option(dnsLabel().default("default"), {
      description: "Name of the cluster. A data directory belongs to one cluster.",
      source: "002:75",
      apply: "migrate",
      env: ["CLUSTER_NAME", "MAIF_CLUSTER_NAME"],
    }),
    peers: option(z.array(peer).default([]), {
      description:
        "The other nodes, where they are known beforehand. Only they, and nodes that add-node named, may join.",
      source: "003:202",
      apply: "hot",
      env: ["PEERS", "GRAPE_CLUSTER_PEERS"],
    }),
    joinAddress: option(httpUrl().optional(), {
      description:
        "API address of any node of a running cluster. A node without data joins through it, and founds no cluster.",
      source: "quorumkit",
      apply: "hot",
      example: "https://node-1:8443",
    }),
    joinToken: option(
      z
        .string()
        .regex(/^[\x21-\x7e]{32,512}$/, "32 to 512 printable ASCII characters without spaces")
        .optional(),
      {
        description:
          "Secret that the nodes of a cluster share; a node proves by it that it may join. It is never sent.",
        source: "quorumkit",
        apply: "restart",
        secret: true,
        env: ["QUORUMKIT_JOIN_TOKEN"],
      },
    ),
    joinTokenFile: option(absolutePath().optional(), {
      description: "File that holds the join token alone.",
      source: "quorumkit",
      apply: "restart",
      env: ["QUORUMKIT_JOIN_TOKEN_FILE"],
      example: "/etc/quorumkit/join-token",
    }),
  },
);
