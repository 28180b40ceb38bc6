/** In front of a real cluster: what clients see while its leader changes, and while a node is gone. */
import assert from "node:assert/strict";
import { Agent } from "node:http";
import { test, type TestContext } from "node:test";
import { askJson } from "../faults/ask.ts";
import { RunningCluster } from "../support/running-cluster.ts";
import { until } from "../support/until.ts";
import { startBalancer, type Balanced } from "./balanced.ts";

/** How soon writes have to go to the new leader once there is one, in ms. */
const soon = 2_000;

interface Traffic {
  requests: number;
  /** Everything but a 200, and how long it took. */
  failures: string[];
  slowest: number;
}

/** Sends one request after another, each on a connection of its own, until it is told to stop. */
function keepAsking(url: string, method: string, stop: AbortSignal, headers: Record<string, string> = {}) {
  const traffic: Traffic = { requests: 0, failures: [], slowest: 0 };
  const agent = new Agent({ keepAlive: false });
  const done = (async () => {
    while (!stop.aborted) {
      traffic.requests += 1;
      const begin = performance.now();
      const body = method === "GET" ? {} : { body: traffic.requests };
      const failure = await askJson(url, { method, headers, agent, timeout: 20_000, ...body }).then(
        ({ status, body: answer }) => (status === 200 ? undefined : `${status} ${JSON.stringify(answer)}`),
        (error: unknown) => String(error),
      );
      const milliseconds = performance.now() - begin;
      traffic.slowest = Math.max(traffic.slowest, milliseconds);
      if (failure !== undefined) traffic.failures.push(`${method} after ${Math.round(milliseconds)} ms: ${failure}`);
    }
    return traffic;
  })();
  return { traffic, done };
}

/** So many requests of each kind are sent while the leader changes and after it, at least. */
const enough = 50;

/** Waits until every client has sent enough, and ends them. */
async function finish(clients: readonly ReturnType<typeof keepAsking>[], stop: AbortController): Promise<Traffic[]> {
  await until("every client has sent enough", 60_000, () =>
    Promise.resolve(clients.every(({ traffic }) => traffic.requests >= enough) ? true : undefined),
  );
  stop.abort();
  return Promise.all(clients.map(({ done }) => done));
}

interface Running {
  cluster: RunningCluster;
  balanced: Balanced;
}

async function start(t: TestContext): Promise<Running> {
  const cluster = await RunningCluster.start(t, 3);
  const backends = cluster.cluster.members.map(({ id, ports }) => ({ id, port: ports.api }));
  const balanced = await startBalancer(t, { backends, loadBalancer: { rate_limits: { enabled: false } } });
  await until("the balancer knows who leads", 20_000, async () =>
    (await balanced.metric(`load_balancer_backend_leads{node_id="${await cluster.leader()}"}`)) === 1
      ? true
      : undefined,
  );
  const put = await askJson(`${balanced.url}/api/v1/kv/read`, { method: "PUT", body: 1 });
  assert.equal(put.status, 200);
  return { cluster, balanced };
}

/** From now until writes go to a node, in ms; nothing else is asked of it but its metrics. */
async function moved(balanced: Balanced, leader: string): Promise<number> {
  const begin = performance.now();
  await until(`writes go to ${leader}`, 20_000, async () =>
    (await balanced.metric(`load_balancer_backend_leads{node_id="${leader}"}`)) === 1 ? true : undefined,
  );
  return Math.round(performance.now() - begin);
}

function report(t: TestContext, name: string, traffic: readonly Traffic[]): void {
  const requests = traffic.reduce((sum, one) => sum + one.requests, 0);
  const slowest = Math.round(Math.max(...traffic.map((one) => one.slowest)));
  t.diagnostic(`${name}: ${requests} requests, the slowest took ${slowest} ms`);
}

async function handedOver(t: TestContext, { cluster, balanced }: Running): Promise<void> {
  const first = await cluster.leader();
  const [second = ""] = cluster.others(first);
  const stop = new AbortController();
  const traffic = [
    keepAsking(`${balanced.url}/api/v1/kv/read`, "GET", stop.signal),
    keepAsking(`${balanced.url}/api/v1/kv/plain`, "PUT", stop.signal),
  ];
  const transfer = { method: "POST", body: { target_node: second } };
  await cluster.yes(first, "/api/v1/cluster/transfer-leadership", transfer);
  const milliseconds = await moved(balanced, second);
  t.diagnostic(`writes went to the new leader ${milliseconds} ms after it led`);
  assert.ok(milliseconds < soon, `${milliseconds} ms`);
  const seen = await finish(traffic, stop);
  report(t, "handed over", seen);
  assert.deepEqual(
    seen.flatMap(({ failures }) => failures),
    [],
  );
}

async function leaderKilled(t: TestContext, { cluster, balanced }: Running): Promise<void> {
  const first = await cluster.leader();
  const stop = new AbortController();
  const safe = [
    keepAsking(`${balanced.url}/api/v1/kv/read`, "GET", stop.signal),
    keepAsking(`${balanced.url}/api/v1/kv/read?consistency=stale`, "GET", stop.signal),
    keepAsking(`${balanced.url}/api/v1/kv/plain`, "PUT", stop.signal),
  ];
  const once = keepAsking(`${balanced.url}/api/v1/kv/read`, "PUT", stop.signal, { "if-match": "*" });
  const begin = performance.now();
  await cluster.kill(first);
  // The survivors still name the dead leader until they have elected another.
  const second = await until("another leader", 20_000, async () => {
    const leader = await cluster.leader(cluster.others(first));
    return leader === first ? undefined : leader;
  });
  t.diagnostic(`another leader ${Math.round(performance.now() - begin)} ms after the kill`);
  const milliseconds = await moved(balanced, second);
  t.diagnostic(`writes went to it ${milliseconds} ms later`);
  assert.ok(milliseconds < soon, `${milliseconds} ms`);
  await until("writes are answered", 20_000, async () =>
    (await askJson(`${balanced.url}/api/v1/kv/after`, { method: "POST" })).status !== 503 ? true : undefined,
  );
  const seen = await finish(safe, stop);
  report(t, "killed", seen);
  assert.deepEqual(
    seen.flatMap(({ failures }) => failures),
    [],
  );
  const { requests, failures } = await once.done;
  t.diagnostic(`conditional: ${requests} writes, of which ${failures.length} failed`);
  for (const failure of failures) assert.match(failure, /"outcome":"(?:unknown|not-applied)"/);
}

async function followerKilled(t: TestContext, { cluster, balanced }: Running): Promise<void> {
  const [follower = ""] = cluster.others(await cluster.leader());
  const stop = new AbortController();
  const traffic = ["a", "b", "c"].map(() => keepAsking(`${balanced.url}/api/v1/kv/read`, "GET", stop.signal));
  traffic.push(keepAsking(`${balanced.url}/api/v1/kv/plain`, "PUT", stop.signal));
  const ready = (id: string) => balanced.metric(`load_balancer_backend_ready{node_id="${id}"}`);
  await cluster.kill(follower);
  await until("the node gets no requests", 10_000, async () => ((await ready(follower)) === 0 ? true : undefined));
  cluster.launch(follower);
  await until("the node gets requests", 30_000, async () => {
    const { body } = await askJson(`${balanced.url}/api/v1/cluster/leader`);
    return (body as { answered_by?: string }).answered_by === follower ? true : undefined;
  });
  const seen = await finish(traffic, stop);
  report(t, "follower killed", seen);
  assert.deepEqual(
    seen.flatMap(({ failures }) => failures),
    [],
  );
}

async function watched({ balanced }: Running): Promise<void> {
  const watch = await fetch(`${balanced.url}/api/v1/kv-watch?prefix=seen/`);
  assert.equal(watch.headers.get("content-type"), "text/event-stream; charset=utf-8");
  const reader = (watch.body ?? assert.fail()).pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (const key of ["one", "two"]) {
    const put = await askJson(`${balanced.url}/api/v1/kv/seen/${key}`, { method: "PUT", body: key });
    assert.equal(put.status, 200);
    while (!text.includes(`seen/${key}`)) text += (await reader.read()).value ?? assert.fail("the stream ended");
  }
  await reader.cancel();
}

test("in front of a cluster", async (t) => {
  const running = await start(t);
  await t.test("a watch arrives through the load balancer as it happens", () => watched(running));
  await t.test("a leader that is handed over: writes follow, and nothing fails", (step) => handedOver(step, running));
  await t.test("a killed follower costs nothing, and comes back by itself", (step) => followerKilled(step, running));
  await t.test(
    "a killed leader: no failed read, no failed plain write; a conditional one is never done twice",
    (step) => leaderKilled(step, running),
  );
});
