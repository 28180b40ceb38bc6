/** Rules of a node that is one of several: what it needs to find and to trust the others. */
import type { z } from "zod";
import type { api } from "../concerns/api.ts";
import type { cluster } from "../concerns/cluster.ts";
import type { consensus } from "../concerns/consensus.ts";
import { isLoopback } from "../concerns/loopback.ts";
import type { node } from "../concerns/node.ts";
import type { p2p } from "../concerns/p2p.ts";
import type { Rule } from "./rule.ts";

interface Scope {
  api: z.output<typeof api>;
  cluster: z.output<typeof cluster>;
  consensus: z.output<typeof consensus>;
  node: z.output<typeof node>;
  p2p: z.output<typeof p2p>;
}

/** Whether the node is a member of a managed etcd of several, or is to become one. */
function isManagedMember({ cluster, consensus, node }: Scope): boolean {
  const several = cluster.peers.length > 0 || cluster.joinAddress !== undefined;
  return several && node.role === "member" && consensus.mode === "managed" && consensus.engine !== "embedded";
}

const managed = ["cluster", "consensus.engine", "consensus.mode", "node.role"];
const token = "TPnJZ0k3v8Qy1mXc5RfW7sLbHd2aGe4u";

export const membershipRules: readonly Rule<Scope>[] = [
  {
    id: "managed-members-need-a-join-token",
    severity: "error",
    source: "design",
    description: "Members of a managed etcd prove to each other by a join token that they belong together.",
    reads: managed,
    check: (scope) =>
      isManagedMember(scope) && scope.cluster.joinToken === undefined && scope.cluster.joinTokenFile === undefined
        ? [
            {
              path: "cluster.joinTokenFile",
              message: "a member of a managed cluster needs the join token that its nodes share",
              want: "cluster.join_token_file, cluster.join_token or QUORUMKIT_JOIN_TOKEN",
            },
          ]
        : [],
    counterexample: { cluster: { join_address: "http://127.0.0.1:8090" } },
  },
  {
    id: "one-join-token",
    severity: "error",
    source: "design",
    description: "The join token is given as itself or as a file, not both.",
    reads: ["cluster.joinToken", "cluster.joinTokenFile"],
    check: ({ cluster: { joinToken, joinTokenFile } }) =>
      joinToken !== undefined && joinTokenFile !== undefined
        ? [
            {
              path: "cluster.joinTokenFile",
              message: "join_token and join_token_file exclude each other",
              want: "one of the two",
            },
          ]
        : [],
    counterexample: { cluster: { join_token: token, join_token_file: "/etc/quorumkit/join-token" } },
  },
  {
    id: "reachable-members-need-tls",
    severity: "error",
    source: "design",
    description:
      "Members that reach each other over a network show certificates: etcd takes orders from whoever connects.",
    reads: [...managed, "api.host", "p2p.tls.enabled"],
    check: (scope) =>
      isManagedMember(scope) && !isLoopback(scope.api.host) && !scope.p2p.tls.enabled
        ? [
            {
              path: "p2p.tls.enabled",
              message: `members that listen on ${scope.api.host} need certificates for the traffic between them`,
              want: "true with cert_file, key_file and ca_file; or api.host: 127.0.0.1",
            },
          ]
        : [],
    counterexample: {
      api: { host: "0.0.0.0" },
      security: { admin_token: "T6b1uJ0aVq8Zc3Xe", auth: { enabled: true } },
      cluster: { join_address: "http://127.0.0.1:8090", join_token: token },
    },
  },
  {
    id: "known-members-odd",
    severity: "error",
    source: "design",
    description: "A node and the members among its peers are 1, 3, 5 or 7.",
    reads: ["cluster.peers", "cluster.joinAddress", "node.role"],
    check: ({ cluster: { peers, joinAddress }, node }) => {
      const members = peers.filter(({ role }) => role === "member").length + (node.role === "member" ? 1 : 0);
      return joinAddress !== undefined || peers.length === 0 || (members % 2 === 1 && members <= 7)
        ? []
        : [
            {
              path: "cluster.peers",
              message: `${members} members survive no more failures than ${members - 1} do, and a majority of them is larger`,
              want: "1, 3, 5 or 7 members, this node included; nodes beyond that are gateways",
            },
          ];
    },
    counterexample: { cluster: { peers: [{ id: "node-2", host: "127.0.0.1", port: 8090 }], join_token: token } },
  },
];
