/** Services as containers, through the real engine and a real Docker daemon. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { createHost, createNetwork, createService, shapeOf } from "../../components/docker/index.ts";
import type { PlannedService } from "../../components/plan/service.ts";
import { attempt, run } from "../support/command.ts";
import { baseImage, provideBaseImage, provideDocker, type Docker } from "../support/docker.ts";
import { freePorts } from "../support/ports.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { root } from "../support/toolchain.ts";
import { until } from "../support/until.ts";

const name = `boxes-${process.pid}`;
const image = `quorumkit-test/teller:${process.pid}`;
const container = `${name}-teller`;

/** What is started here, and stopped in the other order. */
const resources = new AsyncDisposableStack();
let docker: Docker;
let stack: Stack;
let home: string;
let port: number;

/** What a case changes of the stack, beside the service. */
let dockerHost: string;
let planned: PlannedService;
let startTimeout = "60s";

/** Writes down each time when it starts and when it is told to look again, and what its file says then. */
const teller = `say() { echo "$1 $(cat /etc/teller/text) $(cat /etc/teller/hidden) $(cat /etc/cold/text)" >> /data/said; }
trap "say reload" HUP
trap "exit 0" TERM
say start
while true; do sleep 60 & wait $!; done`;

function service(changes: Partial<PlannedService> = {}): PlannedService {
  return {
    name: "teller",
    kind: "prometheus",
    image: { name: image, option: "observability.prometheus.image" },
    command: ["-c", teller],
    environment: { COLOUR: { text: "red" } },
    user: { uid: 65534, gid: 65534 },
    files: [
      {
        directory: "/etc/teller",
        files: [
          { name: "text", content: { text: "one" } },
          { name: "hidden", content: { from: "password" } },
        ],
        reload: { kind: "signal", signal: "SIGHUP" },
      },
      { directory: "/etc/cold", files: [{ name: "text", content: { text: "cold" } }] },
    ],
    hostPaths: [],
    volumes: [{ name: "teller-data", path: "/data", keep: true }],
    temporary: [{ path: "/tmp", size: "8m" }],
    ports: [
      {
        name: "ui",
        port: 8080,
        publish: { address: "127.0.0.1", port, option: "observability.prometheus.port" },
      },
    ],
    healthCheck: {
      command: ["test", "-e", "/data/said"],
      interval: "1s",
      timeout: "5s",
      startPeriod: "90s",
      retries: 3,
    },
    limits: { cpu: "500m", memory: "64Mi" },
    openFiles: 4_096,
    stopTimeout: "5s",
    after: [],
    aliases: [],
    checksum: "first",
    labels: {},
    ...changes,
  };
}

/** The service with other texts in its files. */
function saying(text: string, cold = "cold"): PlannedService {
  const [hot, other] = service().files;
  assert.ok(hot && other);
  const [, hidden] = hot.files;
  assert.ok(hidden);
  const files = [
    { ...hot, files: [{ name: "text", content: { text } }, hidden] },
    { ...other, files: [{ name: "text", content: { text: cold } }] },
  ];
  return service({ files });
}

class Boxes extends pulumi.ComponentResource {
  constructor() {
    super("test:docker:Boxes", "boxes");
    const parent = { component: this, name: "boxes", overrides: {} };
    const plan = pulumi.output({ cluster: "boxes", services: [planned] });
    const host = createHost({ ...parent, plan, dockerHost, option: "target.compose.docker_host" });
    const network = createNetwork({ ...parent, host, plan });
    createService({
      ...{ ...parent, host, network, cluster: "boxes", directory: join(home, "files"), startTimeout },
      shape: shapeOf(planned),
      service: pulumi.output(planned),
      provided: { password: pulumi.secret("swordfish") },
    });
    this.registerOutputs({});
  }
}

function makeBoxes(): Promise<void> {
  new Boxes();
  return Promise.resolve();
}

before(async () => {
  docker = await provideDocker();
  resources.defer(() => docker.stop());
  resources.defer(removeLeftovers);
  const folder = temporaryFolder();
  resources.defer(() => {
    folder[Symbol.dispose]();
  });
  home = folder.path;
  await provideBaseImage(docker);
  const recipe = `FROM ${baseImage}\nRUN mkdir --mode=1777 /data\nENTRYPOINT ["bash"]\n`;
  await run("docker", ["--host", docker.host, "build", "--quiet", "--tag", image, "-"], { input: recipe });
  [port = 0] = await freePorts(1);
  dockerHost = docker.host;
  planned = service();
  const workDir = join(home, "project");
  mkdirSync(workDir);
  mkdirSync(join(home, "backend"));
  writeFileSync(join(workDir, "Pulumi.yaml"), "name: boxes\nruntime: nodejs\n");
  stack = await LocalWorkspace.createOrSelectStack(
    { stackName: name, projectName: "boxes", program: makeBoxes },
    {
      workDir,
      envVars: {
        PATH: [join(root, "node_modules", ".bin"), process.env["PATH"] ?? ""].join(delimiter),
        PULUMI_BACKEND_URL: `file://${home}/backend`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_HOME: join(home, "pulumi"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    },
  );
});

after(() => resources.disposeAsync());

/** A daemon that was there before keeps what isn't taken from it. */
async function removeLeftovers(): Promise<void> {
  await attempt("docker", ["--host", docker.host, "rm", "--force", container]);
  await attempt("docker", ["--host", docker.host, "volume", "rm", "--force", `${name}-teller-data`]);
  await attempt("docker", ["--host", docker.host, "network", "rm", `${name}-boxes`]);
  await attempt("docker", ["--host", docker.host, "image", "rm", "--force", image]);
}

async function up(next: PlannedService, options: { refresh?: boolean } = {}): Promise<string> {
  planned = next;
  const { stdout, stderr } = await stack.up({ color: "never", ...options });
  return stdout + stderr;
}

async function preview(next: PlannedService): Promise<string> {
  planned = next;
  const { stdout, stderr } = await stack.preview({ color: "never", diff: true });
  return stdout + stderr;
}

/** What an operation that has to fail printed. */
async function failing(operation: () => Promise<unknown>): Promise<string> {
  try {
    await operation();
  } catch (error) {
    return (error as Error).message;
  }
  return assert.fail("it did not fail");
}

/** What the daemon says of the container. */
interface Inspected {
  Id: string;
  State: { Pid: number; Health: { Status: string } };
  Config: { User: string; Labels: Record<string, string> };
  HostConfig: { ReadonlyRootfs: boolean; CapDrop: string[]; Memory: number; Ulimits: { Name: string; Soft: number }[] };
  Mounts: { Destination: string; RW: boolean }[];
}

async function inspect(): Promise<Inspected> {
  const [found] = JSON.parse(await docker.docker("inspect", container)) as Inspected[];
  assert.ok(found);
  return found;
}

/** What the service wrote, once it has so many lines. */
function said(lines: number): Promise<string[]> {
  return until(`${lines} lines are said`, 20_000, async () => {
    const text = (await docker.docker("exec", container, "cat", "/data/said")).trim().split("\n");
    return text.length >= lines ? text : undefined;
  });
}

async function namesOf(kind: "ps" | "network" | "volume"): Promise<string[]> {
  const args = kind === "ps" ? ["ps", "--all", "--format", "{{.Names}}"] : [kind, "ls", "--format", "{{.Name}}"];
  const all = (await docker.docker(...args)).split("\n");
  return all.filter((each) => each.startsWith(name)).sort();
}

async function nothingExists(): Promise<void> {
  for (const kind of ["ps", "network", "volume"] as const) assert.deepEqual(await namesOf(kind), [], kind);
}

test("an engine that doesn't answer is named with its option, in a preview and in an update", async () => {
  dockerHost = `unix://${home}/nowhere.sock`;
  for (const operation of [() => preview(service()), () => up(service())]) {
    const text = await failing(operation);
    assert.match(text, /target\.compose\.docker_host: no Docker engine answers at unix:.*nowhere\.sock/);
    assert.match(text, /systemctl start docker/);
    assert.doesNotMatch(text, /Error pinging/);
  }
  dockerHost = docker.host;
});

test("a taken port, a taken name and a missing file of the host are all named before anything is made", async () => {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  await docker.docker("create", "--name", container, "--network", "none", image);
  const hostPaths = [{ host: `${home}/none.crt`, path: "/etc/none.crt" }];
  try {
    for (const operation of [() => preview(service({ hostPaths })), () => up(service({ hostPaths }))]) {
      const text = await failing(operation);
      assert.match(
        text,
        new RegExp(`observability\\.prometheus\\.port: port ${port} of 127\\.0\\.0\\.1 is already in use`),
      );
      assert.match(text, new RegExp(`\\(process ${process.pid}\\)`));
      assert.match(text, new RegExp(`a container ${container} exists already .*not made by quorumkit`));
      assert.match(text, /none\.crt does not exist on this machine/);
    }
  } finally {
    server.close();
    await docker.docker("rm", container);
  }
  await nothingExists();
});

test("an image that is nowhere is named before anything is made", async () => {
  const missing = service({ image: { name: "127.0.0.1:1/none:1", option: "observability.prometheus.image" } });
  assert.match(await preview(missing), /127\.0\.0\.1:1\/none:1 is not on the Docker host, it will be pulled/);
  const text = await failing(() => up(missing));
  assert.match(
    text,
    /observability\.prometheus\.image: the image 127\.0\.0\.1:1\/none:1 is not on .* and can't be pulled/,
  );
  await nothingExists();
});

test("up makes a container that is healthy, hardened, and reads its files", async () => {
  await up(service());
  const { State: state, Config: config, HostConfig: host, Mounts: mounts } = await inspect();
  assert.equal(state.Health.Status, "healthy");
  assert.deepEqual(await said(1), ["start one swordfish cold"]);
  assert.equal(config.User, "65534:65534");
  assert.deepEqual([host.ReadonlyRootfs, host.CapDrop, host.Memory], [true, ["ALL"], 64 * 1024 * 1024]);
  assert.ok(host.Ulimits.some(({ Name: limit, Soft: soft }) => limit === "nofile" && soft === 4_096));
  assert.deepEqual(
    mounts.filter(({ RW: rw }) => rw).map(({ Destination: place }) => place),
    ["/data"],
  );
  assert.equal(config.Labels["quorumkit.stack"], `boxes/${name}`);
  assert.deepEqual(await namesOf("network"), [`${name}-boxes`]);
});

test("a second up, and one that refreshes, change nothing", async () => {
  for (const refresh of [false, true]) {
    planned = service();
    const { summary } = await stack.up({ color: "never", refresh });
    assert.deepEqual(Object.keys(summary.resourceChanges ?? {}), ["same"], `refresh ${refresh}`);
  }
});

test("a file that can be reloaded is, by a signal to the same container", async () => {
  const { Id: id, State: state } = await inspect();
  const text = await preview(saying("two"));
  assert.match(text, /text: changed, reloaded without a restart \(SIGHUP\)/);
  assert.doesNotMatch(text, /replace/);
  await up(saying("two"));
  assert.deepEqual(await said(2), ["start one swordfish cold", "reload two swordfish cold"]);
  const now = await inspect();
  assert.deepEqual([now.Id, now.State.Pid], [id, state.Pid]);
});

test("a file that can't makes another container on the same data", async () => {
  const { Id: id } = await inspect();
  const text = await preview(saying("two", "colder"));
  assert.match(text, /text: changed, replaces the container/);
  assert.match(text, /docker:index\/container:Container/);
  await up(saying("two", "colder"));
  assert.notEqual((await inspect()).Id, id);
  assert.equal((await said(3)).at(-1), "start two swordfish colder");
});

test("another checksum makes another container", async () => {
  const { Id: id } = await inspect();
  await up({ ...saying("two", "colder"), checksum: "second" });
  assert.notEqual((await inspect()).Id, id);
  assert.equal((await said(4)).length, 4);
  planned = { ...saying("two", "colder"), checksum: "second" };
});

test("files that somebody changed or removed are seen, and written again", async () => {
  const file = join(home, "files", "teller", "etc-teller", "text");
  await writeFile(file, "by hand");
  assert.match(await preview(planned), /text: was changed by somebody, it will be written again/);
  await up(planned);
  assert.equal(await readFile(file, "utf8"), "two");
  assert.equal((await said(5)).at(-1), "reload two swordfish colder");
  await rm(join(home, "files", "teller", "etc-cold", "text"));
  assert.match(await preview(planned), /text: was removed by somebody/);
  const { Id: id } = await inspect();
  await up(planned);
  assert.equal(await readFile(join(home, "files", "teller", "etc-cold", "text"), "utf8"), "colder");
  assert.equal((await inspect()).Id, id);
});

test("a container that was stopped by hand is started by the next up", async () => {
  const { Id: id } = await inspect();
  await docker.docker("stop", "--time", "1", container);
  assert.match(await preview(planned), /the container is not healthy \(it is exited/);
  await up(planned);
  const now = await inspect();
  assert.deepEqual([now.Id, now.State.Health.Status], [id, "healthy"]);
});

test("a container that doesn't become healthy fails the update, with what it said", async () => {
  const healthCheck = { ...service().healthCheck, command: ["sh", "-c", "echo not today; false"] };
  const broken = { ...planned, checksum: "third", healthCheck };
  const { checksum } = planned;
  planned = broken;
  startTimeout = "8s";
  const text = await failing(() => up(broken));
  assert.match(text, new RegExp(`container ${container} was not healthy within 8 s`));
  assert.match(text, /Its health check said: not today/);
  startTimeout = "60s";
  await up({ ...broken, checksum, healthCheck: service().healthCheck });
  assert.equal((await inspect()).State.Health.Status, "healthy");
});

test("destroy removes everything but the data", async () => {
  await stack.destroy({ color: "never" });
  assert.deepEqual(await namesOf("ps"), []);
  assert.deepEqual(await namesOf("network"), []);
  assert.deepEqual(await namesOf("volume"), [`${name}-teller-data`]);
});
