import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { recordResources, valueOf, type Registered } from "../../test/engine/mocks.ts";
import type { Override } from "../common/overrides.ts";
import type { PlannedService, ServicePlan } from "../plan/service.ts";
import { createService, shapeOf, type DockerChildName, type ServiceChildren } from "./index.ts";
import { dockerHost, inputsOf, isRoot, jobWith, labelsOf, planOf, prometheus, secretOf } from "./test-support.ts";

let resources: Registered[];

afterEach(() => pulumi.runtime.disconnect());

beforeEach(async () => {
  resources = await recordResources();
});

async function makeService(
  planned: PlannedService = prometheus,
  overrides?: Partial<Record<DockerChildName, Override>>,
): Promise<ServiceChildren> {
  const service = pulumi.output(planned);
  const job = jobWith(planOf(planned), overrides);
  const provided = { "scrape-token": pulumi.secret("drawn") };
  const made = createService({ ...job, shape: shapeOf(planned), service, provided, position: 1 });
  await Promise.all([made.ready, made.container, ...made.files, ...made.volumes].map(({ urn }) => valueOf(urn)));
  return made;
}

describe("a host", () => {
  test("is asked for everything that is going to be there", async () => {
    await makeService();
    const { hostPaths, images, ports, ...rest } = inputsOf(resources, "orders-host");
    assert.deepEqual(rest, {
      dockerHost,
      option: "target.compose.docker_host",
      stack: "project/stack",
      containers: [{ name: "stack-prometheus" }],
    });
    assert.deepEqual(images, [{ name: "prom/prometheus:v3", option: "observability.prometheus.image" }]);
    assert.deepEqual(ports, [
      { address: "127.0.0.1", port: 19091, option: "observability.prometheus.port", container: "stack-prometheus" },
      { address: "0.0.0.0", port: 19090, option: "more", container: "stack-prometheus" },
    ]);
    assert.deepEqual(hostPaths, [{ path: "/srv/ca.crt", container: "stack-prometheus" }]);
  });

  test("is looked at before the plugin, and so everything else, is", async () => {
    await makeService();
    const order = resources.map(({ name }) => name);
    const first = order.indexOf("orders-host");
    const made = order.filter((name) => name !== "orders" && name !== "orders-host");
    for (const name of made) assert.ok(first < order.indexOf(name), name);
  });

  test("has a network of the cluster's, with the subnet that was asked for", async () => {
    const plan = pulumi.output<ServicePlan>({ cluster: "orders", services: [], subnet: "172.20.0.0/16" });
    await valueOf(jobWith(plan).network.urn);
    const { labels, ...inputs } = inputsOf(resources, "orders-network");
    assert.deepEqual(inputs, { name: "stack-orders", driver: "bridge", ipamConfigs: [{ subnet: "172.20.0.0/16" }] });
    assert.equal((labels as unknown[]).length, 2);
  });
});

describe("a service", () => {
  test("is its image, volumes, files, container and readiness", async () => {
    await makeService();
    assert.deepEqual(resources.map(({ type, name }) => `${type} ${name}`).sort(), [
      "docker:index/container:Container orders-prometheus",
      "docker:index/network:Network orders-network",
      "docker:index/remoteImage:RemoteImage orders-prometheus-image",
      "docker:index/volume:Volume orders-prometheus-data",
      "pulumi:providers:docker orders-docker",
      "quorumkit:docker:DockerHost orders-host",
      "quorumkit:docker:ServiceFiles orders-prometheus-files-etc-more",
      "quorumkit:docker:ServiceFiles orders-prometheus-files-etc-prometheus",
      "quorumkit:docker:ServiceReady orders-prometheus-ready",
      "test:docker:Parent orders",
    ]);
  });

  test("has files that may be shown, and files that may not", async () => {
    await makeService();
    const { files, secretFiles, owner, ...inputs } = inputsOf(resources, "orders-prometheus-files-etc-prometheus");
    assert.deepEqual(files, { "prometheus.yml": "scrape: []", "rules/cluster.yaml": "groups: []" });
    assert.deepEqual(secretOf(secretFiles), { password: "hidden", token: "drawn" });
    assert.deepEqual(owner, isRoot ? { uid: 65534, gid: 65534 } : undefined);
    assert.deepEqual(inputs, {
      directory: "/var/lib/state/prometheus/etc-prometheus",
      container: "stack-prometheus",
      dockerHost,
      reload: { kind: "signal", signal: "SIGHUP" },
    });
    assert.equal(inputsOf(resources, "orders-prometheus-files-etc-more")["reload"], undefined);
  });

  test("is a hardened container with limits, on the network of the cluster", async () => {
    await makeService();
    const { labels, cpuSet, ...inputs } = inputsOf(resources, "orders-prometheus");
    assert.match(String(cpuSet), /^\d+-\d+$/);
    assert.equal((labels as unknown[]).length, 5);
    assert.deepEqual(inputs, {
      user: "65534:65534",
      readOnly: true,
      securityOpts: ["no-new-privileges:true"],
      capabilities: { drops: ["ALL"] },
      tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=16m,mode=1777" },
      restart: "unless-stopped",
      mustRun: true,
      logDriver: "json-file",
      logOpts: { "max-size": "10m", "max-file": "5" },
      cpuShares: 512,
      memory: 512,
      memorySwap: 512,
      ulimits: [{ name: "nofile", soft: 65_536, hard: 65_536 }],
      name: "stack-prometheus",
      image: "sha256:1",
      command: ["--config.file=/etc/prometheus/prometheus.yml"],
      envs: ["A=1", "B=2"],
      networksAdvanced: [{ name: "stack-orders", aliases: ["prometheus", "metrics"] }],
      mounts: [
        {
          type: "bind",
          source: "/var/lib/state/prometheus/etc-prometheus",
          target: "/etc/prometheus",
          readOnly: true,
        },
        { type: "bind", source: "/var/lib/state/prometheus/etc-more", target: "/etc/more", readOnly: true },
        { type: "bind", source: "/srv/ca.crt", target: "/etc/ca.crt", readOnly: true },
        { type: "volume", source: "stack-prometheus-data", target: "/prometheus" },
      ],
      ports: [
        { internal: 9090, external: 19090, ip: "0.0.0.0", protocol: "tcp" },
        { internal: 9091, external: 19091, ip: "127.0.0.1", protocol: "tcp" },
      ],
      healthcheck: { tests: ["CMD", "wget", "-q"], interval: "10s", timeout: "5s", startPeriod: "1m30s", retries: 3 },
      stopSignal: "SIGTERM",
      stopTimeout: 2,
      destroyGraceSeconds: 2,
      dnsOpts: ["timeout:1", "attempts:2"],
    });
  });

  test("says in its labels whose it is, and what it was made from", async () => {
    await makeService();
    const { "quorumkit.checksum": checksum, ...labels } = labelsOf(resources, "orders-prometheus");
    assert.deepEqual(labels, {
      team: "orders",
      "quorumkit.cluster": "orders",
      "quorumkit.service": "prometheus",
      "quorumkit.stack": "project/stack",
    });
    assert.match(checksum ?? "", /^[0-9a-f]{64}$/);
  });

  test("is another container when its checksum or an override is another, not when a reloaded file is", async () => {
    const checksumWith = async (planned: PlannedService, overrides?: Partial<Record<DockerChildName, Override>>) => {
      resources = await recordResources();
      await makeService(planned, overrides);
      return labelsOf(resources, "orders-prometheus")["quorumkit.checksum"];
    };
    const before = await checksumWith(prometheus);
    const [reloaded, other] = prometheus.files;
    assert.ok(reloaded && other);
    const files = [{ ...reloaded, files: [{ name: "prometheus.yml", content: { text: "changed" } }] }, other];
    assert.equal(await checksumWith({ ...prometheus, files }), before);
    assert.notEqual(await checksumWith({ ...prometheus, checksum: "p2" }), before);
    assert.notEqual(await checksumWith(prometheus, { prometheus: { merge: { memory: 1 } } }), before);
  });

  test("hides its environment where a variable is secret", async () => {
    await makeService({ ...prometheus, environment: { A: { text: "1" }, P: { text: "hidden", secret: true } } });
    assert.deepEqual(secretOf(inputsOf(resources, "orders-prometheus")["envs"]), ["A=1", "P=hidden"]);
  });

  test("is waited for", async () => {
    await makeService();
    assert.deepEqual(inputsOf(resources, "orders-prometheus-ready"), {
      container: "stack-prometheus",
      containerId: "orders-prometheus-id",
      dockerHost,
      startTimeout: "90s",
    });
  });

  test("can be changed by overrides, by its kind", async () => {
    await makeService(prometheus, {
      prometheus: { merge: { restart: "no" } },
      ready: { merge: { startTimeout: "5s" } },
    });
    assert.equal(inputsOf(resources, "orders-prometheus")["restart"], "no");
    assert.equal(inputsOf(resources, "orders-prometheus-ready")["startTimeout"], "5s");
  });
});
