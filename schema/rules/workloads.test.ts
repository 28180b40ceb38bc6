import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { z } from "zod";
import { api } from "../concerns/api.ts";
import { artifacts } from "../concerns/artifacts.ts";
import { autoscaling } from "../concerns/autoscaling.ts";
import { inference } from "../concerns/inference.ts";
import { loadBalancer } from "../concerns/load-balancer.ts";
import { regions } from "../concerns/regions.ts";
import { replication } from "../concerns/replication.ts";
import { security } from "../concerns/security.ts";
import { tasks } from "../concerns/tasks.ts";
import { vectors } from "../concerns/vectors.ts";
import { show, type Problem } from "../kit/problems.ts";
import { validateWire, type Model } from "../kit/validate.ts";
import { systemNames } from "../presets/systems.ts";
import { autoscalingRules } from "./autoscaling.ts";
import { loadBalancerRules } from "./load-balancer.ts";
import { regionsRules } from "./regions.ts";
import { securityRules } from "./security.ts";
import { workloadsClusterRules, workloadsRules } from "./workloads.ts";

const schema = z.strictObject({
  system: z.enum(systemNames),
  members: z.int().min(1).max(7).default(1),
  api: api.prefault({}),
  replication: replication.prefault({}),
  security: security.prefault({}),
  tasks: tasks.prefault({}),
  inference: inference.prefault({}),
  vectors: vectors.prefault({}),
  artifacts: artifacts.prefault({}),
  autoscaling: autoscaling.prefault({}),
  regions: regions.prefault({}),
  loadBalancer: loadBalancer.prefault({}),
});

const rules = [
  ...securityRules,
  ...workloadsRules,
  ...workloadsClusterRules,
  ...loadBalancerRules,
  ...autoscalingRules,
  ...regionsRules,
];
const smallest = { system: "coordinator" };
const model: Model<z.output<typeof schema>> = { schema, rules, smallest };

function problems(spec: Record<string, unknown>): Problem[] {
  const { errors, warnings } = validateWire(model, { ...smallest, ...spec });
  return [...errors, ...warnings];
}

/** A problem in one line: severity, place, message, the value it got, the value it wants. */
const line = ({ severity, path, message, got, want }: Problem) =>
  `${severity} ${path}: ${message}; got ${got === undefined ? "nothing" : show(got)}; want ${want}`;

const token = "T6b1uJ0aVq8Zc3Xe";
const hash = `$2b$12$${"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234".slice(0, 53)}`;

for (const system of systemNames) {
  test(`the smallest spec of ${system} has no problem`, () => {
    assert.deepEqual(problems({ system }).map(line), []);
  });
}

describe("every rule has a counterexample that breaks it alone", () => {
  for (const rule of rules) {
    test(rule.id, () => {
      const found = problems(rule.counterexample);
      assert.ok(found.length > 0);
      assert.deepEqual(
        found.map(({ rule: id, severity }) => ({ id, severity })),
        found.map(() => ({ id: rule.id, severity: rule.severity })),
      );
    });
  }
});

test("a jwt provider without a secret is refused", () => {
  assert.deepEqual(
    problems({ security: { auth: { providers: [{ type: "jwt" }] } } }).map(({ path, message, want }) => ({
      path,
      message,
      want,
    })),
    [
      {
        path: "security.auth.providers[0].secret",
        message: "a jwt provider needs a secret to check signatures with",
        want: "a random secret of at least 32 bytes",
      },
    ],
  );
});

describe("problems say what is wrong", () => {
  const cases: readonly { name: string; spec: Record<string, unknown>; lines: readonly string[] }[] = [
    {
      name: "the secret of guide 000",
      spec: { security: { auth: { providers: [{ type: "jwt", secret: "your-jwt-secret" }] } } },
      lines: [
        "error security.auth.providers[0].secret: the secret of a jwt provider must have at least 32 bytes; got (hidden); want a random secret of at least 32 bytes",
        "error security.auth.providers[0].secret: this secret stands in a deployment guide, so everybody has it; got (hidden); want a random secret of your own",
      ],
    },
    {
      name: "an oauth2 secret of guide 000",
      spec: {
        security: {
          auth: {
            providers: [
              {
                type: "oauth2",
                client_id: "your-oauth-client-id",
                client_secret: "your-oauth-client-secret",
                provider_url: "https://your-oauth-provider.com",
              },
            ],
          },
        },
      },
      lines: [
        "error security.auth.providers[0].client_secret: this secret stands in a deployment guide, so everybody has it; got (hidden); want a random secret of your own",
      ],
    },
    {
      name: "a password hash that is none",
      spec: { security: { users: [{ username: "admin", password_hash: "$2b$12$..." }] } },
      lines: [
        "error security.users[0].password_hash: password_hash must be a whole bcrypt ($2b$…) or scrypt ($scrypt$ln=…) hash of the password, got (hidden); got (hidden); want a whole bcrypt ($2b$…) or scrypt ($scrypt$ln=…) hash of the password",
      ],
    },
    {
      name: "a user of a role that isn't there",
      spec: {
        security: {
          auth: { providers: [{ type: "jwt", secret: "0123456789abcdef0123456789abcdef" }] },
          users: [{ username: "readonly_app", password_hash: hash, roles: ["reader"] }],
        },
      },
      lines: [
        'error security.users[0].roles[0]: there is no role "reader"; got "reader"; want one of admin, operator, readonly',
      ],
    },
    {
      name: "an API for everybody",
      spec: { api: { host: "10.0.1.10" } },
      lines: [
        'warning api.host: the API listens beyond this machine without any credential; its admin paths stay closed; got "10.0.1.10"; want 127.0.0.1, or security.admin_token, security.api_keys or security.auth.providers',
      ],
    },
    {
      name: "an API for everybody, with authentication",
      spec: { api: { host: "0.0.0.0" }, security: { admin_token: token, auth: { enabled: true } } },
      lines: [],
    },
    {
      name: "more copies of shards than members",
      spec: { system: "grape", members: 1, vectors: { replication_factor: 3 } },
      lines: [
        "error vectors.replication_factor: there are fewer members than copies of a shard; got 3; want at most 1, the number of members",
      ],
    },
    {
      name: "as many copies as members",
      spec: { system: "grape", members: 3, vectors: { replication_factor: 3 } },
      lines: [],
    },
    {
      name: "guide 004's high-performance caches in the cache of its first node",
      spec: { vectors: { cache: { size: "2048Mi", vectors: "2048Mi", metadata: "1024Mi", queries: "1024Mi" } } },
      lines: [
        "error vectors.cache.size: the caches for vectors, metadata and queries don't fit into the whole; got 2048Mi; want at least the sum of vectors, metadata and queries",
      ],
    },
    {
      name: "guide 004's high-performance caches",
      spec: { vectors: { cache: { size: "4096Mi", vectors: "2048Mi", metadata: "1024Mi", queries: "1024Mi" } } },
      lines: [],
    },
    {
      name: "gateways",
      spec: { autoscaling: { min_gateways: 20, max_gateways: 3 } },
      lines: [
        "error autoscaling.min_gateways: min_gateways must be at most max_gateways; got 20; want at most the 3 of autoscaling.max_gateways",
      ],
    },
    {
      name: "guide 002's scaling policies",
      spec: {
        autoscaling: {
          policies: [
            { name: "cpu_scaling", metric: "cpu_utilization", threshold: 80, action: "scale_up", adjustment: 2 },
            { name: "memory_scaling", metric: "memory_utilization", threshold: 85, action: "scale_up", adjustment: 1 },
            {
              name: "low_usage_scaling",
              metric: "cpu_utilization",
              threshold: 30,
              action: "scale_down",
              adjustment: 1,
              duration: "600s",
            },
          ],
        },
      },
      lines: [],
    },
    {
      name: "CPU bounds in thousandths of a core",
      spec: { autoscaling: { vertical: { cpu: { min: "2500m", max: "2" } } } },
      lines: [
        "error autoscaling.vertical.cpu.min: min must be at most max; got 2500m; want at most the 2 of autoscaling.vertical.cpu.max",
      ],
    },
    {
      name: "two primary regions, one of them without a location",
      spec: {
        load_balancer: { geographic: { enabled: true } },
        regions: {
          list: [
            { name: "us-east-1", role: "primary", location: { latitude: 39.0458, longitude: -76.6413 } },
            { name: "eu-west-1", role: "primary" },
          ],
        },
      },
      lines: [
        "error regions.list: exactly one region must be the primary, not 2; got a list of 2; want one region with role: primary",
        "error regions.list[1].location: geographic balancing needs to know where the region is; got nothing; want latitude and longitude",
      ],
    },
    {
      name: "a certificate without its key",
      spec: { load_balancer: { tls: { enabled: true, cert_file: "/etc/nginx/ssl/server.crt" } } },
      lines: [
        "error load_balancer.tls.key_file: TLS is on, but there is no certificate with its key; got nothing; want the path of a PEM file, or load_balancer.tls.enabled: false",
      ],
    },
    {
      name: "a health check that outlasts its interval",
      spec: { load_balancer: { health_check: { interval: "5s", timeout: "10s" } } },
      lines: [
        "error load_balancer.health_check.timeout: timeout must be at most interval; got 10s; want at most the 5s of load_balancer.health_check.interval",
      ],
    },
  ];
  for (const { name, spec, lines } of cases) {
    test(name, () => {
      assert.deepEqual(problems(spec).map(line), lines);
    });
  }
});
