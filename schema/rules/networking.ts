/** Rules of ports, certificates and addresses on one node. */
import type { z } from "zod";
import { tlsPortOf, type api } from "../concerns/api.ts";
import { defaultEnginePorts, engineOf, type consensus } from "../concerns/consensus.ts";
import type { monitoring } from "../concerns/monitoring.ts";
import type { network } from "../concerns/networking.ts";
import { listenPort, type p2p } from "../concerns/p2p.ts";
import { parseDuration } from "../kit/duration.ts";
import { wirePath } from "../kit/naming.ts";
import type { Rule, Violation } from "./rule.ts";

interface Scope {
  api: z.output<typeof api>;
  p2p: z.output<typeof p2p>;
  consensus: z.output<typeof consensus>;
  network: z.output<typeof network>;
  monitoring: z.output<typeof monitoring>;
  /** Unknown to a node config. */
  members?: number;
  gateways?: number;
}

interface PortUse {
  path: string;
  port: number;
}

/** Every port that a node listens on. p2p counts unless it is off, since more nodes turn it on by themselves. */
function listPorts(scope: Scope): PortUse[] {
  const { api, p2p, consensus, monitoring } = scope;
  const ports: PortUse[] = [];
  const tlsPort = tlsPortOf(api);
  if (tlsPort === undefined || api.plainHttp !== "off") ports.push({ path: "api.port", port: api.port });
  if (tlsPort !== undefined) ports.push({ path: "api.tlsPort", port: tlsPort });
  if (monitoring.enabled) ports.push({ path: "monitoring.metricsPort", port: monitoring.metricsPort });
  if (p2p.enabled !== false) {
    ports.push({ path: "p2p.listenAddr", port: listenPort(p2p.listenAddr) });
    if (p2p.discovery.port !== undefined) ports.push({ path: "p2p.discovery.port", port: p2p.discovery.port });
  }
  const engine = scope.members === undefined ? consensus.engine : engineOf(consensus, scope.members, scope.gateways);
  if (engine === "etcd" && consensus.mode === "managed") {
    ports.push({ path: "consensus.clientPort", port: consensus.clientPort ?? defaultEnginePorts.client });
    ports.push({ path: "consensus.peerPort", port: consensus.peerPort ?? defaultEnginePorts.peer });
  }
  return ports;
}

const tlsGroups = ["api", "p2p"] as const;
const named = (path: string) => wirePath(path.split("."));

/** `/ip4/node-1/tcp/4001`: a name where an address belongs. */
function namedAddress(address: string): string | undefined {
  const [, protocol, name] = address.split("/");
  const isAddress = protocol === "ip4" ? /^[\d.]+$/ : /^[0-9A-Fa-f:]+$/;
  return protocol?.startsWith("ip") === true && name !== undefined && !isAddress.test(name) ? name : undefined;
}

export const networkingRules: readonly Rule<Scope>[] = [
  {
    id: "ports-differ",
    severity: "error",
    source: "design",
    description: "No two listeners of a node share a port.",
    reads: ["api", "p2p", "consensus", "monitoring.enabled", "monitoring.metricsPort", "members", "gateways"],
    check: (scope) => {
      const taken = new Map<number, string>();
      return listPorts(scope).flatMap(({ path, port }): Violation[] => {
        const owner = taken.get(port);
        if (owner === undefined) {
          taken.set(port, path);
          return [];
        }
        return [
          {
            path,
            message: `port ${port} of ${named(path)} is already that of ${named(owner)}`,
            want: "a port of its own",
          },
        ];
      });
    },
    counterexample: { monitoring: { metrics_port: 8080 } },
  },
  {
    id: "tls-port-needs-tls",
    severity: "error",
    source: "design",
    description: "api.tls_port is served while api.tls is on, and is refused otherwise.",
    reads: ["api.tlsPort", "api.tls.enabled"],
    check: ({ api }) =>
      api.tlsPort === undefined || api.tls.enabled
        ? []
        : [
            {
              path: "api.tlsPort",
              message: `nothing listens on api.tls_port ${api.tlsPort} while api.tls is off`,
              want: "no tls_port, or api.tls.enabled: true",
            },
          ],
    counterexample: { api: { tls_port: 8443 } },
  },
  {
    id: "tls-needs-certificate-and-key",
    severity: "error",
    source: "000:942",
    description: "A listener with TLS needs its certificate and the key to it.",
    reads: tlsGroups.map((group) => `${group}.tls`),
    check: (scope) =>
      tlsGroups.flatMap((group) => {
        const { enabled, certFile, keyFile } = scope[group].tls;
        const missing = Object.entries({ certFile, keyFile }).filter(([, file]) => enabled && file === undefined);
        return missing.map(([name]) => ({
          path: `${group}.tls.${name}`,
          message: `${group}.tls is on, but ${named(`${group}.tls.${name}`)} is missing`,
          want: `the path of a PEM file, or ${group}.tls.enabled: false`,
        }));
      }),
    counterexample: { api: { tls: { enabled: true, cert_file: "/etc/ssl/certs/node.crt" } } },
  },
  {
    id: "client-certificates-need-authorities",
    severity: "error",
    source: "004:911",
    description: "An API that asks its clients for certificates needs the authorities that sign them.",
    reads: ["api.tls"],
    check: ({ api: { tls } }) =>
      tls.enabled && tls.verifyPeer && tls.caFile === undefined
        ? [
            {
              path: "api.tls.caFile",
              message: "api.tls.verify_peer refuses every client while api.tls.ca_file is missing",
              want: "the path of a PEM file, or api.tls.verify_peer: false",
            },
          ]
        : [],
    counterexample: {
      api: { tls: { enabled: true, cert_file: "/etc/ssl/node.crt", key_file: "/etc/ssl/node.key", verify_peer: true } },
    },
  },
  {
    id: "discovery-port-needs-p2p",
    severity: "error",
    source: "design",
    description: "p2p.discovery.port is served by the libp2p host, and is refused while that is off.",
    reads: ["p2p.enabled", "p2p.discovery.port"],
    check: ({ p2p }) =>
      p2p.enabled === false && p2p.discovery.port !== undefined
        ? [
            {
              path: "p2p.discovery.port",
              message: `nothing listens on p2p.discovery.port ${p2p.discovery.port} while p2p is off`,
              want: "no port, or p2p.enabled: true",
            },
          ]
        : [],
    counterexample: { p2p: { enabled: false, discovery: { port: 5001 } } },
  },
  {
    id: "bootstrap-peer-names-are-dns",
    severity: "error",
    source: "000:673",
    description: "A bootstrap peer with a host name is a /dns4 address; /ip4 and /ip6 take IP addresses.",
    reads: ["p2p.bootstrapPeers"],
    check: ({ p2p }) =>
      p2p.bootstrapPeers.flatMap((address, position): Violation[] => {
        const name = namedAddress(address);
        if (name === undefined) return [];
        const message = `${name} is a name, not an IP address`;
        const want = `/dns4/${address.split("/").slice(2).join("/")}`;
        return [{ path: `p2p.bootstrapPeers.${position}`, message, want }];
      }),
    counterexample: {
      p2p: { bootstrap_peers: ["/ip4/node-1/tcp/4001/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp"] },
    },
  },
  {
    id: "bootstrap-peers-have-ids",
    severity: "warning",
    source: "000:298",
    description: "A bootstrap peer is given with its peer id; whoever answers at the address is asked otherwise.",
    reads: ["p2p.bootstrapPeers"],
    check: ({ p2p }) =>
      p2p.bootstrapPeers.flatMap((address, position): Violation[] =>
        address.includes("/p2p/")
          ? []
          : [
              {
                path: `p2p.bootstrapPeers.${position}`,
                message: "a bootstrap peer without /p2p/<id> can be anyone who answers at its address",
                want: `${address}/p2p/<id>`,
              },
            ],
      ),
    counterexample: { p2p: { bootstrap_peers: ["/dns4/node-1/tcp/4001"] } },
  },
  {
    id: "pool-idle-timeout-within-lifetime",
    severity: "warning",
    source: "000:1130",
    description: "idle_timeout of the connection pool is at most max_lifetime, or it has no effect.",
    reads: ["network.connectionPool"],
    check: ({ network: { connectionPool: pool } }) =>
      parseDuration(pool.idleTimeout) <= parseDuration(pool.maxLifetime)
        ? []
        : [
            {
              path: "network.connectionPool.idleTimeout",
              message: `idle_timeout ${pool.idleTimeout} has no effect: connections are replaced after max_lifetime ${pool.maxLifetime}`,
              want: `at most ${pool.maxLifetime}`,
            },
          ],
    counterexample: { network: { connection_pool: { idle_timeout: "2h" } } },
  },
];
