/** Plans for tests: one with everything that a service can have, and random ones. */
import fc from "fast-check";
import type { PlannedService, ServicePlan } from "../../plan/service.ts";
import type { NodeRequests } from "../swarm-stack.ts";
import type { Materials } from "../written-files.ts";

/** Texts that must not stand in a file that anybody can read. */
export const secretTexts = ["the-join-token", "the-key", "the-pa$$word 'of' grafana", "the-routing-key"] as const;

/** What {@link fullPlan} refers to. */
export const materials: Materials = {
  texts: { "join-token": secretTexts[0], "certificate-key/orders-1": secretTexts[1] },
  nameKey: "a-key-for-names",
};

/** What a node of {@link fullPlan} is given in any case. */
export const requests: NodeRequests = { cpu: "250m", memory: "256Mi" };

/** A node, a service after it, and one after that; every field has a value somewhere. */
export const fullPlan: ServicePlan = {
  cluster: "orders",
  subnet: "172.20.0.0/16",
  services: [node(1), node(2, ["orders-1"]), balancer(), grafana()],
};

function node(number: number, after: string[] = []): PlannedService {
  const name = `orders-${number}`;
  const files =
    number > 1
      ? []
      : [
          { name: "node.yaml", content: { text: "system: coordinator\n" } },
          { name: "join-token", content: { from: "join-token" } },
          { name: "keys/node.key", content: { from: "certificate-key/orders-1" } },
        ];
  return {
    name,
    kind: "node",
    image: { name: "quorumkit/node:0.1.0", option: "target.compose.image" },
    command: ["start", "--config", "/etc/quorumkit/node.yaml"],
    environment: {},
    user: { uid: 10_001, gid: 10_001 },
    files: [{ directory: "/etc/quorumkit", files, reload: { kind: "signal", signal: "SIGHUP" } }],
    hostPaths: [],
    volumes: [{ name: `${name}-data`, path: "/var/lib/quorumkit", keep: true }],
    temporary: [{ path: "/tmp", size: "64m" }],
    ports: [
      {
        name: "api",
        port: 8080,
        publish: { address: "127.0.0.1", port: 8079 + number, option: "target.compose.node_port" },
      },
      { name: "metrics", port: 9090 },
    ],
    healthCheck: {
      command: ["node", "-e", "check(`$PORT`)"],
      interval: "10s",
      timeout: "5s",
      startPeriod: "30s",
      retries: 3,
    },
    limits: { cpu: "500m", memory: "1Gi" },
    openFiles: 65_536,
    stopTimeout: "1d",
    after,
    aliases: [],
    checksum: "0123",
    labels: { "quorumkit.node": name },
  };
}

function balancer(): PlannedService {
  return {
    name: "load-balancer",
    kind: "load-balancer",
    image: { name: "quorumkit/load-balancer:0.1.0", option: "load_balancer.image" },
    command: [],
    environment: { ZONE: { text: "eu" }, LEVEL: { text: "no" } },
    user: { uid: 10_001, gid: 10_001 },
    files: [{ directory: "/etc/nginx/quorumkit", files: [{ name: "nginx.conf", content: { text: "events {}\n" } }] }],
    hostPaths: [{ host: "/etc/ssl/orders.crt", path: "/etc/ssl/orders.crt" }],
    volumes: [],
    temporary: [],
    ports: [{ name: "http", port: 80, publish: { address: "0.0.0.0", port: 8000, option: "load_balancer.http_port" } }],
    healthCheck: { command: [], interval: "10s", timeout: "5s", startPeriod: "10s", retries: 3 },
    limits: { cpu: "1.5", memory: "300MB" },
    stopTimeout: "30s",
    after: ["orders-2", "orders-1"],
    aliases: ["api"],
    checksum: "4567",
    labels: {},
  };
}

function grafana(): PlannedService {
  return {
    ...balancer(),
    name: "grafana",
    kind: "grafana",
    image: { name: "grafana/grafana:12.0.2", option: "observability.grafana.image" },
    environment: {
      GF_SECURITY_ADMIN_PASSWORD: { text: secretTexts[2], secret: true },
      GF_ROUTING_KEY: { text: secretTexts[3], secret: true },
      GF_SECURITY_ADMIN_USER: { text: "admin" },
    },
    user: { uid: 472, gid: 0 },
    files: [],
    hostPaths: [],
    ports: [],
    after: ["load-balancer"],
    aliases: [],
  };
}

const label = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?$/);
/** What YAML or Docker could take for something else, and everything else. */
const text = fc.oneof(
  fc.constantFrom("no", "on", "~", "null", "0o17", "0x1f", "1_000", "1:30", "1e3", ".5", "", " ", "2001-01-01", "<<"),
  fc.constantFrom(
    "$HOME",
    "${HOME:?}",
    "$$",
    "{{ .Task }}",
    "a: b",
    "- a",
    "# a",
    "a # b",
    "&a",
    "*a",
    "!a",
    "\\",
    "'",
  ),
  // NUL can't stand in a command or a variable.
  fc.string({ unit: "binary", maxLength: 30 }).map((value) => value.replaceAll("\0", "")),
);
/** A secret that can't stand in a file by accident. */
const secretText = fc
  .tuple(fc.string({ unit: "grapheme", maxLength: 10 }), fc.uuid())
  .map(([start, unique]) => `${start.replaceAll(/[\0\r\n]/g, "")}${unique}`);
const variable = fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,15}$/);
const path = fc
  .array(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}$/), { minLength: 1, maxLength: 3 })
  .map((names) => `/${names.join("/")}`);
const seconds = fc.integer({ min: 1, max: 100_000 }).map((number) => `${number}s`);

const content = fc.oneof(
  fc.record({ text: fc.string({ unit: "binary" }) }),
  secretText.map((value) => ({ text: value, secret: true })),
  fc.constant({ from: "join-token" }),
);

const service = fc.record({
  name: label,
  kind: fc.constantFrom("node", "load-balancer", "prometheus", "grafana"),
  image: fc.record({ name: text, option: fc.constant("image") }),
  command: fc.array(text, { maxLength: 3 }),
  environment: fc.dictionary(
    variable,
    fc.oneof(
      text.map((value) => ({ text: value })),
      secretText.map((value) => ({ text: value, secret: true })),
    ),
    { maxKeys: 4 },
  ),
  user: fc.record({ uid: fc.integer({ min: 1, max: 65_534 }), gid: fc.integer({ min: 0, max: 65_534 }) }),
  files: fc.uniqueArray(
    fc.record({
      directory: path,
      files: fc.uniqueArray(fc.record({ name: path.map((value) => value.slice(1)), content }), {
        maxLength: 3,
        // A name can't be a file and a folder.
        selector: (file) => file.name.split("/")[0],
      }),
    }),
    { maxLength: 2, selector: ({ directory }) => directory.split("/")[1] },
  ),
  hostPaths: fc.array(fc.record({ host: path, path }), { maxLength: 2 }),
  volumes: fc.uniqueArray(fc.record({ name: label, path, keep: fc.boolean() }), {
    maxLength: 2,
    selector: ({ name }) => name,
  }),
  temporary: fc.array(
    fc.record({
      path,
      size: fc
        .tuple(fc.integer({ min: 1, max: 999 }), fc.constantFrom("", "b", "k", "m", "g"))
        .map((parts) => parts.join("")),
    }),
    { maxLength: 2 },
  ),
  ports: fc.uniqueArray(
    fc.record(
      {
        name: label,
        port: fc.integer({ min: 1, max: 65_535 }),
        publish: fc.record({
          address: fc.constantFrom("127.0.0.1", "0.0.0.0", "10.1.2.3", "::1"),
          port: fc.integer({ min: 1, max: 65_535 }),
          option: fc.constant("port"),
        }),
      },
      { requiredKeys: ["name", "port"] },
    ),
    { maxLength: 3, selector: ({ port }) => port },
  ),
  healthCheck: fc.record({
    command: fc.array(text, { maxLength: 3 }),
    interval: seconds,
    timeout: seconds,
    startPeriod: seconds,
    retries: fc.integer({ min: 1, max: 10 }),
  }),
  limits: fc.record({
    cpu: fc.integer({ min: 1, max: 64_000 }).map((number) => `${number}m`),
    memory: fc.integer({ min: 1, max: 4096 }).map((number) => `${number}Mi`),
  }),
  stopTimeout: seconds,
  after: fc.constant([]),
  aliases: fc.uniqueArray(label, { maxLength: 2 }),
  checksum: fc.stringMatching(/^[0-9a-f]{8}$/),
  labels: fc.dictionary(fc.stringMatching(/^[a-z][a-z.]{0,10}$/), text, { maxKeys: 3 }),
}) satisfies fc.Arbitrary<PlannedService>;

/** Plans of services whose names differ; each is after the one before it. */
export const arbitraryPlan: fc.Arbitrary<ServicePlan> = fc.record({
  cluster: label,
  services: fc.uniqueArray(service, { minLength: 1, maxLength: 3, selector: ({ name }) => name }).map((services) =>
    services.map((each, index): PlannedService => ({
      ...each,
      after: services.slice(0, index).map(({ name }) => name),
    })),
  ),
});
