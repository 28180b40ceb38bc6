/** What the tests of these components have in common. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { Registered } from "../../test/engine/mocks.ts";
import type { Override } from "../common/overrides.ts";
import type { PlannedService, ServicePlan } from "../plan/service.ts";
import { createHost, createNetwork, type ClusterJob, type DockerChildName } from "./index.ts";

/** Pulumi's mark of a secret among serialized inputs. */
const secretMark = "4dabf18193072939515e22adb298388d";
export const dockerHost = "unix:///run/docker.sock";
export const isRoot = process.getuid?.() === 0;

class Parent extends pulumi.ComponentResource {
  constructor() {
    super("test:docker:Parent", "orders");
  }
}

/** A service with something of everything. */
export const prometheus: PlannedService = {
  name: "prometheus",
  kind: "prometheus",
  image: { name: "prom/prometheus:v3", option: "observability.prometheus.image" },
  command: ["--config.file=/etc/prometheus/prometheus.yml"],
  environment: { B: { text: "2" }, A: { text: "1" } },
  user: { uid: 65534, gid: 65534 },
  files: [
    {
      directory: "/etc/prometheus",
      files: [
        { name: "prometheus.yml", content: { text: "scrape: []" } },
        { name: "rules/cluster.yaml", content: { text: "groups: []" } },
        { name: "password", content: { text: "hidden", secret: true } },
        { name: "token", content: { from: "scrape-token" } },
      ],
      reload: { kind: "signal", signal: "SIGHUP" },
    },
    { directory: "/etc/more", files: [{ name: "a", content: { text: "a" } }] },
  ],
  hostPaths: [{ host: "/srv/ca.crt", path: "/etc/ca.crt" }],
  volumes: [{ name: "prometheus-data", path: "/prometheus", keep: true }],
  temporary: [{ path: "/tmp", size: "16m" }],
  ports: [
    { name: "ui", port: 9091, publish: { address: "127.0.0.1", port: 19091, option: "observability.prometheus.port" } },
    { name: "metrics", port: 9100 },
    { name: "more", port: 9090, publish: { address: "0.0.0.0", port: 19090, option: "more" } },
  ],
  healthCheck: { command: ["wget", "-q"], interval: "10s", timeout: "5s", startPeriod: "90s", retries: 3 },
  limits: { cpu: "500m", memory: "512Mi" },
  openFiles: 65_536,
  stopTimeout: "1500ms",
  after: ["orders-1"],
  aliases: ["metrics"],
  checksum: "p1",
  labels: { team: "orders" },
};

/** A plan of these services. */
export function planOf(...services: PlannedService[]): pulumi.Output<ServicePlan> {
  return pulumi.output({ cluster: "orders", services });
}

/** What the services of a plan are made from. */
export function jobWith(
  plan: pulumi.Output<ServicePlan>,
  overrides: Partial<Record<DockerChildName, Override>> = {},
): ClusterJob {
  const parent = { component: new Parent(), name: "orders", overrides };
  const host = createHost({ ...parent, plan, dockerHost, option: "target.compose.docker_host" });
  const network = createNetwork({ ...parent, host, plan });
  return { ...parent, host, network, cluster: "orders", directory: "/var/lib/state", startTimeout: "90s" };
}

/** The inputs of a resource. */
export function inputsOf(resources: readonly Registered[], name: string): Record<string, unknown> {
  const found = resources.filter((resource) => resource.name === name);
  assert.equal(found.length, 1, name);
  return found[0]?.inputs ?? {};
}

/** The value of a secret among inputs; fails where it is none. */
export function secretOf(value: unknown): unknown {
  assert.ok(typeof value === "object" && value !== null && secretMark in value && "value" in value);
  return value.value;
}

/** The labels of a container. */
export function labelsOf(resources: readonly Registered[], name: string): Record<string, string> {
  const list = inputsOf(resources, name)["labels"] as { label: string; value: string }[];
  return Object.fromEntries(list.map(({ label, value }) => [label, value]));
}
