import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import {
  findNodes,
  identify,
  isNodeCommand,
  isRunning,
  readPs,
  signalProcess,
  waitUntilGone,
} from "./process-table.ts";

/** A process that looks like a node and does nothing. */
async function spawnLookalike(file: string) {
  const child = spawn(process.execPath, ["-e", "console.log(1);setInterval(()=>{},1000)", "start", "--config", file]);
  await once(child.stdout, "data");
  return child;
}

test("a node is known by its config file, and only by that", () => {
  const command = ["/usr/bin/node", "/x/quorumkit-node.ts", "start", "--config", "/a/node.yaml"];
  assert.ok(isNodeCommand(command, "/a/node.yaml"));
  assert.ok(!isNodeCommand(command, "/a/node"));
  assert.ok(!isNodeCommand(["vi", "/a/node.yaml"], "/a/node.yaml"));
  assert.ok(!isNodeCommand(["start", "--config", "/a/node.yaml"], "/a/node.yaml"));
});

test("finds, signals and waits for a process", async () => {
  const file = `/tmp/lookalike-${process.pid}.yaml`;
  const child = await spawnLookalike(file);
  const [found, ...more] = await findNodes(file);
  assert.equal(more.length, 0);
  assert.equal(found?.pid, child.pid);
  assert.ok(found !== undefined && (await isRunning(found)));
  assert.ok(await signalProcess(found, "SIGTERM"));
  assert.ok(await waitUntilGone(found, 10_000));
  assert.deepEqual(await findNodes(file), []);
  assert.equal(await signalProcess(found, "SIGTERM"), false);
});

test("a process with the same number but another start is never signalled", async () => {
  const child = await spawnLookalike("/tmp/other.yaml");
  try {
    const pid = child.pid ?? 0;
    const real = await identify(pid);
    assert.ok(real);
    assert.equal(await signalProcess({ pid, startedAt: "an earlier boot:1" }, "SIGKILL"), false);
    assert.ok(await isRunning(real));
  } finally {
    child.kill("SIGKILL");
  }
});

test("reads the output of ps, where there is no /proc", () => {
  const output = [
    "  501 Ss   Sat Nov 21 03:51:46 2026 /usr/local/bin/node /x/quorumkit-node.ts start --config /a/node.yaml",
    "  502 Z    Sat Nov  7 03:51:46 2026 (node)",
    "",
  ].join("\n");
  assert.deepEqual(readPs(output), [
    {
      pid: 501,
      startedAt: "Sat Nov 21 03:51:46 2026",
      command: ["/usr/local/bin/node", "/x/quorumkit-node.ts", "start", "--config", "/a/node.yaml"],
    },
  ]);
});
