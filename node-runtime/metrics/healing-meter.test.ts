import assert from "node:assert/strict";
import { test } from "node:test";
import { HealingMeter } from "./healing-meter.ts";
import { Metrics } from "./metrics.ts";

test("counts attempts, what came of them, and the time from the first failure until the part served", async () => {
  let now = 0;
  const metrics = new Metrics("test_");
  const healing = new HealingMeter(metrics, () => now);
  const etcd = healing.of("etcd");
  healing.of("p2p");
  const figures = async () => {
    const text = await metrics.text();
    const valueOf = (name: string, target: string) =>
      Number(new RegExp(`^test_fault_tolerance_${name}\\{target="${target}"\\} (\\S+)$`, "m").exec(text)?.[1]);
    const names = [
      "healing_attempts_total",
      "healing_successes_total",
      "recovery_time_seconds_count",
      "recovery_time_seconds_sum",
    ];
    return {
      etcd: names.map((name) => valueOf(name, "etcd")),
      p2p: names.map((name) => valueOf(name, "p2p")),
    };
  };
  assert.deepEqual(await figures(), { etcd: [0, 0, 0, 0], p2p: [0, 0, 0, 0] }, "the series are there from the start");
  etcd.started();
  etcd.serves();
  assert.deepEqual((await figures()).etcd, [0, 0, 0, 0], "a first start heals nothing");
  now = 10_000;
  etcd.failed();
  now = 11_000;
  etcd.started();
  now = 12_000;
  etcd.failed();
  now = 13_000;
  etcd.started();
  assert.deepEqual((await figures()).etcd, [2, 0, 0, 0], "nothing is well before it serves");
  now = 14_500;
  etcd.serves();
  etcd.serves();
  assert.deepEqual(await figures(), { etcd: [2, 1, 1, 4.5], p2p: [0, 0, 0, 0] });
});
