import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { readClusterSpec } from "@quorumkit/schema";
import { recordResources, valueOf, type Registered } from "../../test/engine/mocks.ts";
import { planCluster, type PlannedNode } from "../plan/plan.ts";
import type { PlannedService } from "../plan/service.ts";
import { createNodes, shapeOf, type NodesChildren } from "./index.ts";
import { dockerHost, inputsOf, isRoot, jobWith, labelsOf, planOf, prometheus, secretOf } from "./test-support.ts";

let resources: Registered[];

afterEach(() => pulumi.runtime.disconnect());

beforeEach(async () => {
  resources = await recordResources();
});

describe("nodes", () => {
  const { value: spec } = readClusterSpec({ name: "orders", system: "coordinator", members: 3 });
  assert.ok(spec);
  const plan = planCluster(spec, { of: () => ({ dataDirectory: "/var/lib/coordinator" }) });

  function serviceOf({ id, coldChecksum }: PlannedNode): PlannedService {
    return {
      ...prometheus,
      name: id,
      kind: "node",
      image: { name: "quorumkit/node:0.1.0", option: "target.compose.image" },
      command: ["start", "--config", "/etc/quorumkit/node.yaml"],
      environment: {},
      user: { uid: 10_001, gid: 10_001 },
      files: [
        {
          directory: "/etc/quorumkit",
          files: [
            { name: "node.yaml", content: { text: "whole" } },
            { name: "join-token", content: { from: "join-token" } },
            { name: "node.key", content: { from: "key" } },
          ],
          reload: { kind: "signal", signal: "SIGHUP" },
        },
      ],
      hostPaths: [],
      volumes: [{ name: `${id}-data`, path: "/var/lib/coordinator", keep: true }],
      checksum: coldChecksum,
      aliases: [],
      labels: {},
    };
  }

  async function makeNodes(): Promise<NodesChildren> {
    const services = plan.nodes.map(serviceOf);
    const job = jobWith(planOf(...services.map((service) => ({ ...service, ports: [] }))));
    const made = createNodes({
      ...job,
      joinToken: "the-token",
      nodes: plan.nodes.map((known, index) => {
        const service = serviceOf(known);
        const node: pulumi.Output<unknown> = pulumi.output<unknown>(known);
        return {
          shape: shapeOf(service),
          service: pulumi.output(service),
          known,
          node: node as pulumi.Output<PlannedNode>,
          address: pulumi.output(`http://127.0.0.1:${8080 + index}`),
          provided: { "join-token": "the-token", key: pulumi.secret(`key of ${known.id}`) },
        };
      }),
    });
    await Promise.all(made.nodes.map(({ ready }) => valueOf(ready.urn)));
    return made;
  }

  test("are made one after the other, behind what moves the leadership", async () => {
    await makeNodes();
    const order = resources
      .map(({ name }) => name)
      .filter((name) => /leader|orders-\d(?:$|-(?:config|ready)$)/.test(name));
    assert.deepEqual(order, [
      "orders-leader",
      ...[1, 2, 3].flatMap((number) => ["-config", "", "-ready"].map((part) => `orders-orders-${number}${part}`)),
    ]);
  });

  test("have one image, and a config, volume, container and readiness each", async () => {
    await makeNodes();
    const own = resources.filter(({ name }) => name.startsWith("orders-orders-2"));
    assert.deepEqual(own.map(({ type, name }) => `${type} ${name}`).sort(), [
      "docker:index/container:Container orders-orders-2",
      "docker:index/volume:Volume orders-orders-2-data",
      "quorumkit:host:NodeConfigFile orders-orders-2-config",
      "quorumkit:host:NodeReady orders-orders-2-ready",
    ]);
    assert.equal(resources.filter(({ type }) => type.endsWith(":RemoteImage")).length, 1);
  });

  test("find their files beside their config, and what lets them in again", async () => {
    await makeNodes();
    const { files, config, owner, ...inputs } = inputsOf(resources, "orders-orders-2-config");
    assert.deepEqual(secretOf(files), { "join-token": "the-token", "node.key": "key of orders-2" });
    assert.equal((config as { node: { id: string } }).node.id, "orders-2");
    assert.deepEqual(owner, isRoot ? { uid: 10_001, gid: 10_001 } : undefined);
    assert.deepEqual(inputs, {
      path: "/var/lib/state/orders-2/etc-quorumkit/node.yaml",
      container: "stack-orders-2",
      dockerHost,
      address: "http://127.0.0.1:8081",
    });
    const { envs, mounts } = inputsOf(resources, "orders-orders-2");
    assert.deepEqual(envs, ["QUORUMKIT_ADMISSION_FILE=/etc/quorumkit/admission"]);
    assert.deepEqual(mounts, [
      {
        type: "bind",
        source: "/var/lib/state/orders-2/etc-quorumkit",
        target: "/etc/quorumkit",
        readOnly: true,
      },
      { type: "volume", source: "stack-orders-2-data", target: "/var/lib/coordinator" },
    ]);
  });

  test("are ready with their config, or wait for the others", async () => {
    await makeNodes();
    assert.deepEqual(inputsOf(resources, "orders-orders-2-ready"), {
      container: "stack-orders-2",
      containerId: "orders-orders-2-id",
      dockerHost,
      address: "http://127.0.0.1:8081",
      nodeId: "orders-2",
      configChecksum: plan.nodes[1]?.checksum,
      members: ["http://127.0.0.1:8080", "http://127.0.0.1:8082"],
      startTimeout: "90s",
    });
  });

  test("roll as their labels say", async () => {
    await makeNodes();
    const { joinToken, ...inputs } = inputsOf(resources, "orders-leader");
    assert.equal(secretOf(joinToken), "the-token");
    assert.deepEqual(inputs, {
      cluster: "orders",
      dockerHost,
      nodes: [1, 2, 3].map((number) => ({
        id: `orders-${number}`,
        address: `http://127.0.0.1:${8079 + number}`,
        container: `stack-orders-${number}`,
        rolls: labelsOf(resources, `orders-orders-${number}`)["quorumkit.checksum"],
      })),
    });
  });
});
