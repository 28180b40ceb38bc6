/** The images that node-runtime/Dockerfile makes, and those that stand in for others, in a real Docker daemon. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { buildImage, copyFromImage, type BuiltImage } from "../../toolchain/image/build.ts";
import { makeContext } from "../../toolchain/image/context.ts";
import type { Bom } from "../../toolchain/image/sbom/cyclonedx.ts";
import { listSchemaProblems } from "../../toolchain/testing/cyclonedx-schema.ts";
import { attempt } from "../support/command.ts";
import { loadBalancerImage, nodeImage, provideBaseImage, provideDocker, type Docker } from "../support/docker.ts";
import { observabilityImages, provideImages, type ImageKind } from "../support/images.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { until } from "../support/until.ts";

/** As targets run containers: nobody's root, nothing to write, no right of the kernel, none to be had. */
const confined = [
  ...["--network", "none", "--read-only", "--cap-drop", "ALL"],
  ...["--security-opt", "no-new-privileges"],
];
const resources = new AsyncDisposableStack();
const folder = temporaryFolder();
let docker: Docker;
let node: BuiltImage;
let loadBalancer: BuiltImage;

before(async () => {
  resources.defer(() => {
    folder[Symbol.dispose]();
  });
  docker = await provideDocker();
  resources.defer(() => docker.stop());
  const context = join(folder.path, "first");
  await Promise.all([makeContext(context), provideBaseImage(docker)]);
  const request = { context, host: docker.host, fresh: true };
  node = await buildImage({ ...request, target: "node" });
  loadBalancer = await buildImage({ ...request, target: "load-balancer" });
});

after(() => resources.disposeAsync());

/** Runs a command in an image, and gives what it printed. */
async function runIn(
  image: string,
  command: readonly string[],
  options: readonly string[] = confined,
): Promise<string> {
  const [program = "", ...args] = command;
  const { code, stdout, stderr } = await attempt("docker", [
    ...["--host", docker.host, "run", "--rm", ...options, "--entrypoint", program],
    ...[image, ...args],
  ]);
  assert.equal(code, 0, `${command.join(" ")}: ${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}

/** What an image says of itself. */
interface ImageConfig {
  User: string;
  Entrypoint: string[];
  Cmd: string[];
  ExposedPorts: Record<string, unknown>;
  Healthcheck?: { Test: string[] };
  WorkingDir: string;
}

async function configOf(image: string): Promise<ImageConfig> {
  return JSON.parse(await docker.docker("image", "inspect", "--format", "{{json .Config}}", image)) as ImageConfig;
}

test("the image of the node has less than 250 MB, that of the load balancer too", (t) => {
  for (const { name, size, layers } of [node, loadBalancer]) {
    t.diagnostic(`${name}: ${(size / 1e6).toFixed(0)} MB in ${layers.length} layers`);
    assert.ok(size < 250e6, `${name}: ${size} bytes`);
  }
});

test("both images run as nobody in particular, and say what they start, where they listen and how they are", async () => {
  const expected = {
    [nodeImage]: { command: ["start", "--config", "/etc/quorumkit/node.yaml"], ports: ["8080/tcp", "9090/tcp"] },
    [loadBalancerImage]: {
      command: ["balance", "--config", "/etc/quorumkit/balancer.yaml"],
      ports: ["443/tcp", "80/tcp", "9101/tcp"],
    },
  };
  for (const [image, { command, ports }] of Object.entries(expected)) {
    const config = await configOf(image);
    assert.equal(config.User, "10001:10001");
    assert.deepEqual(config.Entrypoint, ["quorumkit-node"]);
    assert.deepEqual(config.Cmd, command);
    assert.deepEqual(Object.keys(config.ExposedPorts).sort(), ports);
    assert.equal(config.Healthcheck?.Test[0], "CMD");
  }
});

test("the programs of the node run confined, by that account", async () => {
  assert.match(await runIn(nodeImage, ["id"]), /^uid=10001\(quorumkit\) gid=10001\(quorumkit\)/);
  assert.match(await runIn(nodeImage, ["node", "--version"]), /^v24\./);
  assert.match(await runIn(nodeImage, ["etcd", "--version"]), /^etcd Version: 3\.6\./);
  assert.match(await runIn(nodeImage, ["etcdctl", "version"]), /^etcdctl version: 3\.6\./);
  assert.match(await runIn(nodeImage, ["etcdutl", "version"]), /^etcdutl version: 3\.6\./);
  assert.match(await runIn(nodeImage, ["quorumkit-node", "--version"]), /^\d+\.\d+\.\d+\n$/);
  // Without it an etcd would outlive a node that was killed.
  assert.match(await runIn(nodeImage, ["setpriv", "--pdeathsig", "TERM", "etcd", "--version"]), /^etcd Version/);
});

test("the load balancer has nginx with HTTP/2, TLS and stub_status, and the command that runs it", async () => {
  const nginx = await runIn(loadBalancerImage, ["nginx", "-V"]);
  assert.match(nginx, /^nginx version: nginx\/1\./);
  for (const module of ["http_v2", "http_ssl", "http_stub_status"])
    assert.ok(nginx.includes(`--with-${module}_module`));
  assert.match(await runIn(loadBalancerImage, ["quorumkit-node", "balance", "--help"]), /--config/);
  assert.match(await runIn(loadBalancerImage, ["id"]), /^uid=10001/);
});

test("nothing in an image lets its user become another, and nothing of a package manager is left", async () => {
  const search = `
    const { readdirSync, lstatSync, existsSync } = require("node:fs");
    const walk = (folder) => readdirSync(folder + "/", { withFileTypes: true }).flatMap((entry) => {
      const path = folder + "/" + entry.name;
      if (entry.isDirectory()) return ["/proc", "/sys", "/dev"].includes(path) ? [] : walk(path);
      return entry.isFile() && (lstatSync(path).mode & 0o6000) !== 0 ? [path] : [];
    });
    const tools = ["apt", "apt-get", "dpkg", "perl", "su", "mount", "passwd"];
    const found = tools.filter((name) => ["/usr/bin/", "/usr/sbin/"].some((place) => existsSync(place + name)));
    console.log(JSON.stringify([...walk(""), ...found]));`;
  const asRoot = ["--network", "none", "--read-only", "--user", "0"];
  for (const image of [nodeImage, loadBalancerImage]) {
    assert.deepEqual(JSON.parse(await runIn(image, ["node", "-e", search], asRoot)), []);
  }
});

test("the bill of materials names the packages, programs and modules that are inside, and is valid CycloneDX", async () => {
  const file = join(folder.path, "node.cdx.json");
  await copyFromImage(nodeImage, "/usr/share/sbom/quorumkit-node.cdx.json", file, docker.host);
  const bom = JSON.parse(readFileSync(file, "utf8")) as Bom;
  assert.deepEqual(listSchemaProblems(bom), []);
  const purls = bom.components.map(({ purl = "" }) => purl);
  for (const expected of [
    /^pkg:npm\/%40quorumkit\/node-runtime@/,
    /^pkg:npm\/%40quorumkit\/schema@/,
    /^pkg:npm\/fastify@5/,
    /^pkg:npm\/zod@/,
    /^pkg:generic\/node@24\./,
    /^pkg:generic\/etcd@3\.6\./,
    /^pkg:generic\/etcdctl@3\.6\./,
    /^pkg:golang\/go\.etcd\.io\/bbolt@v1/,
    /^pkg:golang\/std@1\./,
    /^pkg:deb\/debian\/libc6@2\.36/,
    /^pkg:deb\/debian\/libstdc%2B%2B6@/,
  ]) {
    assert.ok(
      purls.some((purl) => expected.test(purl)),
      `${expected.source} is missing`,
    );
  }
  assert.ok(!purls.some((purl) => /\/(typescript|eslint|esbuild|apt|dpkg)@/.test(purl)), "nothing that only builds it");
  const packages = bom.components.filter(({ purl }) => purl?.startsWith("pkg:npm/") === true);
  const unlicensed = packages.filter(({ licenses }) => licenses === undefined).map(({ name }) => name);
  assert.deepEqual(unlicensed, []);
  const status = await runIn(nodeImage, ["ls", "/var/lib/dpkg/status.d"]);
  const debian = bom.components.filter(({ purl }) => purl?.startsWith("pkg:deb/") === true).map(({ name }) => name);
  assert.deepEqual(debian.sort(), status.trim().split("\n").sort());
});

test("the bill of materials of the load balancer has nginx, and no etcd", async () => {
  const file = join(folder.path, "load-balancer.cdx.json");
  await copyFromImage(loadBalancerImage, "/usr/share/sbom/quorumkit-load-balancer.cdx.json", file, docker.host);
  const bom = JSON.parse(readFileSync(file, "utf8")) as Bom;
  assert.deepEqual(listSchemaProblems(bom), []);
  const names = new Set(bom.components.map(({ name }) => name));
  assert.deepEqual(
    ["nginx", "libssl3", "node", "etcd"].map((name) => names.has(name)),
    [true, true, true, false],
  );
});

test("building again from the same checkout, without any cache, gives the same layers", async () => {
  const context = join(folder.path, "second");
  await makeContext(context);
  const again = await buildImage({ target: "node", context, host: docker.host, fresh: true });
  assert.deepEqual(again.layers, node.layers);
});

test("the images of others are there under the names of the schema, with the official layout", async () => {
  const images = await provideImages(docker);
  const names = observabilityImages();
  const accounts: Partial<Record<ImageKind, { data: string; uid: string }>> = {
    prometheus: { data: "/prometheus", uid: "65534" },
    alertmanager: { data: "/alertmanager", uid: "65534" },
  };
  const programs: Partial<Record<ImageKind, string>> = {
    prometheus: "/bin/prometheus",
    alertmanager: "/bin/alertmanager",
    nodeExporter: "/bin/node_exporter",
    nginxExporter: "/usr/bin/nginx-prometheus-exporter",
  };
  for (const [kind, program] of Object.entries(programs) as [ImageKind, string][]) {
    assert.equal(images[kind]?.name, names[kind]);
    assert.deepEqual((await configOf(names[kind])).Entrypoint, [program]);
    const { stdout, stderr } = await attempt("docker", [
      ...["--host", docker.host, "run", "--rm", ...confined, "--user", "65534:65534"],
      ...[names[kind], "--version"],
    ]);
    assert.match(`${stdout}${stderr}`, /version/, names[kind]);
  }
  for (const [kind, account] of Object.entries(accounts) as [ImageKind, { data: string; uid: string }][]) {
    assert.equal((await runIn(names[kind], ["stat", "-c", "%u", account.data])).trim(), account.uid);
    assert.match(await runIn(names[kind], ["ls", "/bin/wget"]), /wget/);
  }
});

test("what stands in for Grafana is healthy with data sources and dashboards only, and says what is wrong", async (t) => {
  const { grafana } = await provideImages(docker, ["grafana"]);
  assert.ok(grafana);
  if (!grafana.standIn) {
    t.diagnostic("this is Grafana itself");
    return;
  }
  const provisioned = join(folder.path, "grafana");
  const files = {
    "provisioning/datasources/sources.yaml":
      "apiVersion: 1\ndatasources: [{ name: Prometheus, uid: metrics, type: prometheus, url: $SOURCE }]\n",
    "provisioning/dashboards/providers.yaml":
      "apiVersion: 1\nproviders: [{ name: files, type: file, options: { path: /dashboards } }]\n",
    "dashboards/sound.json": JSON.stringify({
      uid: "sound",
      title: "Sound",
      panels: [{ datasource: { uid: "metrics" } }, { datasource: { uid: "${source}" } }],
    }),
  };
  for (const [name, content] of Object.entries(files)) write(join(provisioned, name), content);
  const container = `grafana-${process.pid}`;
  await docker.docker(
    ...["run", "--detach", "--name", container, ...confined, "--tmpfs", "/var/lib/grafana:mode=1777"],
    ...["--env", "SOURCE=http://prometheus:9090"],
    ...["--volume", `${provisioned}/provisioning:/etc/grafana/provisioning:ro`],
    ...["--volume", `${provisioned}/dashboards:/dashboards:ro`],
    grafana.name,
  );
  try {
    const ask = (path: string) =>
      attempt("docker", [
        ...["--host", docker.host, "exec", container],
        ...["wget", "-q", "-O", "-", `http://127.0.0.1:3000${path}`],
      ]);
    await until("it answers", 20_000, async () => ((await ask("/api/health")).code === 0 ? true : undefined));
    assert.deepEqual(JSON.parse((await ask("/api/provisioned")).stdout), {
      datasources: [{ name: "Prometheus", uid: "metrics", type: "prometheus", url: "http://prometheus:9090" }],
      dashboards: [{ uid: "sound", title: "Sound", file: "/dashboards/sound.json" }],
      problems: [],
    });
    write(join(provisioned, "dashboards/broken.json"), '{ "uid": ');
    cpSync(join(provisioned, "dashboards/sound.json"), join(provisioned, "dashboards/twin.json"));
    write(
      join(provisioned, "dashboards/lost.json"),
      JSON.stringify({ uid: "lost", title: "Lost", panels: [{ datasource: { uid: "nowhere" } }] }),
    );
    assert.notEqual((await ask("/api/health")).code, 0);
    const { problems } = JSON.parse((await ask("/api/provisioned")).stdout) as { problems: string[] };
    assert.match(problems.join("\n"), /broken\.json: .*JSON/);
    assert.match(problems.join("\n"), /there are two dashboards sound/);
    assert.match(problems.join("\n"), /lost\.json: there is no data source nowhere/);
  } finally {
    await docker.docker("rm", "--force", container);
  }
});

function write(file: string, content: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
