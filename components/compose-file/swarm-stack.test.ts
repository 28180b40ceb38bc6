import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parse } from "yaml";
import type { PlannedService, ServicePlan } from "../plan/service.ts";
import { labelCommands, swarmProblems, swarmStack, unpublishedPorts } from "./swarm-stack.ts";
import { arbitraryPlan, fullPlan, materials, requests, secretTexts } from "./testing/plans.ts";

/** A config or secret as a service has it. */
interface Grant {
  source: string;
  target: string;
  uid: string;
  gid: string;
  mode: number;
}

/** What is looked at in a stack that was read again. */
interface Parsed {
  services: Record<
    string,
    {
      configs?: Grant[];
      secrets?: Grant[];
      ports?: { published: number; mode: string }[];
      deploy: { placement: { constraints?: string[] } };
    }
  >;
  configs?: Record<string, { name: string; file: string }>;
  secrets?: Record<string, { name: string; file: string }>;
}

const [first, , balancer, grafana] = fullPlan.services;
assert.ok(first && balancer && grafana);

function textOf(plan: ServicePlan, made = materials): string {
  const { files, main } = swarmStack(plan, made, requests);
  return files.find(({ path }) => path === main)?.text ?? "";
}

function read(plan: ServicePlan, made = materials): Parsed {
  return parse(textOf(plan, made), { maxAliasCount: 0 }) as Parsed;
}

describe("a plan with everything", () => {
  test("is this text", () => {
    assert.equal(textOf(fullPlan), readFileSync(join(import.meta.dirname, "testing", "full-plan.stack.yaml"), "utf8"));
  });

  test("has its files beside it; nobody but Docker's command line reads them", () => {
    assert.deepEqual(
      swarmStack(fullPlan, materials, requests).files.filter(({ path }) => path !== "stack.yaml"),
      [
        { path: "config/load-balancer/etc/nginx/quorumkit/nginx.conf", text: "events {}\n", secret: false },
        { path: "config/orders-1/etc/quorumkit/node.yaml", text: "system: coordinator\n", secret: false },
        {
          path: "secrets/grafana.env",
          text: "GF_ROUTING_KEY=the-routing-key\nGF_SECURITY_ADMIN_PASSWORD=the-pa$$word 'of' grafana\n",
          secret: true,
        },
        { path: "secrets/orders-1/etc/quorumkit/join-token", text: "the-join-token", secret: true },
        { path: "secrets/orders-1/etc/quorumkit/keys/node.key", text: "the-key", secret: true },
      ],
    );
  });

  test("holds no secret", () => {
    const text = textOf(fullPlan);
    for (const secret of secretTexts) assert.ok(!text.includes(secret), secret);
  });

  test("says where services have to live, and what is left unpublished", () => {
    assert.deepEqual(
      labelCommands(fullPlan),
      ["orders-1", "orders-2", "load-balancer"].map(
        (name) => `docker node update --label-add quorumkit.orders.${name}=true MACHINE`,
      ),
    );
    assert.deepEqual(unpublishedPorts(fullPlan), [
      { service: "orders-1", port: 8080 },
      { service: "orders-2", port: 8080 },
    ]);
    assert.deepEqual(swarmProblems(fullPlan), []);
  });
});

describe("names of configs and secrets", () => {
  const named = (plan: ServicePlan, made = materials) =>
    Object.values({ ...read(plan, made).configs, ...read(plan, made).secrets }).map(({ name }) => name);
  const withContent = (text: string): ServicePlan => {
    const files = [{ directory: "/etc/quorumkit", files: [{ name: "a", content: { text, secret: true } }] }];
    return { ...fullPlan, services: [{ ...first, files }] };
  };

  test("change with the content: a swarm refuses another content of the same name", () => {
    assert.deepEqual(named(withContent("x")), named(withContent("x")));
    assert.notDeepEqual(named(withContent("x")), named(withContent("y")));
  });

  test("tell nothing about it to those without the key", () => {
    assert.notDeepEqual(named(withContent("x")), named(withContent("x"), { ...materials, nameKey: "another" }));
  });

  test("are short enough, however long the names of clusters and services are", () => {
    const name = "a".repeat(63);
    const service: PlannedService = { ...first, name };
    for (const each of named({ cluster: "b".repeat(63), services: [service] })) {
      assert.match(each, /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,62}[a-zA-Z0-9])?$/);
    }
  });
});

test("what a swarm can't do is a problem", () => {
  const publish = { address: "10.1.2.3", port: 80, option: "load_balancer.http_port" };
  const variable = { text: "one-half\nother-half", secret: true };
  const plan: ServicePlan = {
    cluster: "orders",
    subnet: "fd00:1::/64",
    services: [
      { ...balancer, ports: [{ name: "http", port: 80, publish }] },
      { ...grafana, environment: { KEY: variable } },
    ],
  };
  assert.deepEqual(
    swarmProblems(plan).map(({ path, message }) => `${path}: ${message}`),
    [
      'target.compose.subnet: subnet must be an IPv4 network: those of a swarm have no other addresses, got "fd00:1::/64"',
      "target.compose.publish_address: publish_address must be 0.0.0.0 (every address of a machine) or 127.0.0.1 " +
        '(nothing is published): a swarm knows no others, got "10.1.2.3"',
      ": KEY of grafana must be a value of one line: a stack reads secret variables from a file with a line for each",
    ],
  );
  assert.ok(!JSON.stringify(swarmProblems(plan)).includes("half"));
});

test("in any plan each file is one config or secret, and every name is valid", () => {
  fc.assert(
    fc.property(arbitraryPlan, (plan) => {
      const { files } = swarmStack(plan, materials, requests);
      const { services, configs = {}, secrets = {} } = read(plan);
      const written = new Map(files.map((file) => [`./${file.path}`, file]));
      const granted: string[] = [];
      for (const { name, files: planned, user } of plan.services) {
        const own = services[name];
        assert.ok(own);
        const grants = [...(own.configs ?? []), ...(own.secrets ?? [])];
        granted.push(...grants.map(({ source }) => source));
        assert.deepEqual(
          grants.map(({ target }) => target).sort(),
          planned.flatMap(({ directory, files: held }) => held.map((file) => `${directory}/${file.name}`)).sort(),
        );
        for (const { uid, gid } of grants) assert.deepEqual([uid, gid], [String(user.uid), String(user.gid)]);
        for (const { source, mode } of own.secrets ?? []) {
          assert.equal(mode, 0o400);
          assert.equal(written.get(secrets[source]?.file ?? "")?.secret, true);
        }
        for (const { source, mode } of own.configs ?? []) {
          assert.equal(mode, 0o444);
          assert.equal(written.get(configs[source]?.file ?? "")?.secret, false);
        }
        for (const { mode } of own.ports ?? []) assert.equal(mode, "host");
        for (const constraint of own.deploy.placement.constraints ?? []) {
          assert.match(constraint, /^node\.labels\.[a-z][a-z0-9.-]* == true$/);
        }
      }
      assert.deepEqual(granted.sort(), [...Object.keys(configs), ...Object.keys(secrets)].sort());
      const names = Object.values({ ...configs, ...secrets }).map(({ name }) => name);
      assert.equal(new Set(names).size, names.length);
      for (const name of names) assert.match(name, /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]{0,62}[a-zA-Z0-9])?$/);
    }),
  );
});
