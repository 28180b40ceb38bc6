/** A project of its own for a test: links to this one's code, stack files, state, nodes and backend in a directory that goes. */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation/index.js";
import { stringify } from "yaml";
import {
  findNodes,
  signalProcess,
  waitUntilGone,
  type ProcessIdentity,
} from "../../components/provider/process/process-table.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const linked = [
  "node_modules",
  "components",
  "schema",
  "alerts",
  "dashboards",
  "node-runtime",
  "toolchain",
  "package.json",
];

/** A project in a temporary directory. */
export interface Project {
  directory: string;
  /** Where its nodes keep their files: `<state>/quorumkit/<stack>/cluster`. */
  nodeDirectory: (stack: string) => string;
  /** Writes the stack file of `name`; text as it stands, values as YAML. */
  write: (name: string, file: string | StackValues) => Promise<void>;
  /** Encrypts a value for the stack file of `name`: what stands there after `secure:`. */
  encrypt: (name: string, value: string) => Promise<string>;
  /** The stack `name` of the Automation API. */
  stack: (name: string) => Promise<Stack>;
  /** Runs the CLI. `text` is all that it printed. */
  pulumi: (...args: string[]) => Promise<{ code: number; text: string }>;
  /** Everything that the backend has written down. */
  recorded: () => Promise<string>;
  /** Stops what nodes are left and removes everything. */
  remove: () => Promise<void>;
}

/** What a stack file holds. */
export interface StackValues {
  cluster: Record<string, unknown>;
  overrides?: Record<string, unknown>;
}

/** Makes a project. */
export async function makeProject(): Promise<Project> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "quorumkit-engine-")));
  const stacks = join(directory, "stacks");
  await mkdir(stacks);
  await mkdir(join(directory, "backend"));
  for (const name of linked) await symlink(join(root, name), join(directory, name));
  await cp(join(root, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
  for (const name of await readdir(join(root, "stacks"))) {
    if (name.endsWith(".ts")) await symlink(join(root, "stacks", name), join(stacks, name));
    else await cp(join(root, "stacks", name), join(stacks, name), { recursive: true });
  }
  const state = join(directory, "state");
  const envVars = {
    PATH: [join(root, "node_modules", ".bin"), process.env["PATH"] ?? ""].join(delimiter),
    PULUMI_BACKEND_URL: `file://${directory}/backend`,
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_HOME: join(directory, "home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    XDG_STATE_HOME: state,
  };
  const nodeDirectory = (stack: string) => join(state, "quorumkit", stack, "cluster");
  return {
    directory,
    nodeDirectory,
    write: (name, file) => {
      const text =
        typeof file === "string"
          ? file
          : stringify({
              config: {
                "quorumkit:cluster": file.cluster,
                ...(file.overrides === undefined ? {} : { "quorumkit:overrides": file.overrides }),
              },
            });
      return keepSalt(join(stacks, `Pulumi.${name}.yaml`), text);
    },
    stack: (name) => LocalWorkspace.createOrSelectStack({ stackName: name, workDir: directory }, { envVars }),
    encrypt: async (name, value) => {
      const args = ["config", "set", "--stack", name, "--secret", "quorumkit:encrypted", value, "--non-interactive"];
      const { code, text } = await run(args, directory, { ...process.env, ...envVars });
      const secure = /quorumkit:encrypted:\s+secure: (\S+)/.exec(
        await readFile(join(stacks, `Pulumi.${name}.yaml`), "utf8"),
      );
      if (code !== 0 || secure?.[1] === undefined) throw new Error(`nothing was encrypted: ${text}`);
      return secure[1];
    },
    pulumi: (...args) =>
      run([...args, "--non-interactive", "--color", "never"], directory, { ...process.env, ...envVars }),
    recorded: async () => {
      const entries = await readdir(join(directory, "backend"), { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
      return (await Promise.all(files.map((file) => readFile(file, "utf8")))).join("\n");
    },
    remove: async () => {
      const files = await readdir(state, { recursive: true }).catch(() => []);
      for (const file of files.filter((path) => basename(path) === "node.yaml")) {
        for (const identity of await findNodes(join(state, file))) await stop(identity);
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A node that is asked to stop takes its etcd along; one that is killed doesn't. */
async function stop(identity: ProcessIdentity): Promise<void> {
  await signalProcess(identity, "SIGTERM");
  if (await waitUntilGone(identity, 20_000)) return;
  await signalProcess(identity, "SIGKILL");
  await waitUntilGone(identity, 10_000);
}

function run(args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    execFile("pulumi", args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : 1, text: stdout + stderr });
    });
  });
}

/** The salt of its secrets is Pulumi's own part of a stack file. */
async function keepSalt(path: string, text: string): Promise<void> {
  const before = await readFile(path, "utf8").catch(() => "");
  const salt = before.split("\n").filter((line) => line.startsWith("encryptionsalt:"));
  await writeFile(path, [text.trimEnd(), ...salt, ""].join("\n"));
}
