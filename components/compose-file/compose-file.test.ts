import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import type { ServicePlan } from "../plan/service.ts";
import { composeFile, updateCommands } from "./compose-file.ts";
import { arbitraryPlan, fullPlan, materials, secretTexts } from "./testing/plans.ts";

/** What is looked at in a file that was read again. */
interface Parsed {
  name: string;
  services: Record<
    string,
    {
      image: string;
      command?: string[];
      environment?: Record<string, string>;
      labels: Record<string, string>;
      healthcheck?: { test: string[]; retries: number };
      ports?: { target: number; published: string; host_ip: string }[];
      user: string;
      volumes?: { type: string; source?: string; target: string }[];
    }
  >;
  volumes: Record<string, { name: string }>;
}

function textOf(plan: ServicePlan): string {
  const { files, main } = composeFile(plan, materials);
  return files.find(({ path }) => path === main)?.text ?? "";
}

/** As Docker has it: `$$` stands for `$`. */
function readBack(text: string, version: "1.1" | "1.2" = "1.2"): Parsed {
  return parse(text, (_key, value: unknown) => (typeof value === "string" ? value.replaceAll("$$", "$") : value), {
    version,
    maxAliasCount: 0,
  }) as Parsed;
}

/** A lone half of a pair is no character: UTF-8 has another for it. */
function inUtf8(text: string): string {
  return text.toWellFormed();
}

describe("a plan with everything", () => {
  test("is this text", () => {
    assert.equal(
      textOf(fullPlan),
      readFileSync(join(import.meta.dirname, "testing", "full-plan.compose.yaml"), "utf8"),
    );
  });

  test("has its files beside it: directories with a secret among the secrets, with whoever reads them", () => {
    const { files } = composeFile(fullPlan, materials);
    const node = { uid: 10_001, gid: 10_001 };
    assert.deepEqual(
      files.filter(({ path }) => path !== "compose.yaml"),
      [
        {
          path: "config/load-balancer/etc/nginx/quorumkit/nginx.conf",
          text: "events {}\n",
          secret: false,
          reader: node,
        },
        {
          path: "secrets/grafana.env",
          text: "GF_ROUTING_KEY='the-routing-key'\nGF_SECURITY_ADMIN_PASSWORD='the-pa$$word \\'of\\' grafana'\n",
          secret: true,
        },
        { path: "secrets/orders-1/etc/quorumkit/join-token", text: "the-join-token", secret: true, reader: node },
        { path: "secrets/orders-1/etc/quorumkit/keys/node.key", text: "the-key", secret: true, reader: node },
        { path: "secrets/orders-1/etc/quorumkit/node.yaml", text: "system: coordinator\n", secret: true, reader: node },
      ],
    );
  });

  test("holds no secret", () => {
    const text = textOf(fullPlan);
    for (const secret of secretTexts) assert.ok(!text.includes(secret), secret);
    assert.ok(!text.includes("GF_ROUTING_KEY"));
  });
});

test("the order of names in a plan doesn't matter", () => {
  const reversed = <Value>(map: Record<string, Value>) => Object.fromEntries(Object.entries(map).reverse());
  const services = fullPlan.services.map((service) => ({
    ...service,
    environment: reversed(service.environment),
    labels: reversed(service.labels),
    after: [...service.after].reverse(),
  }));
  assert.equal(textOf({ ...fullPlan, services }), textOf(fullPlan));
});

test("a network of IPv6 turns it on", () => {
  assert.match(
    textOf({ ...fullPlan, subnet: "fd00:1::/64" }),
    /driver: bridge\n {4}enable_ipv6: true\n {4}ipam:\n {6}config:\n {8}- subnet: fd00:1::\/64\n/,
  );
  const { cluster, services } = fullPlan;
  assert.doesNotMatch(textOf({ cluster, services }), /ipam|ipv6/);
});

test("a service waits for those that can be known to be well, and not for a node that may be down", () => {
  const [first, second, balancer, grafana] = fullPlan.services;
  assert.ok(first && second && balancer && grafana);
  const checked = { ...balancer, healthCheck: first.healthCheck };
  const text = textOf({ ...fullPlan, services: [first, second, checked, { ...grafana, after: ["load-balancer"] }] });
  const { services } = parse(text) as { services: Record<string, { depends_on?: unknown }> };
  assert.deepEqual(Object.fromEntries(Object.entries(services).map(([name, service]) => [name, service.depends_on])), {
    "orders-1": undefined,
    "orders-2": { "orders-1": { condition: "service_started" } },
    "load-balancer": { "orders-1": { condition: "service_started" }, "orders-2": { condition: "service_started" } },
    grafana: { "load-balancer": { condition: "service_healthy" } },
  });
});

test("an update takes one node after the other, and waits until each is ready", () => {
  const up = "docker compose --file x.yaml up --detach --wait";
  const ready = (port: number) =>
    `curl -fsSk -o /dev/null --retry 90 --retry-delay 1 --retry-all-errors http://127.0.0.1:${port}/api/v1/ready`;
  assert.deepEqual(updateCommands(fullPlan, "x.yaml"), [
    `${up} --no-deps orders-1 && ${ready(8080)}`,
    `${up} --no-deps orders-2 && ${ready(8081)}`,
    up,
  ]);
  const [first] = fullPlan.services;
  assert.ok(first);
  const publish = { address: "::1", port: 8443, option: "target.compose.node_port" };
  const ports = [
    { name: "api", port: 8080 },
    { name: "api-tls", port: 8443, publish },
  ];
  const [command] = updateCommands({ ...fullPlan, services: [{ ...first, ports }] }, "x.yaml");
  assert.match(command ?? "", / https:\/\/\[::1\]:8443\/api\/v1\/ready$/);
  assert.deepEqual(updateCommands({ ...fullPlan, services: [{ ...first, ports: [] }] }, "x.yaml"), [
    `${up} --no-deps orders-1`,
    up,
  ]);
});

describe("bad plans are refused", () => {
  const [first] = fullPlan.services;
  assert.ok(first);
  const withFiles = (directory: string, ...names: string[]): ServicePlan => ({
    ...fullPlan,
    services: [{ ...first, files: [{ directory, files: names.map((name) => ({ name, content: { text: "" } })) }] }],
  });

  test("what nobody made", () => {
    assert.throws(() => composeFile(fullPlan, { texts: {} }), /^Error: nothing was made for join-token, .*orders-1$/);
  });

  test("a path that leads out of the directory", () => {
    assert.throws(() => composeFile(withFiles("/etc/../..", "a"), materials), /not a path to write/);
    assert.throws(() => composeFile(withFiles("/etc", "../../../../a"), materials), /not a path to write/);
  });

  test("two files of one path", () => {
    assert.throws(() => composeFile(withFiles("/etc", "a", "a"), materials), /two files at config\/orders-1\/etc\/a/);
  });

  test("a size that isn't Docker's", () => {
    const services = [{ ...first, temporary: [{ path: "/tmp", size: "64Mi" }] }];
    assert.throws(() => composeFile({ ...fullPlan, services }, materials), /write it like 64m/);
  });
});

test("any plan is read back as it was meant", () => {
  fc.assert(
    fc.property(arbitraryPlan, fc.constantFrom("1.1" as const, "1.2" as const), (plan, version) => {
      const text = textOf(plan);
      const { name, services, volumes } = readBack(text, version);
      assert.equal(name, plan.cluster);
      assert.deepEqual(Object.keys(services).sort(), plan.services.map((service) => service.name).sort());
      for (const service of plan.services) {
        const written = services[service.name];
        assert.ok(written);
        assert.equal(written.image, inUtf8(service.image.name));
        assert.deepEqual(written.command ?? [], service.command.map(inUtf8));
        const open = Object.entries(service.environment).filter(([, value]) => !("secret" in value));
        assert.deepEqual(
          written.environment ?? {},
          Object.fromEntries(open.map(([key, value]) => [key, inUtf8(value.text)])),
        );
        const { "quorumkit.restart-checksum": checksum, ...labels } = written.labels;
        assert.equal(checksum, service.checksum);
        assert.deepEqual(
          labels,
          Object.fromEntries(Object.entries(service.labels).map(([key, value]) => [key, inUtf8(value)])),
        );
        assert.deepEqual(written.healthcheck?.test.slice(1) ?? [], service.healthCheck.command.map(inUtf8));
        assert.equal(written.user, `${service.user.uid}:${service.user.gid}`);
        assert.deepEqual(
          (written.ports ?? []).map((port) => [port.target, Number(port.published), port.host_ip]),
          service.ports.flatMap(({ port, publish }) => (publish ? [[port, publish.port, publish.address]] : [])),
        );
        const named = (written.volumes ?? []).filter(({ type }) => type === "volume").map(({ source }) => source ?? "");
        assert.deepEqual(
          named,
          service.volumes.map((volume) => volume.name),
        );
        for (const volume of named) assert.match(volumes[volume]?.name ?? "", /^[a-z0-9][a-z0-9_.-]+$/);
      }
    }),
  );
});

test("no plan shows a secret in a file that others may read, and the same plan gives the same bytes", () => {
  fc.assert(
    fc.property(arbitraryPlan, (plan) => {
      const written = composeFile(plan, materials);
      assert.equal(JSON.stringify(composeFile(structuredClone(plan), materials)), JSON.stringify(written));
      const open = written.files.filter(({ secret }) => !secret);
      const secrets = plan.services.flatMap(({ environment, files }) => [
        ...Object.values(environment),
        ...files.flatMap((directory) =>
          directory.files.map(({ content }) =>
            "from" in content ? { text: "the-join-token", secret: true } : content,
          ),
        ),
      ]);
      for (const { text, ...rest } of secrets) {
        if (!("secret" in rest)) continue;
        for (const file of open) assert.ok(!file.text.includes(text.slice(-36)), file.path);
      }
      for (const { path } of written.files) assert.doesNotMatch(path, /^\/|(?:^|\/)\.\.?(?:\/|$)/);
    }),
  );
});
