/** What a newcomer does: clone, `npm start`, the printed line, a task, a killed node, `npm start` again, `npm run stop`. */
import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseDocument } from "yaml";
import { findNodes, signalProcess, waitUntilGone } from "../../components/provider/process/process-table.ts";
import { freePorts } from "../support/ports.ts";
import { run } from "../support/command.ts";
import { root } from "../support/toolchain.ts";

const home = await mkdtemp(join(tmpdir(), "quorumkit-newcomer-"));
const clone = join(home, "quorumkit");
const env = {
  ...process.env,
  HOME: home,
  // The Node.js of the machine, whichever it is; the project brings its own.
  PATH: (process.env["PATH"] ?? "")
    .split(":")
    .filter((folder) => !folder.includes("node_modules"))
    .join(":"),
  PULUMI_HOME: join(home, "pulumi"),
  PULUMI_BACKEND_URL: `file://${home}`,
  // Tools that were built once are not built again.
  XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
  XDG_CONFIG_HOME: join(home, "config"),
  XDG_STATE_HOME: join(home, "state"),
};
const nodeFile = join(home, "state", "quorumkit", "dev", "cluster", "node.yaml");

after(async () => {
  for (const identity of await findNodes(nodeFile)) {
    await signalProcess(identity, "SIGKILL");
    await waitUntilGone(identity, 10_000);
  }
  await rm(home, { recursive: true, force: true });
});

/** A clone with what is not committed yet, on ports that are free. */
async function makeClone(): Promise<void> {
  const listed = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  for (const file of listed.split("\0").filter((name) => name !== "")) {
    await cp(join(root, file), join(clone, file), { recursive: true }).catch((error: unknown) => {
      // Listed by git, but removed since.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    });
  }
  const [apiPort, metricsPort] = await freePorts(2);
  const stackFile = join(clone, "stacks", "Pulumi.dev.yaml");
  const stack = parseDocument(await readFile(stackFile, "utf8"));
  stack.setIn(["config", "quorumkit:cluster", "api", "port"], apiPort);
  stack.setIn(["config", "quorumkit:cluster", "monitoring", "metrics_port"], metricsPort);
  await writeFile(stackFile, stack.toString());
}

async function npm(...args: string[]): Promise<string> {
  return run("npm", args, { cwd: clone, env });
}

interface Task {
  id: string;
  status: string;
  claim: { fencing_token: number } | null;
  result: unknown;
}

async function call(address: string, path: string, body?: unknown): Promise<unknown> {
  const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`${address}${path}`, body === undefined ? {} : post);
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

test("a newcomer gets a node, keeps a task through kill -9, and stops it", async () => {
  await makeClone();
  const started = await npm("start");
  const address = /^ {2}address +(\S+)$/m.exec(started)?.[1];
  const tryIt = /^ {2}try it +(.+)$/m.exec(started)?.[1];
  const data = /\(the data stays in (\S+)\)/.exec(started)?.[1];
  assert.ok(address !== undefined && tryIt !== undefined && data !== undefined, started);
  assert.match(started, /^ {2}stop it +npm run stop/m);
  assert.equal((JSON.parse(await run("sh", ["-c", tryIt])) as { status: string }).status, "healthy");

  const submitted = (await call(address, "/api/tasks", { type: "report", payload: { month: 11 } })) as Task;
  const claimed = (await call(address, "/api/tasks/claim", { worker_id: "worker-1" })) as { tasks: Task[] };
  assert.deepEqual(
    claimed.tasks.map(({ id }) => id),
    [submitted.id],
  );
  const token = claimed.tasks[0]?.claim?.fencing_token;
  await call(address, `/api/tasks/${submitted.id}/complete`, { fencing_token: token, result: { pages: 3 } });

  const [before] = await findNodes(nodeFile);
  assert.ok(before);
  await signalProcess(before, "SIGKILL");
  await waitUntilGone(before, 10_000);
  await npm("start");
  const kept = (await call(address, `/api/tasks/${submitted.id}`)) as Task;
  assert.deepEqual([kept.status, kept.result], ["completed", { pages: 3 }]);

  const stopped = await npm("run", "stop");
  assert.match(stopped, new RegExp(`Its data is kept in ${data}`));
  assert.deepEqual(await findNodes(nodeFile), []);
  await assert.rejects(fetch(address));
  assert.ok((await stat(join(data, "store", "store.sqlite"))).size > 0);
});
