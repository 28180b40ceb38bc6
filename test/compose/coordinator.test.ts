/** The stack coordinator-compose on a real Docker daemon, from its first container to its last, with faults between. */
import assert from "node:assert/strict";
import { after, before, test, type TestContext } from "node:test";
import { SteadyClient, type Experience } from "../engine/steady-client.ts";
import { buildImages, provideDocker } from "../support/docker.ts";
import { provideImages } from "../support/images.ts";
import { until } from "../support/until.ts";
import { ComposeStack, gateway, type Changes } from "./compose-stack.ts";
import { startWebhook, type ReceivedAlert, type Webhook } from "./webhook.ts";

/** What is started here, and stopped in the other order. */
const resources = new AsyncDisposableStack();
let compose: ComposeStack;
let webhook: Webhook;

/** Services beside the nodes. */
const around = ["alertmanager", "grafana", "load-balancer", "nginx-exporter", "node-exporter", "prometheus"] as const;

function nodes(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `coordinator-${index + 1}`);
}

before(async () => {
  const docker = await provideDocker();
  resources.defer(() => docker.stop());
  await buildImages(docker);
  await provideImages(docker);
  compose = await ComposeStack.open(docker);
  resources.defer(() => compose.remove());
});

after(() => resources.disposeAsync());

/** Runs something and notes how long it took. */
async function timed<Result>(t: TestContext, what: string, work: () => Promise<Result>): Promise<Result> {
  const begin = performance.now();
  const result = await work();
  t.diagnostic(`${what}: ${((performance.now() - begin) / 1000).toFixed(1)} s`);
  return result;
}

async function post(path: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${compose.balancer}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(response.ok, `${path}: ${response.status} ${text}`);
  return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
}

async function read(key: string): Promise<unknown> {
  const response = await fetch(`${compose.balancer}/api/v1/kv/${key}`);
  return ((await response.json()) as { value: unknown }).value;
}

/** Does something while a client writes and reads through the load balancer; what was acknowledged is there afterwards. */
async function underLoad(t: TestContext, work: () => Promise<unknown>): Promise<Experience> {
  loads += 1;
  const client = new SteadyClient(`load-${loads}`, () => [compose.balancer]);
  try {
    await work();
  } finally {
    experience = await client.stop();
  }
  const { acknowledged, failed, retried, longest } = experience;
  t.diagnostic(`${acknowledged.size} writes, ${retried.length} retried, the longest ${Math.round(longest)} ms`);
  assert.deepEqual(failed, []);
  assert.ok(acknowledged.size > 20, `${acknowledged.size} writes`);
  for (const [key, value] of acknowledged) assert.equal(await read(key), value, key);
  return experience;
}

let loads = 0;
let experience: Experience;

/** Waits until the alert came to the receiver. */
function told(t: TestContext, since: number, alert: string, status: ReceivedAlert["status"]): Promise<ReceivedAlert> {
  return until(`${alert} ${status} reaches the receiver`, 240_000, () => {
    const found = webhook.received.find(
      (received) => received.at > since && received.labels["alertname"] === alert && received.status === status,
    );
    if (found !== undefined) t.diagnostic(`${alert} ${status} after ${((found.at - since) / 1000).toFixed(1)} s`);
    return Promise.resolve(found);
  });
}

test("nothing is made where the spec or the host doesn't allow it", async () => {
  const { docker } = compose;
  const missing = await compose.failingUp({ target: { compose: { image: "quorumkit/node:none" } } });
  assert.match(missing, /target\.compose\.image/);
  assert.match(missing, /quorumkit\/node:none/);
  const memory = await compose.failingUp({ resources: { limits: { memory: "lots" } } });
  assert.match(memory, /resources\.limits\.memory/);
  const engine = await compose.failingUp({ target: { compose: { docker_host: "unix:///nowhere/docker.sock" } } });
  assert.match(engine, /target\.compose\.docker_host/);
  const occupied = await startWebhook("127.0.0.1", compose.ports.http);
  try {
    const port = await compose.failingUp({});
    assert.match(port, /load_balancer\.http_port/);
    assert.match(port, new RegExp(String(compose.ports.http)));
  } finally {
    await occupied.stop();
  }
  assert.deepEqual(await compose.states(), []);
  assert.equal((await docker.docker("volume", "ls", "--quiet")).trim(), "");
});

test("all of it is healthy, and tasks are answered through the load balancer", async (t) => {
  await timed(t, "up of everything", () => compose.up());
  webhook = await startWebhook(gateway, compose.ports.webhook);
  resources.defer(() => webhook.stop());
  assert.deepEqual(
    await compose.states(),
    [...around, ...nodes(3)].sort().map((name) => [name, name === "nginx-exporter" ? "running" : "healthy"]),
  );
  const submitted = await post("/api/tasks", { type: "report", payload: { month: 11 } });
  const claimed = await post("/api/tasks/claim", { worker_id: "worker-1" });
  const [task] = claimed["tasks"] as { id: string; claim: { fencing_token: number } }[];
  assert.ok(task);
  assert.equal(task.id, submitted["id"]);
  await post(`/api/tasks/${task.id}/complete`, { fencing_token: task.claim.fencing_token, result: { pages: 3 } });
  const done = await fetch(`${compose.balancer}/api/tasks/${task.id}`);
  assert.equal(((await done.json()) as { status: string }).status, "completed");
});

test("containers can do no more than they need", async () => {
  for (const [service] of await compose.states()) {
    const text = await compose.docker.docker("inspect", compose.container(service));
    const [found] = JSON.parse(text) as {
      Config: { User: string };
      HostConfig: { ReadonlyRootfs: boolean; CapDrop: string[]; SecurityOpt: string[]; Memory: number };
    }[];
    assert.ok(found);
    assert.match(found.Config.User, /^[1-9]\d*(:\d+)?$/, service);
    assert.equal(found.HostConfig.ReadonlyRootfs, true, service);
    assert.deepEqual(found.HostConfig.CapDrop, ["ALL"], service);
    assert.ok(
      found.HostConfig.SecurityOpt.some((option) => option.startsWith("no-new-privileges")),
      service,
    );
    assert.ok(found.HostConfig.Memory > 0, service);
  }
});

test("every target is scraped, and nothing but the watchdog fires", async () => {
  const healthy = await until("every target is up", 60_000, async () => {
    const samples = await compose.query("up");
    return samples.length >= 8 && samples.every(({ value }) => value[1] === "1") ? samples : undefined;
  });
  assert.deepEqual([...new Set(healthy.map(({ metric }) => metric["job"]))].sort(), [
    "alertmanager",
    "coordinator",
    "load-balancer",
    "nginx",
    "node-exporter",
    "prometheus",
  ]);
  const firing = await compose.query('ALERTS{alertstate="firing", severity=~"critical|warning"}');
  assert.deepEqual(
    firing.map(({ metric }) => metric["alertname"]),
    [],
  );
});

test("a node is killed: no request fails, the alert comes and goes", async (t) => {
  const leader = await compose.leader();
  const follower = [1, 2, 3].find((number) => number !== leader) ?? 0;
  const name = compose.container(`coordinator-${follower}`);
  const since = Date.now();
  const { retried } = await underLoad(t, async () => {
    await compose.docker.docker("kill", name);
    const alert = await told(t, since, "NodeDown", "firing");
    assert.equal(alert.labels["instance"], `coordinator-${follower}`);
    assert.equal(alert.labels["severity"], "critical");
    assert.match(alert.annotations["runbook_url"] ?? "", /NodeDown\.md$/);
  });
  assert.deepEqual(retried, []);
  await compose.docker.docker("start", name);
  await told(t, Date.now(), "NodeDown", "resolved");
});

test("the leader is killed: writes go on with another, and an update starts it again", async (t) => {
  const leader = await compose.leader();
  const since = Date.now();
  await underLoad(t, async () => {
    await compose.docker.docker("kill", compose.container(`coordinator-${leader}`));
    await timed(t, "another leads", () =>
      until("another leads", 30_000, async () => ((await compose.leader()) === leader ? undefined : true)),
    );
    await told(t, since, "NodeDown", "firing");
    const again = Date.now();
    await timed(t, "up after the leader was killed", () => compose.up());
    await told(t, again, "NodeDown", "resolved");
  });
});

test("a node is cut off: it serves nobody, and comes back by itself", async (t) => {
  const leader = await compose.leader();
  const name = compose.container(`coordinator-${leader}`);
  const [network = ""] = (await compose.docker.docker("network", "ls", "--format", "{{.Name}}"))
    .split("\n")
    .filter((line) => line.startsWith("coordinator-compose"));
  const since = Date.now();
  await underLoad(t, async () => {
    await compose.docker.docker("network", "disconnect", network, name);
    await told(t, since, "NodeDown", "firing");
    await compose.docker.docker("network", "connect", "--alias", `coordinator-${leader}`, network, name);
    await told(t, since, "NodeDown", "resolved");
  });
});

test("a change that is hot restarts nothing", async () => {
  const started = await Promise.all(nodes(3).map((id) => compose.startedAt(id)));
  const changes = { monitoring: { log_level: "debug" } };
  assert.match(await compose.preview(changes), /log_level: hot, reloaded without a restart/);
  await compose.up(changes);
  assert.deepEqual(await Promise.all(nodes(3).map((id) => compose.startedAt(id))), started);
});

const rolling: Changes = { api: { keep_alive_timeout: "75s" } };

test("a change that needs a restart rolls node by node, the leader last", async (t) => {
  const before = await compose.leader();
  const preview = await compose.preview(rolling);
  assert.match(preview, /replaces the container/);
  assert.match(preview, /one at a time/);
  await underLoad(t, async () => {
    await timed(t, "rolling three nodes", () => compose.up(rolling));
  });
  const started = await Promise.all([1, 2, 3].map((number) => compose.startedAt(`coordinator-${number}`)));
  t.diagnostic(`leader was ${before}, started at ${started.join(", ")}`);
  assert.deepEqual(
    started.toSorted((a, b) => a - b),
    started,
  );
});

test("more members join, and leave again, while clients go on", async (t) => {
  await underLoad(t, async () => {
    await timed(t, "3 to 5 members", () => compose.up({ ...rolling, members: 5 }));
    assert.deepEqual((await compose.states()).filter(([name]) => name.startsWith("coordinator-")).length, 5);
    await timed(t, "5 to 3 members", () => compose.up({ ...rolling, members: 3 }));
  });
  const response = await fetch(`${compose.balancer}/api/v1/cluster/members`);
  const { members } = (await response.json()) as { members: { node_id: string; voter: boolean }[] };
  assert.deepEqual(members.map(({ node_id: id }) => id).sort(), nodes(3));
  await timed(t, "3 to 5 members again, on the volumes of those that left", () =>
    compose.up({ ...rolling, members: 5 }),
  );
  await compose.up({ ...rolling, members: 3 });
});

test("destroy leaves the data, and an update takes it up again", async (t) => {
  await post("/api/tasks", { type: "kept" });
  const response = await fetch(`${compose.balancer}/api/v1/kv/kept`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify("still here"),
  });
  assert.equal(response.status, 200);
  await timed(t, "destroy", () => compose.stack.destroy({ color: "never" }));
  assert.deepEqual(await compose.states(), []);
  await timed(t, "up with the data of before", () => compose.up(rolling));
  assert.equal(await read("kept"), "still here");
  await compose.up({ ...rolling, target: { compose: { keep_data: false } } });
  await compose.stack.destroy({ color: "never" });
  assert.deepEqual(await compose.states(), []);
});
