/** The metrics of a cluster of processes: all that the registry declares, and what they say when something happens. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { listMetrics } from "@quorumkit/schema";
import { RunningCluster } from "../../test/support/running-cluster.ts";
import { until } from "../../test/support/until.ts";

const limit = 30_000;

/** A scrape, as a map from series to value. */
class Scrape {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  static async of(nodes: RunningCluster, id: string): Promise<Scrape> {
    return new Scrape(await (await fetch(`${nodes.place(id).metricsUrl}/metrics`)).text());
  }

  /** The value of a series; undefined where there is none. */
  value(series: string): number | undefined {
    const line = this.text.split("\n").find((candidate) => candidate.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }

  /** Family and labels of every sample. */
  *samples(): Generator<{ name: string; labels: string[] }> {
    for (const [, name = "", labels = ""] of this.text.matchAll(/^([A-Za-z_]\w*)(?:\{(.*)\})? \S+$/gm)) {
      yield { name, labels: [...labels.matchAll(/(\w+)="/g)].map(([, label = ""]) => label) };
    }
  }
}

const healing = (what: string) => `coordinator_fault_tolerance_${what}{target="etcd"}`;

test("a cluster gives every metric of the registry, and tells of clocks, healing and failures", async (t) => {
  const nodes = await RunningCluster.start(t, 3);
  const scrape = () => Scrape.of(nodes, "node-1");
  const reach = (what: string, wanted: (now: Scrape) => boolean) =>
    until(what, limit, async () => {
      const now = await scrape();
      return wanted(now) ? now : undefined;
    });
  const skew = (now: Scrape, peer: string) => now.value(`coordinator_cluster_clock_skew_seconds{peer="${peer}"}`);

  const first = await reach("the clocks of both others are known", (now) =>
    ["node-2", "node-3"].every((peer) => skew(now, peer) !== undefined),
  );
  for (const peer of ["node-2", "node-3"]) {
    assert.ok(Math.abs(skew(first, peer) ?? NaN) < 1, "it is the same clock");
    assert.equal(first.value(`coordinator_breaker_open{target="api/${peer}"}`), 0);
  }
  const memory = (name: string) => first.value(name) ?? 0;
  assert.ok(
    memory("coordinator_db_memory_usage_bytes") >
      memory("process_resident_memory_bytes") / 2 + memory("etcd_process_resident_memory_bytes") / 2,
  );

  // etcd ends: the node heals itself.
  for (const what of ["healing_attempts_total", "healing_successes_total", "recovery_time_seconds_count"]) {
    assert.equal(first.value(healing(what)), 0, what);
  }
  await killEtcd(nodes);
  const healed = await reach("etcd is healed", (now) => now.value(healing("healing_successes_total")) === 1);
  assert.equal(healed.value(healing("healing_attempts_total")), 1);
  assert.equal(healed.value(healing("recovery_time_seconds_count")), 1);
  assert.ok((healed.value(healing("recovery_time_seconds_sum")) ?? 0) > 0.01);

  // A node leaves, and comes back.
  await nodes.readiness("node-1", ({ ready }) => ready);
  assert.equal(await nodes.stop("node-3"), 0);
  const without = await reach("node-3 has left", (now) => now.value("coordinator_cluster_size") === 2);
  assert.equal(skew(without, "node-3"), undefined);
  assert.equal(without.value("coordinator_fault_tolerance_node_failures_total"), 0);
  nodes.launch("node-3");
  await nodes.ready(["node-3"]);
  await reach("node-3 is asked at once", (now) => skew(now, "node-3") !== undefined);

  // Nothing is missing, and nothing else is there.
  const declared = new Map(
    listMetrics("coordinator")
      .filter(({ from }) => from === "node")
      .map(({ name, definition }) => [name, definition]),
  );
  // etcd measures the way to its peers twice a minute.
  const all = await until("every metric is there", 2 * limit, async () => {
    const now = await scrape();
    for (const [name, { help, type }] of declared) {
      assert.ok(now.text.includes(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`), name);
    }
    return now;
  });
  for (const { name, labels } of all.samples()) {
    const definition = declared.get(name) ?? declared.get(name.replace(/_(?:bucket|sum|count)$/, ""));
    assert.ok(definition !== undefined, `${name} is not in the registry`);
    const allowed = new Set([...definition.labels, ...(definition.type === "histogram" ? ["le"] : [])]);
    for (const label of labels) assert.ok(allowed.has(label), `${name}{${label}}`);
  }

  // A node fails.
  await nodes.kill("node-3");
  await reach("node-3 has failed", (now) => now.value("coordinator_fault_tolerance_node_failures_total") === 1);
});

/** Kills the etcd of node-1 alone. */
async function killEtcd(nodes: RunningCluster): Promise<void> {
  const text = await readFile(join(nodes.place("node-1").dataDirectory, "etcd.pid"), "utf8");
  process.kill((JSON.parse(text) as { pid: number }).pid, "SIGKILL");
}
