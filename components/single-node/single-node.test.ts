import assert from "node:assert/strict";
import { homedir } from "node:os";
import { afterEach, beforeEach, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import type { SingleNodeArgs } from "./args.ts";
import { SingleNode } from "./single-node.ts";
import { recordResources, valueOf, type Registered } from "../../test/engine/mocks.ts";

/** Pulumi's mark of a secret among serialized inputs. */
const secretMark = "4dabf18193072939515e22adb298388d";
const token = "t".repeat(40);

let resources: Registered[];

/** A resource of which nothing is known in a preview. */
class Later extends pulumi.CustomResource {
  declare readonly port: pulumi.Output<number>;

  constructor(name: string, opts: pulumi.CustomResourceOptions) {
    super("test:index:Later", name, { port: undefined }, opts);
  }
}

afterEach(() => pulumi.runtime.disconnect());

beforeEach(async () => {
  // Outside of Pulumi the state directory would be that of the user who runs the tests.
  delete process.env["XDG_STATE_HOME"];
  resources = await recordResources();
});

const args: SingleNodeArgs = { name: "orders", system: "coordinator" };

/** Waits until everything is registered, by asking for the last of it. */
async function registered(node: SingleNode): Promise<[string, string][]> {
  const children = Object.values(node.nodes) as pulumi.Resource[];
  await Promise.all([node, ...children].map((resource) => valueOf(resource.urn)));
  return resources.map(({ type, name }) => [type, name]);
}

function find(type: string): Record<string, unknown> {
  const found = resources.filter((resource) => resource.type === type);
  assert.equal(found.length, 1, type);
  return found[0]?.inputs ?? {};
}

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && secretMark in value;
}

describe("a process", () => {
  test("is one child", async () => {
    const node = new SingleNode("orders", args);
    assert.deepEqual(await registered(node), [
      ["quorumkit:single-node:SingleNode", "orders"],
      ["quorumkit:host:NodeProcess", "orders-process"],
    ]);
    assert.deepEqual(Object.keys(node.nodes), ["process"]);
    const { config, ...inputs } = find("quorumkit:host:NodeProcess");
    assert.deepEqual(inputs, {
      configFile: `${homedir()}/.local/state/quorumkit/project/stack/orders/node.yaml`,
      startTimeout: "60s",
      stopTimeout: "30s",
      keepData: true,
    });
    assert.deepEqual((config as { node: unknown }).node, { id: "orders-1", role: "member", labels: {} });
    const { data_dir } = (config as { storage: { data_dir: string } }).storage;
    assert.equal(data_dir, `${homedir()}/.local/state/quorumkit/project/stack/orders/data`);
  });

  test("stands beneath the component, which records none of its args", async () => {
    const node = new SingleNode("orders", { ...args, security: { adminToken: token } });
    await registered(node);
    assert.equal(
      await valueOf((node.nodes.process as pulumi.Resource).urn),
      "urn:pulumi:stack::project::quorumkit:single-node:SingleNode$quorumkit:host:NodeProcess::orders-process",
    );
    assert.deepEqual(find("quorumkit:single-node:SingleNode"), {});
  });

  test("has outputs that say how to use it", async () => {
    const node = new SingleNode("orders", { ...args, api: { port: 8090 } });
    assert.equal(await valueOf(node.address), "http://127.0.0.1:8090");
    assert.equal(await valueOf(node.metricsAddress), "http://127.0.0.1:9090/metrics");
    assert.equal(await valueOf(node.statusPage), "http://127.0.0.1:8090/");
    assert.equal(await valueOf(node.tryIt), "curl -sS http://127.0.0.1:8090/api/health");
    assert.equal(await valueOf(node.nodeId), "orders-1");
    assert.match(await valueOf(node.configChecksum), /^[0-9a-f]{64}$/);
  });

  test("has no status page and no metrics where they are off", async () => {
    const node = new SingleNode("orders", { ...args, api: { statusPage: false }, monitoring: { enabled: false } });
    assert.equal(await valueOf(node.statusPage), undefined);
    assert.equal(await valueOf(node.metricsAddress), undefined);
  });

  test("keeps a data directory that the user chose", async () => {
    const node = new SingleNode("orders", { ...args, storage: { dataDir: "/srv/orders" } });
    assert.equal(await valueOf(node.dataDirectory), "/srv/orders");
  });
});

describe("secrets", () => {
  const configOf = async (node: SingleNode) => {
    await registered(node);
    return find("quorumkit:host:NodeProcess");
  };

  test("travel apart from what may be shown", async () => {
    const { config, secretConfig } = await configOf(
      new SingleNode("orders", { ...args, security: { adminToken: token } }),
    );
    assert.ok(!isSecret(config));
    assert.ok(isSecret(secretConfig));
    assert.ok(!JSON.stringify(config).includes(token));
    assert.ok(JSON.stringify(secretConfig).includes(token));
  });

  test("given as Outputs too, without hiding the rest", async () => {
    const node = new SingleNode("orders", { ...args, security: { adminToken: pulumi.secret(token) } });
    const { config, secretConfig } = await configOf(node);
    assert.ok(!isSecret(config));
    assert.ok(isSecret(secretConfig));
    assert.ok(!JSON.stringify(config).includes(token));
    assert.equal(await pulumi.isSecret(node.address), false);
  });

  test("in a place that isn't known to hold one hide the whole config", async () => {
    const node = new SingleNode("orders", { ...args, monitoring: { logLevel: pulumi.secret("debug" as const) } });
    const { config } = await configOf(node);
    assert.ok(isSecret(config));
    assert.equal(await pulumi.isSecret(node.address), true);
  });

  test("are absent where there are none", async () => {
    assert.ok(!("secretConfig" in (await configOf(new SingleNode("orders", args)))));
  });
});

describe("problems", () => {
  test("come all at once, in one InputPropertiesError without a stack", () => {
    const bad = { ...args, name: "Bad Name", members: 3, api: { port: 0 }, monitoring: { logLevle: "debug" } };
    assert.throws(
      () => new SingleNode("orders", bad as unknown as SingleNodeArgs),
      (error) => {
        assert.ok(pulumi.InputPropertiesError.isInstance(error));
        assert.deepEqual(error.errors.map(({ propertyPath }) => propertyPath).toSorted(), [
          "api.port",
          "monitoring.logLevle",
          "name",
        ]);
        assert.match(
          error.message,
          /^pulumi\.InputPropertiesError: orders \(quorumkit:single-node:SingleNode\) has 3 problems:\n {2}name: /,
        );
        assert.equal(error.stack, "");
        return true;
      },
    );
    assert.deepEqual(
      resources.filter(({ type }) => type.startsWith("quorumkit:host")),
      [],
    );
  });

  test("more than one node is no single node", () => {
    assert.throws(
      () => new SingleNode("orders", { ...args, members: 3, gateways: 1 }),
      /members must be 1 where target\.kind is single-node, got 3\n.*gateways must be 0/,
    );
  });

  test("a Docker host elsewhere can't mount the config directory", () => {
    const singleNode = { runOn: "container" as const, container: { dockerHost: "tcp://10.0.0.1:2375" } };
    assert.throws(
      () => new SingleNode("orders", { ...args, target: { singleNode } }),
      /docker_host must be a unix:\/\/ endpoint/,
    );
  });

  test("overrides of children that don't exist", () => {
    assert.throws(
      () => new SingleNode("orders", { ...args, overrides: { proces: {} } as SingleNodeArgs["overrides"] & object }),
      /overrides\.proces: there is no child proces; did you mean process\?/,
    );
  });
});

test("unknown values in a preview leave the children in place, and nothing is checked before it is known", async () => {
  resources = await recordResources(true);
  const { port } = new Later("later", {});
  const node = new SingleNode("orders", { ...args, api: { port } });
  assert.deepEqual((await registered(node)).toSorted(), [
    ["quorumkit:host:NodeProcess", "orders-process"],
    ["quorumkit:single-node:SingleNode", "orders"],
    ["test:index:Later", "later"],
  ]);
});

describe("a container", () => {
  const container: SingleNodeArgs = { ...args, target: { singleNode: { runOn: "container" } } };

  test("is seven children and a provider", async () => {
    const node = new SingleNode("orders", container);
    assert.deepEqual((await registered(node)).toSorted(), [
      ["docker:index/container:Container", "orders-container"],
      ["docker:index/network:Network", "orders-network"],
      ["docker:index/remoteImage:RemoteImage", "orders-image"],
      ["docker:index/volume:Volume", "orders-volume"],
      ["pulumi:providers:docker", "orders-docker"],
      ["quorumkit:host:NodeConfigFile", "orders-config"],
      ["quorumkit:host:NodeReady", "orders-ready"],
      ["quorumkit:single-node:SingleNode", "orders"],
    ]);
    for (const child of Object.values(node.nodes) as pulumi.Resource[]) {
      assert.match(await valueOf(child.urn), /::quorumkit:single-node:SingleNode\$/);
    }
  });

  test("is hardened", async () => {
    await registered(new SingleNode("orders", container));
    const inputs = find("docker:index/container:Container");
    assert.equal(inputs["user"], "10001:10001");
    assert.equal(inputs["readOnly"], true);
    assert.deepEqual(inputs["securityOpts"], ["no-new-privileges:true"]);
    assert.deepEqual(inputs["capabilities"], { drops: ["ALL"] });
    assert.equal(inputs["restart"], "unless-stopped");
    assert.equal(inputs["name"], "stack-orders-1");
    assert.equal(inputs["image"], "sha256:1");
    assert.deepEqual(inputs["command"], ["start", "--config", "/etc/quorumkit/node.yaml"]);
    assert.deepEqual(inputs["ports"], [
      { internal: 8080, external: 8080, ip: "127.0.0.1", protocol: "tcp" },
      { internal: 9090, external: 9090, ip: "127.0.0.1", protocol: "tcp" },
    ]);
    assert.deepEqual(inputs["mounts"], [
      {
        type: "bind",
        source: `${homedir()}/.local/state/quorumkit/project/stack/orders/config`,
        target: "/etc/quorumkit",
        readOnly: true,
      },
      { type: "volume", source: "stack-orders-1-data", target: "/var/lib/quorumkit" },
    ]);
    assert.equal(inputs["memory"], 8192);
    assert.equal((inputs["healthcheck"] as { tests: string[] }).tests[0], "CMD");
  });

  test("listens on every interface inside, and is published on the loopback address", async () => {
    const node = new SingleNode("orders", container);
    await registered(node);
    const { config } = find("quorumkit:host:NodeConfigFile") as { config: { api: { host: string } } };
    assert.equal(config.api.host, "0.0.0.0");
    assert.equal(await valueOf(node.address), "http://127.0.0.1:8080");
  });

  test("is another container only where a restart is needed", async () => {
    const labelsOf = async (changes: Partial<SingleNodeArgs>) => {
      resources = await recordResources();
      await registered(new SingleNode("orders", { ...container, ...changes }));
      return find("docker:index/container:Container")["labels"];
    };
    const before = await labelsOf({});
    assert.deepEqual(await labelsOf({ monitoring: { logLevel: "debug" } }), before);
    assert.notDeepEqual(await labelsOf({ api: { port: 8090 } }), before);
  });

  test("can be changed by overrides", async () => {
    const overrides: SingleNodeArgs["overrides"] & object = {
      container: { merge: { envs: ["A=b"] }, patch: [{ op: "replace", path: "/restart", value: "no" }] },
    };
    await registered(new SingleNode("orders", { ...container, overrides }));
    const inputs = find("docker:index/container:Container");
    assert.deepEqual(inputs["envs"], ["A=b"]);
    assert.equal(inputs["restart"], "no");
  });
});

describe("a systemd unit", () => {
  test("is one child", async () => {
    const systemd = { host: "10.1.2.3", sshUser: "admin", memoryMax: "512M" };
    const node = new SingleNode("orders", {
      ...args,
      api: { host: "0.0.0.0" },
      target: { singleNode: { runOn: "systemd", systemd } },
    });
    assert.deepEqual(await registered(node), [
      ["quorumkit:single-node:SingleNode", "orders"],
      ["quorumkit:host:NodeUnit", "orders-unit"],
    ]);
    const { config, ...inputs } = find("quorumkit:host:NodeUnit");
    assert.equal((config as { api: { host: string } }).api.host, "0.0.0.0");
    assert.deepEqual(inputs, {
      host: "10.1.2.3",
      sshPort: 22,
      sshUser: "admin",
      serviceUser: "quorumkit",
      installDirectory: "/opt/quorumkit",
      restartDelay: "5s",
      memoryMax: "512M",
      startTimeout: "60s",
      stopTimeout: "30s",
      keepData: true,
    });
    assert.equal(await valueOf(node.address), "http://10.1.2.3:8080");
    assert.equal(await valueOf(node.dataDirectory), "/var/lib/coordinator");
  });
});
