/** A node in a container, through the real engine and a real Docker daemon. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { makeProject, type Project } from "../engine/project.ts";
import { freePorts } from "../support/ports.ts";
import { attempt } from "../support/command.ts";
import { buildNodeImage, nodeImage, provideDocker, type Docker } from "../support/docker.ts";
import { nodeClient, type NodeClient } from "../support/node-client.ts";
import { until } from "../support/until.ts";

const name = `boxed-${process.pid}`;
const container = `${name}-orders-1`;
const volume = `${container}-data`;
const token = "an-admin-token-that-is-long-enough-for-it";
/** What is started here, and stopped in the other order. */
const resources = new AsyncDisposableStack();
let docker: Docker;
let project: Project;
let stack: Stack;
let node: NodeClient;
let port: number;
let metricsPort: number;
let otherPort: number;
let encryptedToken: string;
let task: string;

/** A change of the spec, in the names of the stack file. */
interface Change {
  monitoring?: Record<string, unknown>;
  singleNode?: Record<string, unknown>;
  container?: Record<string, unknown>;
}

function cluster({ monitoring = {}, singleNode = {}, container: box = {} }: Change = {}): {
  cluster: Record<string, unknown>;
} {
  return {
    cluster: {
      name: "orders",
      system: "coordinator",
      preset: "development",
      api: { port },
      monitoring: { metrics_port: metricsPort, ...monitoring },
      security: { admin_token: { secure: encryptedToken } },
      resources: { requests: { cpu: "500m", memory: "256Mi" }, limits: { cpu: "1", memory: "512Mi" } },
      target: {
        single_node: {
          run_on: "container",
          start_timeout: "20s",
          container: { docker_host: docker.host, ...box },
          ...singleNode,
        },
      },
    },
  };
}

/** Changes the stack file, and updates. */
async function up(change: Change = {}): Promise<void> {
  await project.write(name, cluster(change));
  await stack.up({ color: "never" });
}

/** An update that has to fail; gives what it printed. */
async function failingUp(change: Change): Promise<string> {
  await project.write(name, cluster(change));
  const { code, text } = await project.pulumi("up", "--yes", "--skip-preview", "--stack", name);
  assert.notEqual(code, 0, text);
  return text;
}

/** What the daemon says of the container. */
interface Inspected {
  Id: string;
  State: { Pid: number; Running: boolean; Health: { Status: string } };
  Config: { User: string; Labels: Record<string, string> };
  HostConfig: {
    Privileged: boolean;
    ReadonlyRootfs: boolean;
    CapAdd: string[] | null;
    CapDrop: string[];
    SecurityOpt: string[];
    Memory: number;
    PortBindings: Record<string, { HostIp: string; HostPort: string }[]>;
    RestartPolicy: { Name: string };
  };
  Mounts: { Type: string; Destination: string; RW: boolean }[];
}

async function inspect(): Promise<Inspected> {
  const [found] = JSON.parse(await docker.docker("inspect", container)) as Inspected[];
  assert.ok(found);
  return found;
}

before(async () => {
  docker = await provideDocker();
  resources.defer(() => docker.stop());
  resources.defer(removeLeftovers);
  await buildNodeImage(docker);
  project = await makeProject();
  resources.defer(() => project.remove());
  stack = await project.stack(name);
  encryptedToken = await project.encrypt(name, token);
  [port = 0, metricsPort = 0, otherPort = 0] = await freePorts(3);
  node = nodeClient(`http://127.0.0.1:${port}`, token);
});

after(() => resources.disposeAsync());

/** A daemon that was there before keeps what isn't taken from it. */
async function removeLeftovers(): Promise<void> {
  await attempt("docker", ["--host", docker.host, "rm", "--force", container]);
  await attempt("docker", ["--host", docker.host, "volume", "rm", "--force", volume]);
  await attempt("docker", ["--host", docker.host, "network", "rm", container]);
}

test("the image is small, runs as nobody in particular, and lets any account use the data directory of every system", async () => {
  const [image] = JSON.parse(await docker.docker("image", "inspect", nodeImage)) as {
    Size: number;
    Config: { User: string; Entrypoint: string[]; Cmd: string[]; Healthcheck: { Test: string[] } };
  }[];
  assert.ok(image);
  assert.ok(image.Size < 250 * 1000 * 1000, `${image.Size} bytes`);
  assert.equal(image.Config.User, "10001:10001");
  assert.deepEqual(image.Config.Entrypoint, ["quorumkit-node"]);
  assert.deepEqual(image.Config.Cmd, ["start", "--config", "/etc/quorumkit/node.yaml"]);
  assert.ok(image.Config.Healthcheck.Test.length > 1);
  const runOnce = (...args: string[]) => docker.docker("run", "--rm", "--network", "none", "--read-only", ...args);
  assert.match(await runOnce(nodeImage, "--version"), /^\d+\.\d+\.\d+\n$/);
  const systems = ["coordinator", "ollama-distributed/data", "grape-vector-db", "maif", "quorumkit"];
  for (const directory of systems.map((system) => `/var/lib/${system}`)) {
    for (const account of [image.Config.User, "12345:12345"]) {
      const options = ["--volume", directory, "--user", account, "--entrypoint", "touch"];
      await runOnce(...options, nodeImage, `${directory}/probe`);
    }
  }
});

test("up starts a container whose node is ready, and exports how to reach it", async () => {
  await up();
  const answer = await node.ready();
  assert.equal(answer.ready, true);
  assert.equal(answer.node_id, "orders-1");
  const outputs = await stack.outputs();
  assert.equal(outputs["address"]?.value, `http://127.0.0.1:${port}`);
  assert.equal(outputs["configChecksum"]?.value, answer.config.checksum);
  await node.put("kept", "since the first start");
  task = await node.submit({ order: 7 });
  await until("docker calls it healthy", 30_000, async () => {
    const { State: state } = await inspect();
    return state.Health.Status === "healthy" || undefined;
  });
});

test("a second up changes nothing", async () => {
  const { Id: id } = await inspect();
  const { summary } = await stack.up({ color: "never" });
  assert.deepEqual(Object.keys(summary.resourceChanges ?? {}), ["same"]);
  assert.equal((await inspect()).Id, id);
});

test("the container has no privileges, a read-only root, and writes to its volume only", async () => {
  const { Config: config, HostConfig: host, Mounts: mounts } = await inspect();
  assert.match(config.User, /^[1-9]\d*:[1-9]\d*$/);
  assert.equal(host.Privileged, false);
  assert.equal(host.ReadonlyRootfs, true);
  assert.deepEqual(host.CapDrop, ["ALL"]);
  assert.deepEqual(host.CapAdd ?? [], []);
  assert.ok(host.SecurityOpt.some((option) => /^no-new-privileges(:true)?$/.test(option)));
  assert.equal(host.Memory, 512 * 1024 * 1024);
  assert.equal(host.RestartPolicy.Name, "unless-stopped");
  const writable = mounts.filter(({ RW: rw }) => rw).map(({ Type: type, Destination: place }) => `${type} ${place}`);
  assert.deepEqual(writable, ["volume /var/lib/quorumkit"]);
});

test("the kernel holds the node to that", async () => {
  const { State: state } = await inspect();
  const status = readFileSync(`/proc/${state.Pid}/status`, "utf8");
  assert.match(status, /^Uid:\t[1-9]/m);
  assert.match(status, /^CapEff:\t0{16}$/m);
  assert.match(status, /^CapBnd:\t0{16}$/m);
  assert.match(status, /^NoNewPrivs:\t1$/m);
  assert.match(status, /^Seccomp:\t2$/m);
  for (const place of ["/usr", "/etc/quorumkit", "/opt/quorumkit", "/var/lib"]) {
    const { code, stderr } = await attempt("docker", [
      "--host",
      docker.host,
      "exec",
      "--user",
      "0",
      container,
      "touch",
      `${place}/probe`,
    ]);
    assert.notEqual(code, 0, place);
    assert.match(stderr, /Read-only file system|Permission denied/, place);
  }
});

test("its ports are published on the publish address only", async () => {
  const { HostConfig: host } = await inspect();
  const published = Object.values(host.PortBindings).flat();
  assert.deepEqual(published.map(({ HostPort: number }) => Number(number)).sort(), [port, metricsPort].sort());
  assert.deepEqual([...new Set(published.map(({ HostIp: address }) => address))], ["127.0.0.1"]);
  const others = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal);
  for (const { address } of others) {
    const socket = createConnection(port, address);
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED", address);
  }
});

test("a hot change is reloaded by the running container", async () => {
  const { Id: id, State: state } = await inspect();
  await up({ monitoring: { log_level: "debug" } });
  const now = await inspect();
  assert.equal(now.Id, id);
  assert.equal(now.State.Pid, state.Pid);
  const { config } = await node.ready();
  assert.equal(config.generation, 2);
  assert.equal(config.checksum, (await stack.outputs())["configChecksum"]?.value);
});

test("any other change makes another container; what was acknowledged is still there", async () => {
  const { Id: id } = await inspect();
  metricsPort = otherPort;
  await up();
  assert.notEqual((await inspect()).Id, id);
  assert.equal((await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).status, 200);
  assert.equal(await node.get("kept"), "since the first start");
  const { status, payload } = await node.task(task);
  assert.deepEqual({ status, payload }, { status: "pending", payload: { order: 7 } });
});

test("docker starts a node that crashed again, with everything it had acknowledged", async () => {
  const { State: state } = await inspect();
  await node.put("last", "before the crash");
  process.kill(state.Pid, "SIGKILL");
  await until("the node is ready again", 30_000, async () => {
    const { State: now } = await inspect();
    return now.Running && now.Pid !== state.Pid && (await node.ready()).ready ? true : undefined;
  });
  assert.equal(await node.get("last"), "before the crash");
});

test("a container that was killed or stopped by hand is started by the next up", async () => {
  const { Id: id } = await inspect();
  for (const command of ["kill", "stop"]) {
    await docker.docker(command, container);
    await up();
    assert.equal((await node.ready()).ready, true, command);
    assert.equal((await inspect()).Id, id);
    assert.equal(await node.get("last"), "before the crash");
  }
});

test("a container that was removed by hand is seen by refresh, and made again on the same data", async () => {
  await docker.docker("rm", "--force", container);
  await stack.up({ color: "never", refresh: true });
  assert.equal((await node.ready()).ready, true);
  assert.equal(await node.get("last"), "before the crash");
});

test("a preview says what each key will do, and does nothing", async () => {
  const { Id: id } = await inspect();
  await project.write(name, cluster({ monitoring: { log_level: "debug" } }));
  const hot = await stack.preview({ color: "never" });
  assert.match(hot.stdout, /monitoring\.log_level: hot, reloaded without a restart/);
  const [free = 0] = await freePorts(1);
  await project.write(name, cluster({ monitoring: { metrics_port: free } }));
  const cold = await stack.preview({ color: "never" });
  assert.match(cold.stdout, /monitoring\.metrics_port: rolling, replaces the container/);
  assert.equal((await inspect()).Id, id);
});

test("a port that is taken and an image that isn't there are named", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const taken = (server.address() as { port: number }).port;
  try {
    assert.match(await failingUp({ monitoring: { metrics_port: taken } }), new RegExp(`${taken}`));
  } finally {
    server.close();
  }
  assert.match(await failingUp({ container: { image: "quorumkit/none:1" } }), /quorumkit\/none:1/);
  await up();
  assert.equal(await node.get("kept"), "since the first start");
});

test("destroy removes everything but the data; up finds it again", async () => {
  await stack.destroy({ color: "never" });
  assert.equal(await docker.docker("ps", "--all", "--quiet", "--filter", `name=${container}`), "");
  assert.equal(await docker.docker("network", "ls", "--quiet", "--filter", `name=${container}`), "");
  assert.equal((await docker.docker("volume", "ls", "--quiet", "--filter", `name=${volume}`)).trim(), volume);
  assert.deepEqual(readdirSync(join(project.nodeDirectory(name), "config")), []);
  await up();
  assert.equal(await node.get("kept"), "since the first start");
});

test("destroy removes the data where keep_data is false", async () => {
  await up({ singleNode: { keep_data: false } });
  await stack.destroy({ color: "never" });
  assert.equal(await docker.docker("volume", "ls", "--quiet", "--filter", `name=${volume}`), "");
});
