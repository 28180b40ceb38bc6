/** The script by which the engine starts the provider. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, mkdir, cp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const script = join(import.meta.dirname, "pulumi-resource-quorumkit");
let directory: string;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "quorumkit-plugin-"));
});

after(() => rm(directory, { recursive: true }));

/** Starts a plugin, and stops it as soon as it has said something. */
async function firstWords(
  command: string,
  path: string,
): Promise<{ stdout: string; stderr: string; code: number | null }> {
  const child = spawn(command, ["127.0.0.1:1"], { env: { PATH: path }, stdio: ["ignore", "pipe", "pipe"] });
  const closed = once(child, "close") as Promise<[number | null]>;
  let stdout = "";
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    child.kill("SIGKILL");
  });
  const [code] = await closed;
  return { stdout, stderr, code };
}

/** A directory with programs that say which version of Node.js they are, and run nothing. */
async function fakeNode(name: string, version: number): Promise<string> {
  const path = join(directory, name);
  await mkdir(path, { recursive: true });
  const text = `#!/bin/sh\nif [ "$1" = -e ]; then [ ${version} -ge 24 ]; exit $?; fi\nif [ "$1" = --version ]; then echo v${version}.0.0; exit; fi\necho fake "$@"\n`;
  await writeFile(join(path, "node"), text);
  await chmod(join(path, "node"), 0o755);
  return path;
}

test("starts with the Node.js of the project, through links, and prints its port", async () => {
  const link = join(directory, "pulumi-resource-quorumkit");
  await symlink(script, link);
  const { stdout } = await firstWords(link, "/usr/bin:/bin");
  assert.match(stdout, /^\d+\n$/);
});

test("without one in the project it takes a recent one on PATH", async () => {
  const alone = join(directory, "alone");
  await mkdir(alone);
  await cp(script, join(alone, "pulumi-resource-quorumkit"));
  const path = await fakeNode("recent", 24);
  const { stdout } = await firstWords(join(alone, "pulumi-resource-quorumkit"), `${path}:/usr/bin:/bin`);
  assert.equal(stdout, `fake ${alone}/main.js 127.0.0.1:1\n`);
});

test("an old Node.js is refused with the fix", async () => {
  const path = await fakeNode("old", 18);
  const { code, stderr } = await firstWords(
    join(directory, "alone", "pulumi-resource-quorumkit"),
    `${path}:/usr/bin:/bin`,
  );
  assert.equal(code, 1);
  assert.match(stderr, /needs Node\.js 24 or newer, found v18\.0\.0 on PATH/);
  assert.match(stderr, /npm install --save-dev node@24/);
});
