/** Renders the groups of nodes for nginx. Pure: the same decision gives the same text. */
import { parseDuration } from "@quorumkit/schema";
import type { BalancerConfig } from "./config.ts";
import type { Decision, ReadyNode } from "./decide.ts";

type Settings = Pick<BalancerConfig, "upstreams" | "healthCheck">;
type Strategy = BalancerConfig["upstreams"]["strategy"];

/** How nginx chooses within a group; round robin has no word. */
const methods: Readonly<Record<Strategy, string | undefined>> = {
  least_connections: "least_conn;",
  // The gateways adapt; nginx spreads over them by connections.
  adaptive: "least_conn;",
  round_robin: undefined,
  ip_hash: "ip_hash;",
  consistent_hash: "hash $balance_key consistent;",
};

/** Nodes that one request is given to at most. */
const mostTries = 3;

/** nginx can't have spare nodes in a group that hashes. */
const hashing: ReadonlySet<Strategy> = new Set(["ip_hash", "consistent_hash"]);

/** The text of upstreams.conf. */
export function renderUpstreams({ ready, leader }: Decision, settings: Settings): string {
  const leading = ready.filter(({ id }) => id === leader);
  const following = ready.filter(({ id }) => id !== leader);
  const { strategy } = settings.upstreams;
  const gateways = ready.filter(({ role }) => role === "gateway");
  const readers = strategy === "adaptive" && gateways.length > 0 ? gateways : ready;
  // Which of the ready nodes gives a write to the leader makes no difference, so a hash would be of no use.
  const forwarding = hashing.has(strategy) ? "least_connections" : strategy;
  return [
    "# Written by the balancer.",
    `map "" $ready_nodes {`,
    `    default ${ready.length};`,
    "}",
    // Not more than there are nodes: nginx would answer 502 in place of what the last one said.
    `proxy_next_upstream_tries ${Math.min(mostTries, Math.max(1, ready.length))};`,
    ...group("readers", strategy, readers, ready, settings),
    ...group(
      "leader",
      forwarding,
      leading.length > 0 ? leading : ready,
      following.length > 0 ? following : ready,
      settings,
    ),
    ...group("followers", forwarding, following.length > 0 ? following : ready, ready, settings),
    "",
  ].join("\n");
}

/**
 * One group. nginx leaves alone a node that failed several times, and what counts as a failure a client can bring about:
 * a search that takes too long, say. So that nobody can have all nodes left alone, the ready ones are there again as
 * spares, whose failures don't count; and where a group hashes and can't have spares, no failures count at all: there
 * the balancer's own checks alone decide.
 */
function group(
  name: string,
  strategy: Strategy,
  nodes: readonly ReadyNode[],
  spares: readonly ReadyNode[],
  { upstreams, healthCheck }: Settings,
): string[] {
  const { keepAlive, keepAliveTimeout, connectionsPerNode } = upstreams;
  const { failureThreshold, failTimeout } = healthCheck;
  const method = methods[strategy];
  const hashes = hashing.has(strategy);
  const most = connectionsPerNode > 0 ? ` max_conns=${connectionsPerNode}` : "";
  const failures = hashes
    ? "max_fails=0"
    : `max_fails=${failureThreshold} fail_timeout=${Math.max(1, Math.ceil(parseDuration(failTimeout) / 1_000))}s`;
  const lines = [
    `zone ${name} 256k;`,
    ...(method === undefined ? [] : [method]),
    ...nodes.map((node) => `server ${placeOf(node)} weight=${node.weight} ${failures}${most};`),
    ...(hashes ? [] : spares.map((node) => `server ${placeOf(node)} backup max_fails=0${most};`)),
    // The group must have something in it; nobody asks it while no node is ready.
    ...(nodes.length === 0 ? ["server 127.0.0.1:1 down;"] : []),
    ...(keepAlive > 0
      ? [`keepalive ${keepAlive};`, `keepalive_timeout ${Math.round(parseDuration(keepAliveTimeout))}ms;`]
      : []),
  ];
  return [`upstream ${name} {`, ...lines.map((line) => `    ${line}`), "}"];
}

function placeOf({ address, port }: ReadyNode): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
