/** Rules of members and of the engine that they agree through. */
import type { z } from "zod";
import { engineOf, type consensus } from "../concerns/consensus.ts";
import { formatDuration, parseDuration } from "../kit/duration.ts";
import type { Rule, Violation } from "./rule.ts";

/** A node config knows only itself: what concerns the number of nodes is then left to the cluster spec. */
interface Scope {
  consensus: z.output<typeof consensus>;
  members?: number;
  gateways?: number;
}

const base = "consensus";
const nodeCounts = ["members", "gateways"];

/** The engine, where it can be known. */
function knownEngine(scope: Scope): "embedded" | "etcd" | undefined {
  return scope.members === undefined
    ? scope.consensus.engine
    : engineOf(scope.consensus, scope.members, scope.gateways);
}

export const consensusRules: readonly Rule<Scope>[] = [
  {
    id: "election-timeout-at-least-five-heartbeats",
    severity: "error",
    source: "design",
    description: "election_timeout is at least 5x heartbeat_interval; etcd refuses to start otherwise.",
    reads: [`${base}.electionTimeout`, `${base}.heartbeatInterval`],
    check: ({ consensus: { electionTimeout, heartbeatInterval } }) => {
      const least = 5 * parseDuration(heartbeatInterval);
      if (parseDuration(electionTimeout) >= least) return [];
      return [
        {
          path: `${base}.electionTimeout`,
          message: `consensus.election_timeout ${electionTimeout} must be at least 5x consensus.heartbeat_interval ${heartbeatInterval}`,
          want: `at least ${formatDuration(least)}, or a shorter heartbeat_interval`,
        },
      ];
    },
    counterexample: { consensus: { election_timeout: "4s", heartbeat_interval: "1s" } },
  },
  {
    id: "members-odd",
    severity: "error",
    source: "000:1041",
    description: "There are 1, 3, 5 or 7 members: an even number survives no more failures than one member fewer.",
    reads: ["members"],
    check: ({ members }) =>
      members === undefined || members % 2 === 1
        ? []
        : [
            {
              path: "members",
              message: `${members} members survive no more failures than ${members - 1} do, and a majority of them is larger`,
              want: "1, 3, 5 or 7; nodes beyond that are gateways",
            },
          ],
    counterexample: { members: 4 },
  },
  {
    id: "cluster-size-is-members",
    severity: "error",
    source: "000:220",
    description: "cluster_size, where it is given, is the number of members.",
    reads: [`${base}.clusterSize`, "members"],
    check: ({ consensus: { clusterSize }, members }) =>
      clusterSize === undefined || members === undefined || clusterSize === members
        ? []
        : [
            {
              path: `${base}.clusterSize`,
              message: `consensus.cluster_size expects ${clusterSize} members, but members is ${members}`,
              want: `${members}, or members: ${clusterSize}`,
            },
          ],
    counterexample: { consensus: { cluster_size: 3 } },
  },
  {
    id: "embedded-engine-needs-a-lone-node",
    severity: "error",
    source: "design",
    description: "The embedded engine serves one member and no gateways; more nodes need etcd.",
    reads: [`${base}.engine`, ...nodeCounts],
    check: ({ consensus: { engine }, members = 1, gateways = 0 }) =>
      engine !== "embedded" || members + gateways <= 1
        ? []
        : [
            {
              path: `${base}.engine`,
              message: `engine embedded keeps the state in one node, but there are ${members} members and ${gateways} gateways`,
              want: "etcd, or one member and no gateways",
            },
          ],
    counterexample: { members: 3, consensus: { engine: "embedded" } },
  },
  {
    id: "external-mode-is-etcd",
    severity: "error",
    source: "design",
    description: "Only etcd can be external.",
    reads: [`${base}.engine`, `${base}.mode`],
    check: ({ consensus: { engine, mode } }) =>
      mode === "external" && engine === "embedded"
        ? [{ path: `${base}.engine`, message: "the embedded engine can't be external", want: "etcd, or mode: managed" }]
        : [],
    counterexample: {
      consensus: { engine: "embedded", mode: "external", endpoints: ["http://127.0.0.1:2379"] },
    },
  },
  {
    id: "external-mode-needs-endpoints",
    severity: "error",
    source: "design",
    description: "An external etcd is reached at endpoints, which a managed one must not have.",
    reads: [`${base}.mode`, `${base}.endpoints`],
    check: ({ consensus: { mode, endpoints } }) => {
      if (mode === "external" && endpoints.length === 0) {
        const want = "at least one client URL, for example https://etcd-1:2379";
        return [{ path: `${base}.endpoints`, message: "mode external needs consensus.endpoints", want }];
      }
      if (mode === "managed" && endpoints.length > 0) {
        const message = "consensus.endpoints are used in mode external only; a managed etcd is found by itself";
        return [{ path: `${base}.endpoints`, message, want: "no endpoints, or mode: external" }];
      }
      return [];
    },
    counterexample: { consensus: { mode: "external" } },
  },
  {
    id: "consensus-tls-matches-endpoints",
    severity: "error",
    source: "design",
    description: "consensus.tls is on exactly where the endpoints are https.",
    reads: [`${base}.tls.enabled`, `${base}.endpoints`],
    check: ({ consensus: { endpoints, tls } }) => {
      if (tls.enabled && endpoints.length === 0) {
        const message = "consensus.tls is for external endpoints; a managed etcd uses p2p.tls";
        return [{ path: `${base}.tls.enabled`, message, want: "false" }];
      }
      return endpoints.flatMap((url, position): Violation[] =>
        url.startsWith("https:") === tls.enabled
          ? []
          : [
              {
                path: `${base}.endpoints.${position}`,
                message: `consensus.tls.enabled is ${tls.enabled}, but the endpoint ${tls.enabled ? "isn't https" : "is https"}`,
                want: `${tls.enabled ? "https" : "http"}://…, or consensus.tls.enabled: ${!tls.enabled}`,
              },
            ],
      );
    },
    counterexample: { consensus: { mode: "external", endpoints: ["https://127.0.0.1:2379"] } },
  },
  {
    id: "engine-ports-need-managed-etcd",
    severity: "error",
    source: "design",
    description: "client_port and peer_port are served by a managed etcd and by nothing else.",
    reads: [`${base}.engine`, `${base}.mode`, `${base}.clientPort`, `${base}.peerPort`, ...nodeCounts],
    check: (scope) => {
      const { mode, clientPort, peerPort } = scope.consensus;
      const engine = knownEngine(scope);
      if (mode === "managed" && engine !== "embedded") return [];
      const why = mode === "external" ? "in mode external" : "with the embedded engine";
      const given = Object.entries({ clientPort, peerPort }).filter(([, port]) => port !== undefined);
      return given.map(([name, port]) => ({
        path: `${base}.${name}`,
        message: `nothing listens on port ${port ?? ""} ${why}`,
        want: "no port, or a managed etcd (engine: etcd)",
      }));
    },
    counterexample: { consensus: { peer_port: 9000 } },
  },
  {
    id: "log-holds-a-snapshot-interval",
    severity: "error",
    source: "003:207",
    description: "max_log_size is at least snapshot_threshold: entries are kept until a snapshot has them.",
    reads: [`${base}.maxLogSize`, `${base}.snapshotThreshold`],
    check: ({ consensus: { maxLogSize, snapshotThreshold } }) =>
      maxLogSize >= snapshotThreshold
        ? []
        : [
            {
              path: `${base}.maxLogSize`,
              message: `consensus.max_log_size ${maxLogSize} must be at least consensus.snapshot_threshold ${snapshotThreshold}`,
              want: `at least ${snapshotThreshold}, or a lower snapshot_threshold`,
            },
          ],
    counterexample: { consensus: { snapshot_threshold: 20_000 } },
  },
];
