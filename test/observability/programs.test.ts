/** The programs themselves take the configs and the commands that the kit plans for them. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { before, describe, test, type TestContext } from "node:test";
import { readClusterSpec, systemNames, type ClusterSpec } from "@quorumkit/schema";
import fc from "fast-check";
import { planAlertmanager } from "../../components/alertmanager/service.ts";
import { planNginxExporter, planNodeExporter, stubStatusUrl } from "../../components/exporters/services.ts";
import { planCluster } from "../../components/plan/plan.ts";
import type { PlannedService } from "../../components/plan/service.ts";
import { targetsByName } from "../../components/prometheus/cluster-jobs.ts";
import { prometheusConfig } from "../../components/prometheus/config.ts";
import { planPrometheus } from "../../components/prometheus/service.ts";
import { attempt, run } from "../support/command.ts";
import { startProgram, startPrometheus } from "../support/prometheus.ts";
import { freePorts } from "../support/ports.ts";
import { ensureDebianPackages } from "../support/toolchain.ts";
import { until } from "../support/until.ts";

const place = { publishAddress: "127.0.0.1", keepData: true };

/** A rule that may stand in any Prometheus. */
const rules = [
  {
    name: "rules/test.yaml",
    content: { text: "groups: [{name: test, rules: [{record: 'test:up', expr: up}]}]\n" },
  },
];
const silent = { text: "route: {receiver: none}\nreceivers: [{name: none}]\n", secret: false };

function specOf(wire: Record<string, unknown>): ClusterSpec {
  const { value, errors } = readClusterSpec(wire);
  assert.deepEqual(errors, []);
  assert.ok(value);
  return value;
}

/** Specs that differ in whatever the config of Prometheus shows. Some names are no texts in YAML unless quoted. */
const specs = fc
  .record({
    name: fc.oneof(
      fc.constantFrom("on", "no", "null", "true", "1e3", "0x1f", "0o17", "12345", "1-2-3", "y"),
      fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/),
    ),
    system: fc.constantFrom(...systemNames),
    members: fc.constantFrom(1, 3, 5, 7),
    monitoring: fc.record({
      metrics_port: fc.integer({ min: 20_000, max: 29_999 }),
      scrape_interval: fc.oneof(
        fc.integer({ min: 1_000, max: 600_000 }).map((milliseconds) => `${milliseconds}ms`),
        fc.constantFrom("1s", "1.5s", "0.5m", "2m30s", "10m0s"),
      ),
      tls: fc.boolean(),
      alerting_enabled: fc.boolean(),
    }),
    load_balancer: fc.record({ enabled: fc.boolean() }),
    observability: fc.record({
      node_exporter: fc.record({ enabled: fc.boolean() }),
      nginx_exporter: fc.record({ enabled: fc.boolean() }),
    }),
    api: fc.constantFrom({}, { tls: { enabled: true, cert_file: "/srv/a.crt", key_file: "/srv/a.key" } }),
  })
  .map((wire) => readClusterSpec(wire).value)
  .filter((spec) => spec !== undefined);

/** Writes the files of a service below a folder, and gives its flags with the folder in place of its own. */
async function install(
  t: TestContext,
  service: PlannedService,
  placed: (flag: string, directory: string) => string,
): Promise<{ directory: string; flags: string[] }> {
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-program-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  for (const { files } of service.files) {
    for (const { name, content } of files) {
      assert.ok("text" in content);
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), content.text);
    }
  }
  return { directory, flags: service.command.map((flag) => placed(flag, directory)) };
}

/** Starts a program as planned, but for where it listens and keeps its files, and asks for its health as planned. */
async function startPlanned(
  t: TestContext,
  command: string,
  service: PlannedService,
  placed: (flag: string, directory: string) => string = (flag) => flag,
): Promise<string> {
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const { flags } = await install(t, service, (flag, directory) =>
    placed(flag, directory).replace(/(listen-address=)0\.0\.0\.0:\d+$/, `$1${address}`),
  );
  await startProgram(t, { command, args: flags, address, ready: "/metrics" });
  const own = service.ports[0]?.port ?? 0;
  const [program = "", ...args] = service.healthCheck.command.map((part) => part.replace(`:${own}/`, `:${port}/`));
  if (program !== "") {
    await until(`${service.name} is well`, 30_000, async () => (await attempt(program, args)).code === 0 || undefined);
  }
  return address;
}

before(() =>
  ensureDebianPackages([
    "prometheus",
    "prometheus-alertmanager",
    "prometheus-node-exporter",
    "prometheus-nginx-exporter",
    "nginx",
    "wget",
  ]),
);

describe("promtool", () => {
  test("finds nothing wrong with the config of any spec", async (t) => {
    const directory = await mkdtemp(join(tmpdir(), "quorumkit-promtool-"));
    t.after(() => rm(directory, { recursive: true, force: true }));
    const file = join(directory, "prometheus.yml");
    await fc.assert(
      fc.asyncProperty(specs, async (spec) => {
        const service = planPrometheus(spec, targetsByName(spec, planCluster(spec).nodes), [], place);
        const content = service.files[0]?.files[0]?.content;
        assert.ok(content !== undefined && "text" in content);
        await writeFile(file, content.text);
        const { code, stdout, stderr } = await attempt("promtool", ["check", "config", file]);
        assert.equal(code, 0, `${stdout}${stderr}\n${content.text}`);
      }),
      { numRuns: 50 },
    );
  });

  test("finds a rule file where Prometheus is told to look", async (t) => {
    const spec = specOf({ name: "orders", system: "coordinator", members: 3 });
    const service = planPrometheus(spec, targetsByName(spec, planCluster(spec).nodes), rules, place);
    const { directory } = await install(t, service, (flag) => flag);
    const file = join(directory, "prometheus.yml");
    const content = service.files[0]?.files[0]?.content;
    assert.ok(content !== undefined && "text" in content);
    await writeFile(file, content.text.replaceAll("/etc/prometheus", directory));
    assert.match(await run("promtool", ["check", "config", file]), /SUCCESS: 1 rules found/);
  });
});

describe("as planned, the program starts and is well:", () => {
  const spec = specOf({ name: "orders", system: "coordinator", members: 3, monitoring: { scrape_interval: "10m" } });

  test("Prometheus", async (t) => {
    const service = planPrometheus(spec, targetsByName(spec, planCluster(spec).nodes), rules, place);
    await startPlanned(t, "prometheus", service, (flag, directory) =>
      flag.replace("=/etc/prometheus", `=${directory}`).replace("path=/prometheus", `path=${directory}/data`),
    );
  });

  test("Alertmanager", async (t) => {
    await startPlanned(t, "prometheus-alertmanager", planAlertmanager(spec, silent, place), (flag, directory) =>
      flag.replace("=/etc/alertmanager", `=${directory}`).replace("path=/alertmanager", `path=${directory}/data`),
    );
  });

  test("the node exporter, and every collector works", async (t) => {
    const address = await startPlanned(t, "prometheus-node-exporter", planNodeExporter(spec), (flag) =>
      flag.replace(/(path\.\w+=)\/host\/(proc|sys)$/, "$1/$2").replace("/host/root", ""),
    );
    const text = await (await fetch(`http://${address}/metrics`)).text();
    const failed = [...text.matchAll(/^node_scrape_collector_success\{collector="(\w+)"\} 0$/gm)].map(
      ([, name]) => name,
    );
    assert.deepEqual(failed, []);
  });

  test("the nginx exporter", async (t) => {
    const stub = await startStub(t);
    await startPlanned(t, "prometheus-nginx-exporter", planNginxExporter(spec), (flag) =>
      flag.replace(stubStatusUrl, `http://${stub}/stub_status`),
    );
  });
});

test("a running Prometheus takes over new rules by a signal, and keeps the old ones where the new are wrong", async (t) => {
  const file = "rules/test.yaml";
  const ruleOf = (name: string) => `groups: [{name: test, rules: [{record: '${name}', expr: up}]}]\n`;
  const prometheus = await startPrometheus(
    t,
    ({ address, directory }) =>
      prometheusConfig({
        scrapeInterval: "1s",
        jobs: [{ name: "prometheus", targets: [{ address }] }],
        ruleFiles: [`${directory}/rules/*.yaml`],
      }),
    { [file]: ruleOf("test:before") },
  );
  const names = async () => (await prometheus.rules()).map(({ name }) => name);
  assert.deepEqual(await names(), ["test:before"]);
  await writeFile(join(prometheus.directory, file), ruleOf("test:after"));
  await prometheus.reload();
  assert.deepEqual(await names(), ["test:after"]);
  await writeFile(join(prometheus.directory, file), ruleOf("not a name"));
  await assert.rejects(prometheus.reload(), /keeps its old config/);
  assert.deepEqual(await names(), ["test:after"]);
});

/** An nginx that does nothing but say how it is. */
async function startStub(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-nginx-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const [port = 0] = await freePorts(1);
  const file = join(directory, "nginx.conf");
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  );
  await writeFile(
    file,
    `daemon off; pid ${directory}/pid; error_log stderr; events {}
http { access_log off; ${paths.join(" ")} server { listen 127.0.0.1:${port}; location /stub_status { stub_status; } } }
`,
  );
  const address = `127.0.0.1:${port}`;
  await startProgram(t, { command: "nginx", args: ["-e", "stderr", "-c", file], address, ready: "/stub_status" });
  return address;
}
