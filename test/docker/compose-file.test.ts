/** A cluster started from its compose file alone, and one from its swarm stack. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { parse, stringify } from "yaml";
import { writeCompose } from "../../stacks/write-compose.ts";
import { freePortBlock } from "../engine/port-block.ts";
import { attempt, run } from "../support/command.ts";
import { buildImages, provideDocker, type Docker } from "../support/docker.ts";
import { provideImages } from "../support/images.ts";
import { nodeClient, type NodeClient } from "../support/node-client.ts";
import { freePorts } from "../support/ports.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { root } from "../support/toolchain.ts";
import { until } from "../support/until.ts";

const compose = process.env["QUORUMKIT_DOCKER_COMPOSE"] ?? "docker-compose";
const token = "an-admin-token-that-is-long-enough-for-it";
/** The machine of a test may allow no more than this. */
const openFiles = 4096;
const resources = new AsyncDisposableStack();
const folder = resources.use(temporaryFolder()).path;
let docker: Docker;

before(async () => {
  docker = await provideDocker();
  resources.defer(() => docker.stop());
  await buildImages(docker);
  await provideImages(docker);
});

after(() => resources.disposeAsync());

/** Writes a stack file that differs from coordinator-compose in these sections. */
function writeStack(stack: string, sections: Readonly<Record<string, unknown>>): void {
  const file = parse(readFileSync(join(root, "stacks", "Pulumi.coordinator-compose.yaml"), "utf8")) as {
    config: { "quorumkit:cluster": Record<string, unknown> };
  };
  const spec = { ...file.config["quorumkit:cluster"], security: { admin_token: token }, ...sections };
  writeFileSync(join(folder, `Pulumi.${stack}.yaml`), stringify({ config: { "quorumkit:cluster": spec } }));
}

/** Runs the command of the user; gives what it printed. */
async function writeFiles(stack: string, ...more: string[]): Promise<string> {
  let printed = "";
  const print = (text: string) => {
    printed += text;
  };
  const args = ["--stack", stack, "--output", join(folder, stack), ...more];
  const code = await writeCompose(args, { stacks: folder, print, printError: print, now: Date.now });
  assert.equal(code, 0, printed);
  return printed;
}

const limited = (memory: string) => ({
  requests: { cpu: "250m", memory: "256Mi" },
  limits: { cpu: "1", memory },
});

describe("a cluster from its compose file", () => {
  const output = join(folder, "orders");
  let sections: Record<string, unknown>;
  let nodes: NodeClient[];
  let urls: { balancer: string; prometheus: string; grafana: string };

  /** Runs Compose on the test's daemon. */
  const onDaemon = (...args: string[]) =>
    run(compose, ["--file", join(output, "compose.yaml"), ...args], {
      env: { ...process.env, DOCKER_HOST: docker.host },
    });

  /** Starts what isn't running, until all nodes are ready; Compose only waits until they are alive. */
  async function up(): Promise<void> {
    try {
      await onDaemon("up", "--detach", "--wait", "--wait-timeout", "180");
      await until("all nodes are ready", 60_000, async () => {
        const answers = await Promise.all(nodes.map((node) => node.ready()));
        return answers.every(({ ready }) => ready) || undefined;
      });
    } catch (error) {
      const shown = await onDaemon("ps", "--all");
      throw new Error(`${shown}\n${await onDaemon("logs", "--no-color", "--tail", "20")}`, { cause: error });
    }
  }

  before(async () => {
    resources.defer(async () => {
      await attempt(compose, ["--file", join(output, "compose.yaml"), "down", "--volumes", "--timeout", "5"], {
        env: { ...process.env, DOCKER_HOST: docker.host },
      });
    });
    const nodePort = await freePortBlock(3, 1, 1);
    const [http = 0, prometheus = 0, alertmanager = 0, grafana = 0] = await freePorts(4);
    const address = (port: number) => `http://127.0.0.1:${port}`;
    nodes = [0, 1, 2].map((position) => nodeClient(address(nodePort + position), token));
    urls = { balancer: address(http), prometheus: address(prometheus), grafana: address(grafana) };
    sections = {
      name: "orders",
      resources: limited("512Mi"),
      load_balancer: { http_port: http },
      observability: {
        prometheus: { port: prometheus },
        alertmanager: { port: alertmanager },
        grafana: { port: grafana },
      },
      target: { kind: "compose", compose: { node_port: nodePort, subnet: "10.213.86.0/24", open_files: openFiles } },
    };
    writeStack("orders", sections);
    await writeFiles("orders");
  });

  test("all of its services become healthy", async (t) => {
    const started = performance.now();
    await up();
    t.diagnostic(`compose up --wait: ${((performance.now() - started) / 1000).toFixed(1)} s`);
    const shown = await onDaemon("ps", "--all", "--format", "json");
    const containers = shown
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { Service: string; State: string; Health: string });
    const { services } = parse(readFileSync(join(output, "compose.yaml"), "utf8")) as {
      services: Record<string, { healthcheck?: unknown }>;
    };
    assert.deepEqual(
      containers.map(({ Service: name, State: state, Health: health }) => `${name} ${state} ${health}`).sort(),
      Object.entries(services)
        .map(([name, { healthcheck }]) => `${name} running ${healthcheck === undefined ? "" : "healthy"}`)
        .sort(),
    );
    for (const name of ["orders-1", "orders-2", "orders-3", "load-balancer", "prometheus", "grafana"]) {
      assert.ok(name in services, name);
    }
  });

  test("a write through one node is read at another, and through the load balancer", async () => {
    const [first, second, third] = nodes;
    assert.ok(first && second && third);
    await first.put("kept", "from the first");
    assert.equal(await second.get("kept"), "from the first");
    await third.put("other", 3);
    assert.equal(await nodeClient(urls.balancer, token).get("other"), 3);
  });

  test("what watches the cluster sees all of it", async () => {
    await until("every target of Prometheus is up", 90_000, async () => {
      const answer = await fetch(`${urls.prometheus}/api/v1/targets?state=active`);
      const { data } = (await answer.json()) as { data: { activeTargets: { health: string }[] } };
      const { activeTargets: targets } = data;
      return (targets.length > 3 && targets.every(({ health }) => health === "up")) || undefined;
    });
    assert.equal((await fetch(`${urls.grafana}/api/health`)).status, 200);
  });

  test("its containers are as hardened as the file says", async () => {
    const id = (await onDaemon("ps", "--quiet", "orders-1")).trim();
    const [found] = JSON.parse(await docker.docker("inspect", id)) as {
      Config: { User: string };
      HostConfig: {
        ReadonlyRootfs: boolean;
        CapDrop: string[];
        SecurityOpt: string[];
        Memory: number;
        MemorySwap: number;
        NanoCpus: number;
        PidsLimit: number;
        RestartPolicy: { Name: string };
        Tmpfs: Record<string, string>;
        Ulimits: { Name: string; Soft: number }[];
      };
      Mounts: { Type: string; Destination: string; RW: boolean }[];
    }[];
    assert.ok(found);
    const { Config: config, HostConfig: host, Mounts: mounts } = found;
    assert.equal(config.User, "10001:10001");
    assert.equal(host.ReadonlyRootfs, true);
    assert.deepEqual(host.CapDrop, ["ALL"]);
    assert.deepEqual(host.SecurityOpt, ["no-new-privileges:true"]);
    assert.deepEqual([host.Memory, host.MemorySwap], [512 * 1024 * 1024, 512 * 1024 * 1024]);
    assert.equal(host.NanoCpus, 1_000_000_000);
    assert.equal(host.PidsLimit, 1024);
    assert.equal(host.RestartPolicy.Name, "unless-stopped");
    assert.deepEqual(
      host.Ulimits.map(({ Name: name, Soft: soft }) => [name, soft]),
      [["nofile", openFiles]],
    );
    const writable = mounts.filter(({ RW: rw }) => rw).map(({ Type: type, Destination: path }) => `${type} ${path}`);
    assert.deepEqual(writable, ["volume /var/lib/quorumkit"]);
    assert.deepEqual(Object.keys(host.Tmpfs), ["/tmp"]);
  });

  test("a second up changes nothing", async () => {
    const before = await onDaemon("ps", "--quiet");
    await writeFiles("orders");
    await up();
    assert.equal(await onDaemon("ps", "--quiet"), before);
  });

  test("a change is taken over by one node after the other, as the commands say, while the cluster is written to", async () => {
    writeStack("orders", { ...sections, resources: limited("640Mi") });
    const { commands } = JSON.parse(await writeFiles("orders", "--json")) as { commands: { update: string[] } };
    assert.equal(commands.update.length, 4);
    const env = { ...process.env, DOCKER_HOST: docker.host };
    for (const [position, command] of commands.update.entries()) {
      await run("sh", ["-euc", command.replaceAll("docker compose", compose)], { env });
      for (const node of nodes) assert.equal(await node.get("kept"), "from the first");
      await nodes[position % 3]?.put(`after-${position}`, position);
    }
    const ids = (await onDaemon("ps", "--quiet", "orders-1", "orders-2", "orders-3")).trim().split("\n");
    const memory = await docker.docker("inspect", "--format", "{{.HostConfig.Memory}}", ...ids);
    assert.equal(memory, `${640 * 1024 * 1024}\n`.repeat(3));
  });

  test("data survives down and up", async () => {
    await onDaemon("down");
    assert.equal(await docker.docker("ps", "--all", "--quiet"), "");
    await up();
    for (const node of nodes) {
      assert.equal(await node.get("kept"), "from the first");
      assert.equal(await node.get("other"), 3);
    }
  });
});

describe("a swarm from its stack file", () => {
  const file = join(folder, "bills", "stack.yaml");
  let sections: Record<string, unknown>;
  let balancer: NodeClient;

  /** The images are on this machine only. */
  const deploy = () => docker.docker("stack", "deploy", "--resolve-image", "never", "--compose-file", file, "bills");

  before(async () => {
    const [http = 0] = await freePorts(1);
    balancer = nodeClient(`http://127.0.0.1:${http}`, token);
    sections = {
      name: "bills",
      resources: limited("512Mi"),
      load_balancer: { http_port: http },
      observability: { prometheus: { enabled: false }, node_exporter: { enabled: false } },
      target: { kind: "compose", compose: { publish_address: "0.0.0.0", open_files: openFiles } },
    };
    writeStack("bills", sections);
    const state = await docker.docker("info", "--format", "{{.Swarm.LocalNodeState}}");
    if (state.trim() === "inactive") {
      await docker.docker("swarm", "init", "--advertise-addr", "127.0.0.1");
      resources.defer(async () => {
        await attempt("docker", ["--host", docker.host, "swarm", "leave", "--force"]);
      });
    }
    resources.defer(async () => {
      await attempt("docker", ["--host", docker.host, "stack", "rm", "bills"]);
    });
  });

  test("all of its services run, and the load balancer takes writes and reads", async (t) => {
    const { before: labels } = JSON.parse(await writeFiles("bills", "--swarm", "--json")) as { before: string[] };
    const machine = (await docker.docker("info", "--format", "{{.Swarm.NodeID}}")).trim();
    for (const label of labels) await docker.docker(...label.replace("MACHINE", machine).split(" ").slice(1));
    const started = performance.now();
    await deploy();
    await until("all services run", 120_000, async () => {
      const shown = await docker.docker("stack", "services", "--format", "{{.Name}} {{.Replicas}}", "bills");
      const lines = shown.trim().split("\n");
      return (lines.length > 3 && lines.every((line) => line.includes(" 1/1"))) || undefined;
    });
    await until("a write is taken", 60_000, async () => {
      await balancer.put("kept", "in the swarm");
      return true;
    });
    assert.equal(await balancer.get("kept"), "in the swarm");
    t.diagnostic(`stack deploy until the first write: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  });

  test("the same files change nothing; a change reaches the nodes, which keep their data", async () => {
    const taskOf = (service: string) =>
      docker.docker("service", "inspect", "--format", "{{json .Spec.TaskTemplate}}", `bills_${service}`);
    const before = await Promise.all(["bills-1", "load-balancer"].map(taskOf));
    await writeFiles("bills", "--swarm");
    await deploy();
    assert.deepEqual(await Promise.all(["bills-1", "load-balancer"].map(taskOf)), before);

    const containers = async () => {
      const ids = await docker.docker("ps", "--quiet", "--filter", "name=bills_bills-");
      return ids.split("\n").filter((id) => id !== "");
    };
    const old = new Set(await containers());
    assert.equal(old.size, 3);
    writeStack("bills", { ...sections, monitoring: { log_level: "debug" } });
    await writeFiles("bills", "--swarm");
    await deploy();
    await until("all nodes have new containers", 120_000, async () => {
      const now = await containers();
      return (now.length === 3 && now.every((id) => !old.has(id))) || undefined;
    });
    assert.equal(await until("a read is answered", 60_000, () => balancer.get("kept")), "in the swarm");
  });
});
