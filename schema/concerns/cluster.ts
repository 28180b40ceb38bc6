/** What a node knows of the cluster that it belongs to. */
import { z } from "zod";
import { option, section } from "../kit/option.ts";
import { dnsLabel, host, port } from "../kit/text.ts";

const peer = section(
  { title: "Peer", description: "Another node of the cluster." },
  {
    id: option(dnsLabel(), { description: "Its node id.", source: "003:180", apply: "rolling", example: "node-2" }),
    host: option(host(), {
      description: "Where it is reached.",
      source: "003:180",
      apply: "rolling",
      example: "node-2",
    }),
    port: option(port().default(8080), { description: "Port of its API.", source: "003:180", apply: "rolling" }),
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
      description: "The other nodes, where they are known beforehand.",
      source: "003:202",
      apply: "rolling",
      env: ["PEERS", "GRAPE_CLUSTER_PEERS"],
    }),
  },
);
