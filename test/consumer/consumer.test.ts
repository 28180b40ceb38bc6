/** What a project of somebody else sees: the packed packages in an empty TypeScript project, from npm install to a node that runs. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { findNodes, signalProcess, waitUntilGone } from "../../components/provider/process/process-table.ts";
import { freePorts } from "../support/ports.ts";

const root = join(import.meta.dirname, "..", "..");
const minutes = 60_000;
let directory: string;
let project: string;
let env: NodeJS.ProcessEnv;
let tarballs: Record<"schema" | "alerts" | "dashboards" | "components" | "node-runtime", string>;

interface Ran {
  code: number;
  text: string;
}

function run(command: string, args: readonly string[], cwd: string): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : 1, text: stdout + stderr });
    });
  });
}

async function mustRun(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { code, text } = await run(command, args, cwd);
  assert.equal(code, 0, `${command} ${args.join(" ")}\n${text}`);
  return text;
}

const pulumi = (...args: string[]) =>
  run("pulumi", [...args, "--stack", "test", "--non-interactive", "--color", "never"], project);

/** The directories of the Pulumi CLI and its language host, which are provided if need be. */
async function pulumiFolders(): Promise<string[]> {
  const provide = JSON.stringify(join(root, "toolchain", "provide.mjs"));
  const source = `import { provideTools } from ${provide}; console.log(JSON.stringify(await provideTools()))`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", source]);
  const { cli, pluginFolders } = JSON.parse(stdout) as { cli: string; pluginFolders: string[] };
  return [dirname(cli), ...pluginFolders];
}

async function pack(name: string): Promise<string> {
  await mustRun("npm", ["pack", "--pack-destination", directory, join(root, "dist", "packages", name)], directory);
  const file = (await readdir(directory)).find(
    (entry) => entry.startsWith(`quorumkit-${name}-`) && entry.endsWith(".tgz"),
  );
  assert.ok(file, name);
  return join(directory, file);
}

/** The names of all packages below a node_modules directory. */
async function installed(modules: string): Promise<string[]> {
  const entries = await readdir(modules, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.name === "package.json" && entry.isFile())
    .map((entry) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(entry.parentPath)?.[1])
    .filter((name) => name !== undefined);
}

async function program(port: number, metricsPort: number): Promise<void> {
  const text = `
import { SingleNode } from "@quorumkit/components";

const orders = new SingleNode("orders", {
  name: "orders",
  system: "coordinator",
  preset: "development",
  api: { port: ${port} },
  monitoring: { metricsPort: ${metricsPort}, logLevel: "debug" },
});

export const address = orders.address;
export const pid = orders.nodes.process?.pid;
`;
  await writeFile(join(project, "index.ts"), text);
}

before(
  async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), "quorumkit-consumer-")));
    project = join(directory, "project");
    await mkdir(join(directory, "backend"));
    await mkdir(project);
    env = {
      ...process.env,
      // npx and npm scripts put a project's own programs first. Of ours there is the CLI and Node.js 24, not the provider.
      PATH: [
        join(project, "node_modules", ".bin"),
        ...(await pulumiFolders()),
        join(root, "node_modules", "node", "bin"),
        process.env["PATH"],
      ].join(delimiter),
      PULUMI_BACKEND_URL: `file://${directory}/backend`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_HOME: join(directory, "home"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      XDG_STATE_HOME: join(directory, "state"),
    };
    await mustRun(process.execPath, [join(root, "toolchain", "build.ts")], root);

    tarballs = {
      schema: await pack("schema"),
      alerts: await pack("alerts"),
      dashboards: await pack("dashboards"),
      components: await pack("components"),
      "node-runtime": await pack("node-runtime"),
    };
    const { version } = JSON.parse(
      await readFile(join(root, "node_modules", "typescript", "package.json"), "utf8"),
    ) as { version: string };
    await writeFile(
      join(project, "package.json"),
      JSON.stringify({
        name: "consumer",
        private: true,
        type: "module",
        dependencies: {
          "@quorumkit/components": `file:${tarballs.components}`,
          "@quorumkit/schema": `file:${tarballs.schema}`,
          "@quorumkit/alerts": `file:${tarballs.alerts}`,
          "@quorumkit/dashboards": `file:${tarballs.dashboards}`,
        },
        devDependencies: { typescript: version, "@types/node": "^24.0.0" },
      }),
    );
    await writeFile(
      join(project, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          module: "nodenext",
          target: "es2024",
          noEmit: true,
          skipLibCheck: false,
          types: ["node"],
        },
        include: ["*.ts"],
      }),
    );
    await writeFile(
      join(project, "Pulumi.yaml"),
      "name: consumer\nmain: index.ts\nruntime:\n  name: nodejs\n  options: {typescript: false}\n",
    );
    await mustRun("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], project);
    const [port = 0, metricsPort = 0] = await freePorts(2);
    await program(port, metricsPort);
    const init = await pulumi("stack", "init");
    assert.equal(init.code, 0, init.text);
  },
  { timeout: 10 * minutes },
);

after(async () => {
  for (const identity of await findNodes(
    join(directory, "state", "quorumkit", "consumer", "test", "orders", "node.yaml"),
  )) {
    await signalProcess(identity, "SIGKILL");
    await waitUntilGone(identity, 10_000);
  }
  await rm(directory, { recursive: true, force: true });
});

test("neither the node's web framework nor its peer-to-peer stack is pulled in", async () => {
  const names = await installed(join(project, "node_modules"));
  assert.ok(names.includes("@quorumkit/components"));
  assert.deepEqual(
    names.filter((name) => /^(?:fastify|@fastify\/|libp2p|@libp2p\/|@chainsafe\/|prom-client|pino)/.test(name)),
    [],
  );
});

test("the program type-checks, and a wrong one doesn't", async () => {
  await mustRun("tsc", ["-p", "."], project);
  const wrong = `import { SingleNode } from "@quorumkit/components";\nnew SingleNode("a", { name: "a", system: "coordinator", monitoring: { logLevel: "loud" } });\nnew SingleNode("b", { name: "b" });\n`;
  await writeFile(join(project, "wrong.ts"), wrong);
  const { code, text } = await run("tsc", ["-p", "."], project);
  await rm(join(project, "wrong.ts"));
  assert.notEqual(code, 0);
  assert.match(text, /wrong\.ts\(2,.*"loud"/);
  assert.match(text, /wrong\.ts\(3,.*\n.*'system' is missing/);
});

test("it previews", async () => {
  const { code, text } = await pulumi("preview");
  assert.equal(code, 0, text);
  assert.match(text, /\+ 3 to create/);
});

test("up without the node program says what is missing", async () => {
  const { code, text } = await pulumi("up", "--yes", "--skip-preview");
  assert.notEqual(code, 0);
  assert.match(text, /the node program is missing: .* Fix: npm install @quorumkit\/node-runtime/);
});

test("with it the node runs, from the published JavaScript", async () => {
  await mustRun(
    "npm",
    ["install", "--no-audit", "--no-fund", "--prefer-offline", `file:${tarballs["node-runtime"]}`],
    project,
  );
  const { code, text } = await pulumi("up", "--yes", "--skip-preview");
  assert.equal(code, 0, text);
  const address = (await pulumi("stack", "output", "address")).text.trim();
  const response = await fetch(`${address}/api/v1/ready`);
  assert.equal(((await response.json()) as { ready: boolean }).ready, true);
  const destroyed = await pulumi("destroy", "--yes", "--skip-preview");
  assert.equal(destroyed.code, 0, destroyed.text);
});
