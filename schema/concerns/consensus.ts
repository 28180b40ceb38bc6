/** Where membership, leadership and the task state live: a SQLite file on one machine, etcd past one (DESIGN, one node). */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { option, section } from "../kit/option.ts";
import { size } from "../kit/size.ts";
import { absolutePath, port } from "../kit/text.ts";
import { tls } from "./tls.ts";

/** The ports of a managed etcd where the spec gives none. */
export const defaultEnginePorts = { client: 2379, peer: 2380 } as const;

const endpoint = () =>
  z
    .string()
    .regex(
      /^https?:\/\/(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]):\d{1,5}$/,
      "an URL of scheme, host and port, for example https://etcd-1:2379",
    );

/** `consensus` in files. */
export const consensus = section(
  { title: "Consensus", description: "The engine that members agree through, and its timing (guides 000 and 003)." },
  {
    engine: option(z.enum(["embedded", "etcd"]).optional(), {
      description:
        "What holds the state: SQLite in the node, or etcd. Embedded for a lone node, etcd for more, where none is given.",
      source: "quorumkit",
      apply: "migrate",
      example: "etcd",
    }),
    mode: option(z.enum(["managed", "external"]).default("managed"), {
      description: "Whether the node starts and supervises etcd itself, or uses the one at endpoints.",
      source: "quorumkit",
      apply: "migrate",
    }),
    endpoints: option(z.array(endpoint()).default([]), {
      description: "Client URLs of an external etcd.",
      source: "quorumkit",
      apply: "rolling",
      example: ["https://etcd-1:2379", "https://etcd-2:2379", "https://etcd-3:2379"],
    }),
    binary: option(absolutePath().optional(), {
      description:
        "Program of a managed etcd, version 3.6. Without it the one that QUORUMKIT_ETCD names, else etcd on the PATH.",
      source: "quorumkit",
      apply: "rolling",
      example: "/usr/local/bin/etcd",
    }),
    clientPort: option(port().optional(), {
      description: `Client port of a managed etcd, on the address of the API; ${defaultEnginePorts.client} where none is given.`,
      source: "quorumkit",
      apply: "rolling",
      example: defaultEnginePorts.client,
    }),
    peerPort: option(port().optional(), {
      description: `Peer port of a managed etcd, on the address of the API; ${defaultEnginePorts.peer} where none is given.`,
      source: "004:242",
      apply: "migrate",
      example: defaultEnginePorts.peer,
    }),
    tls: tls({
      title: "TLS to external endpoints",
      description: "Certificates for an external etcd. A managed one uses those of p2p.tls.",
      sources: { enabled: "quorumkit", certFile: "quorumkit", keyFile: "quorumkit", caFile: "quorumkit" },
      verifyPeer: true,
    }).prefault({}),
    algorithm: option(z.literal("raft").default("raft"), {
      description: "The consensus protocol; etcd has no other.",
      source: "000:143",
      apply: "restart",
    }),
    electionTimeout: option(duration({ min: "50ms", max: "50s" }).default("5s"), {
      description:
        "How long members wait for a heartbeat before they elect a leader; etcd adds up to as much again by chance. At least 5x heartbeat_interval.",
      source: "000:144",
      apply: "rolling",
    }),
    heartbeatInterval: option(duration({ min: "10ms", max: "10s" }).default("1s"), {
      description: "How often the leader shows that it is there; about the round trip between members.",
      source: "000:145",
      apply: "rolling",
    }),
    clusterSize: option(z.int().min(1).max(7).optional(), {
      description: "Number of members that is expected; a check on the spec, since members says how many there are.",
      unit: "members",
      source: "000:220",
      apply: "rolling",
      example: 3,
    }),
    snapshotThreshold: option(z.int().min(100).max(1_000_000).default(1_000), {
      description: "Log entries after which the state is written out as a snapshot.",
      unit: "entries",
      source: "003:206",
      apply: "rolling",
    }),
    maxLogSize: option(z.int().min(1_000).max(10_000_000).default(10_000), {
      description: "Log entries that are kept for slow followers and for watches from a past revision.",
      unit: "entries",
      source: "003:207",
      apply: "rolling",
    }),
    // etcd takes no more than 128 operations in one transaction.
    maxBatchSize: option(z.int().min(1).max(128).default(100), {
      description: "Client writes that share one commit at most.",
      unit: "operations",
      source: "003:650",
      apply: "rolling",
    }),
    requestTimeout: option(duration({ min: "100ms", max: "1m" }).default("5s"), {
      description: "How long a write or linearizable read waits for etcd before it is refused.",
      source: "quorumkit",
      apply: "rolling",
    }),
    cacheSize: option(size({ min: "0B", max: "8Gi" }).default("64Mi"), {
      description:
        "State that a node keeps in memory, so that reads are answered without etcd; a larger state is read from etcd.",
      source: "quorumkit",
      apply: "rolling",
    }),
    quota: option(size({ min: "64Mi", max: "8Gi" }).default("2Gi"), {
      description: "Size of the state at which writes are refused until space is made.",
      source: "quorumkit",
      apply: "rolling",
    }),
  },
);

/** The engine that a spec means: what it says, else etcd for an external mode or more than one node, else embedded. */
export function engineOf(value: z.output<typeof consensus>, members: number, gateways = 0): "embedded" | "etcd" {
  return value.engine ?? (value.mode === "external" || members + gateways > 1 ? "etcd" : "embedded");
}
