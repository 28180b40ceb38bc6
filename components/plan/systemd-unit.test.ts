import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { renderUnit, unitName, type UnitOptions } from "./systemd-unit.ts";

/** Runs systemd-analyze; without it the test fails and says how to get it. */
async function analyze(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)("systemd-analyze", args).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    throw code === "ENOENT"
      ? new Error("systemd-analyze is missing: apt-get install systemd", { cause: error })
      : error;
  });
}

const options: UnitOptions = {
  nodeId: "orders-1",
  system: "coordinator",
  nodeBinary: process.execPath,
  entry: "/opt/quorumkit/runtime-1/packages/node-runtime/bin/quorumkit-node.ts",
  configFile: "/etc/quorumkit/orders-1/node.yaml",
  user: "quorumkit",
  writable: ["/var/lib/quorumkit"],
  restartSeconds: 5,
  stopSeconds: 30,
  memoryMax: "512M",
};

async function withUnit(text: string, check: (path: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-unit-"));
  try {
    const path = join(directory, unitName("orders-1"));
    await writeFile(path, text);
    await check(path);
  } finally {
    await rm(directory, { recursive: true });
  }
}

test("the settings of the guides are in the unit", () => {
  const lines = renderUnit(options).split("\n");
  for (const line of [
    "After=network-online.target network.target", // 003:237
    "User=quorumkit", // 003:240
    `ExecStart=${process.execPath} ${options.entry} start --config ${options.configFile}`, // 003:242
    "Restart=on-failure", // 003:243
    "RestartSec=5s", // 003:244
    "WantedBy=multi-user.target", // 003:247
    "ExecReload=/bin/kill -HUP $MAINPID",
    "TimeoutStopSec=30s",
    "MemoryMax=512M",
    "ProtectSystem=strict",
    "NoNewPrivileges=yes",
    "ReadWritePaths=/var/lib/quorumkit",
  ]) {
    assert.ok(lines.includes(line), line);
  }
});

test("paths with spaces, quotes and specifiers stay one word", () => {
  const text = renderUnit({
    ...options,
    configFile: '/etc/my "own"/100%/node.yaml',
    writable: ["/data with space", "/b"],
  });
  assert.match(text, /--config "\/etc\/my \\"own\\"\/100%%\/node\.yaml"$/m);
  assert.match(text, /^ReadWritePaths="\/data with space" \/b$/m);
});

test("systemd accepts the unit without a word", async () => {
  await withUnit(renderUnit(options), async (path) => {
    const { stdout, stderr } = await analyze("verify", "--man=no", path);
    assert.equal(stdout + stderr, "");
  });
});

test("systemd rates the exposure of the unit as OK (2.0 or less)", async () => {
  await withUnit(renderUnit(options), async (path) => {
    const { stdout } = await analyze("security", "--offline=true", "--no-pager", path);
    const exposure = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1];
    assert.ok(exposure !== undefined && Number(exposure) <= 2, stdout);
  });
});
