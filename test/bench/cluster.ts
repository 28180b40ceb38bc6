/** What three members do, beside etcd itself in the same run: load, failover and memory. */
import { setTimeout as delay } from "node:timers/promises";
import { spawnNode, type SpawnedNode } from "../runtime/spawn-node.ts";
import { engineEnvironment, makeCluster, startMembers, type MemberPlace } from "../support/local-cluster.ts";
import { until } from "../support/until.ts";
import { fillRaw, fillThroughApi } from "./fill.ts";
import { childrenOf, clientCounts, measure, percentile, rssOf, type Kind, type Measurement } from "./measure.ts";
import { loadTable } from "./table.ts";

/** What issue 4 aims for: with 64 clients so many times the raw client's, and a failover within so many milliseconds. */
const aims = { write: 3, read: 4, failoverMilliseconds: 2_000, rssMegabytes: 150 } as const;

/** What the preset of system coordinator has (003:203-205). */
const presetTiming = { election_timeout: "300ms", heartbeat_interval: "50ms" };

interface Member {
  place: MemberPlace;
  node: SpawnedNode;
}

export interface ClusterReport {
  raw: Measurement[];
  api: Measurement[];
  /** With the most clients: how many times the raw client's throughput the API has. */
  ratio: Record<Kind, number>;
  /** From the kill of the leader until a write is acknowledged again, milliseconds. */
  failover: { kills: number; p50: number; p95: number; longest: number };
  rss_megabytes: { node: number[]; etcd: number[] };
  aims: typeof aims;
}

/** Measures a cluster of three. */
export async function measureCluster(seconds: number, kills: number): Promise<ClusterReport> {
  const cluster = await makeCluster(3, { consensus: presetTiming });
  const members: Member[] = [];
  try {
    const nodes = await startMembers(cluster.members);
    for (const [index, place] of cluster.members.entries()) members.push({ place, node: nodes[index] as SpawnedNode });
    const urls = cluster.members.map(({ url }) => url);
    const engines = cluster.members.map(({ engineUrl }) => engineUrl);
    await Promise.all(cluster.members.map(({ url }) => fillThroughApi(url)));
    for (const engine of engines) await fillRaw(engine);
    // The first load warms the compilers up and is not counted.
    await measure("load.ts", urls, "write", 16, 3);
    await measure("raw-load.ts", engines, "write", 16, 3);
    const raw: Measurement[] = [];
    const api: Measurement[] = [];
    for (const kind of ["write", "read"] as const) {
      for (const clients of clientCounts) {
        raw.push(await measure("raw-load.ts", engines, kind, clients, seconds));
        api.push(await measure("load.ts", urls, kind, clients, seconds));
      }
    }
    const rss = await memoryOf(members);
    const times: number[] = [];
    for (let kill = 0; kill < kills; kill += 1) times.push(await killLeader(members));
    const ratio = (kind: Kind): number => Number((most(api, kind) / most(raw, kind)).toFixed(2));
    return {
      raw,
      api,
      ratio: { write: ratio("write"), read: ratio("read") },
      failover: {
        kills,
        p50: percentile(times, 0.5),
        p95: percentile(times, 0.95),
        longest: Math.max(0, ...times),
      },
      rss_megabytes: rss,
      aims,
    };
  } finally {
    for (const { node } of members) node.process.kill("SIGTERM");
    await Promise.all(members.map(({ node }) => node.ended));
    await cluster.remove();
  }
}

function most(measurements: readonly Measurement[], kind: Kind): number {
  return measurements.filter((measurement) => measurement.kind === kind).at(-1)?.perSecond ?? 0;
}

async function memoryOf(members: readonly Member[]): Promise<ClusterReport["rss_megabytes"]> {
  const node: number[] = [];
  const etcd: number[] = [];
  for (const { node: spawned } of members) {
    node.push(await rssOf(spawned.process.pid));
    for (const child of await childrenOf(spawned.process.pid ?? 0)) etcd.push(await rssOf(child));
  }
  return { node, etcd };
}

/**
 * Kills the node that leads, and its etcd with it, while clients write to all of them.
 * @returns milliseconds until a write that began after the kill was acknowledged
 */
async function killLeader(members: Member[]): Promise<number> {
  const leader = await leadingMember(members);
  const { pid = 0 } = leader.node.process;
  const children = await childrenOf(pid);
  const killed = performance.now();
  for (const victim of [pid, ...children]) process.kill(victim, "SIGKILL");
  await leader.node.ended;
  const others = members.filter((member) => member !== leader);
  await until("a write is acknowledged again", 30_000, async () => {
    for (const { place } of others) if (await writes(place)) return true;
    return undefined;
  });
  const took = performance.now() - killed;
  leader.node = await spawnNode(leader.place, engineEnvironment());
  // Followers need a moment to be even; the next kill must not take the majority with it.
  await delay(500);
  return Math.round(took);
}

async function leadingMember(members: readonly Member[]): Promise<Member> {
  return until("a leader is known", 30_000, async () => {
    for (const { place } of members) {
      const answer = await fetch(`${place.url}/api/status`);
      const { current_leader: id } = (await answer.json()) as { current_leader: string | null };
      const found = members.find((member) => member.place.id === id);
      if (found !== undefined) return found;
    }
    return undefined;
  });
}

async function writes({ url }: MemberPlace): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/api/v1/kv/failover`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: "1",
      signal: AbortSignal.timeout(1_000),
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

export function describeCluster(report: ClusterReport): string {
  const { failover, rss_megabytes: rss } = report;
  return [
    "three members on this machine, the clients spread over them; first etcd itself, one call for each operation:",
    loadTable(report.raw, () => ""),
    "the same through the HTTP API:",
    loadTable(report.api, (kind) => String(aims[kind] * most(report.raw, kind))),
    `with the most clients: writes ${report.ratio.write}x (aim ${aims.write}x), reads ${report.ratio.read}x (aim ${aims.read}x)`,
    `leader killed ${failover.kills} times: writes again after ${failover.p50} ms at the median, ${failover.p95} ms at p95, ${failover.longest} ms at most (aim p95 < ${aims.failoverMilliseconds} ms)`,
    `resident memory: nodes ${rss.node.join(", ")} MB (aim < ${aims.rssMegabytes} MB), their etcd ${rss.etcd.join(", ")} MB`,
  ].join("\n");
}
