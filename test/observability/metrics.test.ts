/** Every metric of the registry is there in a live cluster, as it was declared, and no other one of the system is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { jobs, listMetrics, nodeJobs, nodeMetrics, systems, type RegisteredMetric } from "@quorumkit/schema";
import { startObservedCluster, type ObservedCluster } from "../support/observed-cluster.ts";
import { readExposition, type ExposedMetric } from "./exposition.ts";

/** What Prometheus itself makes of a target, which no program gives. */
const madeByPrometheus = new Set(["up"]);

/** The labels that every series gets in Prometheus. */
const targetLabels = ["cluster", "instance", "job"];

test("metrics of a live cluster", async (t) => {
  const observed = await startObservedCluster(t);
  const { prometheus, system, clusterName } = observed;
  const { metricPrefix } = systems[system];
  const nodeIds = observed.cluster.cluster.members.map(({ id }) => id);
  await prometheus.until(`${metricPrefix}tasks_expired_total > 0`);
  const lagName = `${metricPrefix}${nodeMetrics.learnerLag.name}`;
  const lag = await learnerLag(observed, lagName);
  await prometheus.untilUp();
  const given = (await scrapeAll(observed)).set(lagName, lag);

  await t.test("every one is there, of its type, and with its labels alone", () => {
    const wrong = listMetrics(system)
      .filter(({ name }) => !madeByPrometheus.has(name))
      .flatMap((metric) => differences(metric, given.get(metric.name)));
    assert.deepEqual(wrong, []);
  });

  await t.test("nothing else has the prefix of the system or of the load balancer", () => {
    const declared = new Set(listMetrics(system).map(({ name }) => name));
    const prefixes = [metricPrefix, "load_balancer_"];
    const others = [...given.keys()].filter(
      (name) => prefixes.some((start) => name.startsWith(start)) && !declared.has(name),
    );
    assert.deepEqual(others, []);
  });

  await t.test("in Prometheus each has the labels of its target, and its own", async () => {
    const wrong: string[] = [];
    for (const { name, definition, from } of listMetrics(system)) {
      const shown = definition.type === "histogram" ? `${name}_count` : name;
      const series = await prometheus.query(`last_over_time(${shown}[1h])`);
      if (series.length === 0) wrong.push(`${name} is not there`);
      for (const { labels } of series) {
        const { cluster = "", job = "", instance = "" } = labels;
        const names = Object.keys(labels)
          .filter((label) => label !== "__name__")
          .sort()
          .join();
        const wanted = [...targetLabels, ...definition.labels].sort().join();
        if (names !== wanted) wrong.push(`${name} has ${names}, not ${wanted}`);
        if (cluster !== clusterName) wrong.push(`${name} is of cluster ${cluster}`);
        // Of the process there are metrics of every program.
        const ofOther = !name.startsWith(metricPrefix) && (Object.values(jobs) as string[]).includes(job);
        const ofNode = job === nodeJobs[system] && nodeIds.includes(instance);
        if (from === "node" && !ofNode && !ofOther) wrong.push(`${name} is of ${job} ${instance}`);
        if (from === "load-balancer" && job !== jobs.loadBalancer) wrong.push(`${name} is of ${job}`);
      }
    }
    assert.deepEqual([...new Set(wrong)], []);
  });

  await t.test("each node and each program around them is up, under a name of its own", async () => {
    const up = await prometheus.query("up == 1");
    assert.deepEqual(up.map(({ labels: { job = "", instance = "" } }) => `${job} ${instance}`).sort(), [
      "alertmanager alertmanager",
      "coordinator node-1",
      "coordinator node-2",
      "coordinator node-3",
      "load-balancer load-balancer",
      "nginx nginx-exporter",
      "node-exporter node-exporter",
      "prometheus prometheus",
    ]);
  });

  await t.test("metrics that name their node name the one that Prometheus asked", async () => {
    for (const name of [`${metricPrefix}node_status`, `${metricPrefix}cluster_leader_status`]) {
      const series = await prometheus.query(name);
      assert.equal(series.length, nodeIds.length, name);
      for (const { labels } of series) assert.equal(labels["node_id"], labels["instance"], name);
    }
  });
});

/** What all targets give, each metric with the series of all of them. */
async function scrapeAll({ prometheus }: ObservedCluster): Promise<Map<string, ExposedMetric>> {
  const given = new Map<string, ExposedMetric>();
  for (const { scrapeUrl } of await prometheus.targets()) {
    for (const [name, metric] of readExposition(await (await fetch(scrapeUrl)).text())) {
      const known = given.get(name) ?? { type: metric.type, labels: [] };
      assert.equal(metric.type, known.type, `${name} has another type at ${scrapeUrl}`);
      given.set(name, { ...known, labels: [...known.labels, ...metric.labels] });
    }
  }
  return given;
}

function differences({ name, definition }: RegisteredMetric, found: ExposedMetric | undefined): string[] {
  if (found === undefined) return [`${name} is not there`];
  if (found.type !== definition.type) return [`${name} is a ${found.type}, not a ${definition.type}`];
  if (found.labels.length === 0) return [`${name} has no series`];
  const wanted = [...definition.labels].sort().join();
  const others = new Set(found.labels.map((labels) => labels.join()).filter((labels) => labels !== wanted));
  return [...others].map((labels) => `${name} has the labels ${labels || "none"}, not ${wanted || "none"}`);
}

/**
 * The series of a learner's lag: they are there while a node joins, until the leader's node makes a voter of it. So that
 * one is made to wait.
 */
async function learnerLag({ cluster, prometheus, pause, join }: ObservedCluster, name: string): Promise<ExposedMetric> {
  const leader = await cluster.leader();
  const [follower = ""] = cluster.others(leader);
  const resume = pause(leader);
  try {
    await join(follower);
    const [sample] = await prometheus.until(name);
    const answer = await fetch(`${cluster.place(sample?.labels["instance"] ?? "").metricsUrl}/metrics`);
    const metric = readExposition(await answer.text()).get(name);
    assert.ok(metric !== undefined);
    return metric;
  } finally {
    resume();
  }
}
