/** A node as a process, through the real engine: every case that a user meets, in the order in which they meet them. */
import assert from "node:assert/strict";
import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import {
  findNodes,
  signalProcess,
  waitUntilGone,
  type ProcessIdentity,
} from "../../components/provider/process/process-table.ts";
import { freePorts } from "../support/ports.ts";
import { makeProject, type Project } from "./project.ts";

const name = "life";
const processType = "quorumkit:host:NodeProcess";
const componentType = "quorumkit:single-node:SingleNode";
/** The admin token, and another one; encrypted in the stack file, as users are told to. */
const token = "s3cr3t-admin-token-that-must-never-be-shown";
const otherToken = "another-token-that-must-never-be-shown-either";
let project: Project;
let stack: Stack;
let port: number;
let metricsPort: number;
let otherPort: number;
let configFile: string;
let encrypted: { token: string; otherToken: string };

/** The spec of the stack, with what a case changes in `monitoring`, and so on. */
function cluster(changes: Record<string, unknown> = {}): { cluster: Record<string, unknown> } {
  return {
    cluster: {
      name: "life",
      system: "coordinator",
      preset: "development",
      api: { port },
      monitoring: { metrics_port: metricsPort },
      security: { admin_token: { secure: encrypted.token } },
      ...changes,
    },
  };
}

async function node(): Promise<ProcessIdentity> {
  const [found, ...more] = await findNodes(configFile);
  assert.ok(found, "the node runs");
  assert.equal(more.length, 0, "one node runs");
  return found;
}

async function ready(): Promise<{ ready: boolean; config: { checksum: string; generation: number } }> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/ready`);
  return (await response.json()) as Awaited<ReturnType<typeof ready>>;
}

async function put(key: string, value: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/kv/${key}`, {
    method: "PUT",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify(value),
  });
  assert.equal(response.status, 200, await response.text());
}

async function get(key: string): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/kv/${key}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await response.json()) as { value: unknown }).value;
}

async function preview(): Promise<string> {
  const { stdout, stderr } = await stack.preview({ diff: true, color: "never" });
  return stdout + stderr;
}

async function up(): Promise<string> {
  const { stdout, stderr } = await stack.up({ color: "never" });
  return stdout + stderr;
}

async function failingUp(): Promise<string> {
  const { code, text } = await project.pulumi("up", "--yes", "--skip-preview", "--stack", name);
  assert.notEqual(code, 0, text);
  return text;
}

before(async () => {
  project = await makeProject();
  [port = 0, metricsPort = 0, otherPort = 0] = await freePorts(3);
  stack = await project.stack(name);
  encrypted = { token: await project.encrypt(name, token), otherToken: await project.encrypt(name, otherToken) };
  await project.write(name, cluster());
  configFile = join(project.nodeDirectory(name), "node.yaml");
});

after(() => project.remove());

test("up starts a node that is ready, and exports how to reach it", async () => {
  await up();
  const outputs = await stack.outputs();
  const answer = await ready();
  assert.equal(answer.ready, true);
  assert.equal(outputs["address"]?.value, `http://127.0.0.1:${port}`);
  assert.equal(outputs["metricsAddress"]?.value, `http://127.0.0.1:${metricsPort}/metrics`);
  assert.equal(outputs["statusPage"]?.value, `http://127.0.0.1:${port}/`);
  assert.equal(outputs["tryIt"]?.value, `curl -sS http://127.0.0.1:${port}/api/health`);
  assert.equal(outputs["nodeId"]?.value, "life-1");
  assert.equal(outputs["dataDirectory"]?.value, join(project.nodeDirectory(name), "data"));
  assert.equal(outputs["configChecksum"]?.value, answer.config.checksum);
  assert.equal((await stat(configFile)).mode & 0o777, 0o600);
  await put("kept", "since the first start");
});

test("a second up changes nothing", async () => {
  const { pid } = await node();
  const { summary } = await stack.up({ color: "never" });
  assert.deepEqual(summary.resourceChanges, { same: 3 });
  assert.equal((await node()).pid, pid);
});

test("a secret is in the config file, but in no preview and not in the state", async () => {
  assert.ok((await readFile(configFile, "utf8")).includes(token));
  await project.write(name, cluster({ security: { admin_token: { secure: encrypted.otherToken } } }));
  const text = await preview();
  assert.match(text, /security\.admin_token: hot, reloaded without a restart \(\(hidden\) -> \(hidden\)\)/);
  const state = await project.recorded();
  for (const secret of [token, otherToken]) {
    assert.ok(!text.includes(secret), "not in the preview");
    assert.ok(!state.includes(secret), "not in the state");
  }
  await project.write(name, cluster());
});

test("a preview says what each key will do, and does nothing", async () => {
  const { pid } = await node();
  const file = await readFile(configFile, "utf8");
  await project.write(name, cluster({ monitoring: { metrics_port: metricsPort, log_level: "debug" } }));
  assert.match(await preview(), /monitoring\.log_level: hot, reloaded without a restart \("info" -> "debug"\)/);
  await project.write(name, cluster({ monitoring: { metrics_port: otherPort, log_level: "debug" } }));
  const text = await preview();
  assert.match(
    text,
    new RegExp(`monitoring\\.metrics_port: rolling, restarts the node \\(${metricsPort} -> ${otherPort}\\)`),
  );
  assert.match(text, /monitoring\.log_level: hot, taken over by the restart \("info" -> "debug"\)/);
  assert.match(text, /~ log_level +: "info" => "debug"/);
  assert.equal((await node()).pid, pid);
  assert.equal(await readFile(configFile, "utf8"), file);
});

test("a hot change is reloaded by the running process", async () => {
  const { pid } = await node();
  await project.write(name, cluster({ monitoring: { metrics_port: metricsPort, log_level: "debug" } }));
  await up();
  assert.equal((await node()).pid, pid);
  const { config } = await ready();
  assert.equal(config.generation, 2);
  assert.equal(config.checksum, (await stack.outputs())["configChecksum"]?.value);
});

test("any other change restarts it; what was acknowledged is still there", async () => {
  const { pid } = await node();
  await project.write(name, cluster({ monitoring: { metrics_port: otherPort, log_level: "debug" } }));
  await up();
  assert.notEqual((await node()).pid, pid);
  assert.equal((await fetch(`http://127.0.0.1:${otherPort}/metrics`)).status, 200);
  assert.equal(await get("kept"), "since the first start");
});

test("a wrong value is refused with its place, and nothing changes", async () => {
  const { pid } = await node();
  await project.write(name, cluster({ api: { port: 99_999 } }));
  const text = await failingUp();
  assert.match(text, /stacks\/Pulumi\.life\.yaml:\d+:\d+ api\.port: port must be between 1 and 65535, got 99999/);
  assert.equal((await node()).pid, pid);
  assert.equal((await ready()).ready, true);
});

test("a change that needs data to be moved is refused, with the way that works", async () => {
  const { pid } = await node();
  await project.write(name, {
    cluster: { ...cluster().cluster, name: "renamed", storage: { data_dir: "/somewhere/else" } },
  });
  const { code, text } = await project.pulumi("preview", "--stack", name);
  assert.notEqual(code, 0);
  assert.match(text, /storage\.data_dir can't change from ".*" to "\/somewhere\/else" in place \(migrate\)/);
  assert.match(text, /cluster\.name can't change from "life" to "renamed" in place/);
  assert.match(text, /1\. pulumi destroy .*; 2\. mv .* \/somewhere\/else; 3\. pulumi up/);
  assert.equal((await node()).pid, pid);
});

test("a new config that the node can't start with gives way to the old one", async () => {
  const before = await readFile(configFile, "utf8");
  const [taken = 0] = await freePorts(1);
  const server = await listen(taken);
  try {
    await project.write(name, cluster({ monitoring: { metrics_port: taken, log_level: "debug" } }));
    const text = await failingUp();
    assert.match(
      text,
      new RegExp(
        `monitoring\\.metrics_port: port ${taken} is already in use on 127\\.0\\.0\\.1\\. Stop what listens there, or set monitoring\\.metrics_port to another port`,
      ),
    );
    assert.match(text, /started again with the old config/);
  } finally {
    await close(server);
  }
  assert.equal(await readFile(configFile, "utf8"), before);
  assert.equal((await ready()).ready, true);
  await project.write(name, cluster({ monitoring: { metrics_port: otherPort, log_level: "debug" } }));
  await up();
});

test("a killed node is seen by refresh and started by the next up", async () => {
  await kill(await node());
  await stack.refresh({ color: "never" });
  assert.match(JSON.stringify(await stack.exportStack()), /"status":"stopped"/);
  assert.match(await preview(), /the node is not running: it will be started/);
  await up();
  assert.equal((await ready()).ready, true);
  assert.equal(await get("kept"), "since the first start");
});

test("without a refresh the next up starts it as well", async () => {
  await kill(await node());
  await up();
  assert.equal((await ready()).ready, true);
});

test("a config file that was changed by hand is put back", async () => {
  const { pid, startedAt } = await node();
  const right = await readFile(configFile, "utf8");
  await writeFile(configFile, right.replace("log_level: debug", "log_level: error"));
  await signalProcess({ pid, startedAt }, "SIGHUP");
  await until(async () => (await ready()).config.checksum !== (await stack.outputs())["configChecksum"]?.value);
  await stack.refresh({ color: "never" });
  assert.match(JSON.stringify(await stack.exportStack()), /"log_level":"error"/);
  const text = await preview();
  assert.match(text, /monitoring\.log_level: hot, reloaded without a restart \("error" -> "debug"\)/);
  await up();
  assert.equal(await readFile(configFile, "utf8"), right);
  assert.equal((await node()).pid, pid);
});

test("a node that the state has lost is adopted, not started a second time", async () => {
  const { pid } = await node();
  const { code, text } = await project.pulumi("state", "delete", await urn(processType), "--yes", "--stack", name);
  assert.equal(code, 0, text);
  await up();
  assert.equal((await node()).pid, pid);
});

test("a running node can be imported by the path of its config file", async () => {
  const { pid } = await node();
  await project.pulumi("state", "delete", await urn(processType), "--yes", "--stack", name);
  const { code, text } = await project.pulumi(
    ...["import", processType, "cluster-process", configFile, "--parent", `cluster=${await urn(componentType)}`],
    ...["--yes", "--generate-code=false", "--protect=false", "--stack", name],
  );
  assert.equal(code, 0, text);
  const state = await project.recorded();
  assert.match(state, new RegExp(`"pid": ?${pid}\\b`));
  assert.ok(!state.includes(token));
  await up();
  assert.equal((await node()).pid, pid);
});

test("destroy stops the node and keeps its data; up finds it again", async () => {
  const identity = await node();
  await stack.destroy({ color: "never" });
  assert.ok(await waitUntilGone(identity, 0));
  assert.deepEqual((await readdir(project.nodeDirectory(name))).sort(), ["data", "node.log"]);
  await up();
  assert.equal(await get("kept"), "since the first start");
});

test("destroy removes the data where keep_data is false", async () => {
  await project.write(name, cluster({ target: { single_node: { keep_data: false } } }));
  await up();
  await stack.destroy({ color: "never" });
  assert.deepEqual(await readdir(project.nodeDirectory(name)), ["node.log"]);
});

test("a node that can't start leaves nothing behind but its log, and its own error is shown", async () => {
  const server = await listen(port);
  try {
    await project.write(name, cluster());
    assert.match(await failingUp(), new RegExp(`api\\.port: port ${port} is already in use on 127\\.0\\.0\\.1`));
  } finally {
    await close(server);
  }
  assert.equal((await findNodes(configFile)).length, 0);
  assert.ok(!(await readdir(project.nodeDirectory(name))).includes("node.yaml"));
});

async function kill(identity: ProcessIdentity): Promise<void> {
  await signalProcess(identity, "SIGKILL");
  assert.ok(await waitUntilGone(identity, 10_000));
}

async function urn(type: string): Promise<string> {
  const state = (await stack.exportStack()) as { deployment: { resources: { urn: string; type: string }[] } };
  const { resources } = state.deployment;
  const found = resources.find((resource) => resource.type === type);
  assert.ok(found);
  return found.urn;
}

/** A reload has no end that could be awaited from outside, so the answer is asked for until it is the new one. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) assert.ok(Date.now() < deadline, "in time");
}

function listen(taken: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(taken, "127.0.0.1", () => {
      resolve(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
