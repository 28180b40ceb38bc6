// The scripts as their users run them, each in a process of its own.
import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { root } from "./environment.mjs";
import { capture } from "./process.mjs";
import { temporaryFolder } from "./testing/temporary.mjs";

/** @param {string} name @param {string[]} args @param {NodeJS.ProcessEnv} [env] */
function run(name, args, env = process.env) {
  return capture(process.execPath, [join(root, "toolchain", name), ...args], { env, timeout: 60_000 });
}

for (const [script, command] of [
  ["start.mjs", "npm start"],
  ["stop.mjs", "npm run stop"],
  ["test.mjs", "npm test"],
  ["images.mjs", "npm run images"],
]) {
  test(`${command}: --help explains, an unknown option is rejected by name`, async () => {
    const help = await run(script, ["--help"]);
    assert.equal(help.code, 0);
    assert.ok(help.stdout.startsWith(command));
    const wrong = await run(script, ["--bogus"]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /Unknown option '--bogus'/);
    assert.ok(wrong.stderr.includes(`${command} -- --help`));
    assert.doesNotMatch(wrong.stderr, /\n\s+at /, "no stack trace");
  });
}

test("npm start: a stack that can't be, or has no file, is an error that says what to do", async () => {
  const malformed = await run("start.mjs", ["--stack", "../etc"]);
  assert.equal(malformed.code, 1);
  assert.match(malformed.stderr, /"..\/etc" can't be the name of a stack/);
  const missing = await run("start.mjs", ["--stack", "no-such-stack"]);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /there is no file .*Pulumi\.no-such-stack\.yaml/);
});

test("npm run images: an image that isn't made here is rejected with those that are", async () => {
  const result = await run("images.mjs", ["--target", "nginx"]);
  assert.equal(result.code, 1);
  assert.match(result.stderr, /there is no image nginx\n.*\n.*choose from: node, load-balancer/);
});

test("npm run images: without Docker it says what to do, and makes nothing", async (context) => {
  const nowhere = { ...process.env, DOCKER_HOST: `unix://${temporaryFolder(context)}/none.sock` };
  const stopped = await run("images.mjs", [], {
    ...nowhere,
    PATH: `${temporaryFolder(context, { docker: "#!/bin/sh\necho Cannot connect to the Docker daemon >&2\nexit 1\n" })}:${process.env.PATH}`,
  });
  assert.equal(stopped.code, 1);
  assert.match(stopped.stderr, /Building the images failed\n {2}Cannot connect to the Docker daemon/);
  assert.match(stopped.stderr, /- start Docker: systemctl start docker/);
  const missing = await run("images.mjs", [], { ...nowhere, PATH: temporaryFolder(context) });
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /there is no docker command on the PATH/);
  assert.match(missing.stderr, /- install Docker: https:/);
});

test("npm test: an unknown phase is rejected with the known ones", async () => {
  const result = await run("test.mjs", ["no-such-phase"]);
  assert.equal(result.code, 1);
  assert.match(result.stderr, /there is no phase no-such-phase/);
  assert.match(result.stderr, /choose from: types, lint, format, unit/);
});

/** A machine without Pulumi, Go or network. @param {import("node:test").TestContext} context */
function bareMachine(context) {
  const folder = temporaryFolder(context, {
    "offline.mjs":
      'globalThis.fetch = async () => { throw new TypeError("fetch failed", { cause: new Error("no route to host") }); };',
  });
  const env = {
    PATH: join(folder, "empty"),
    HOME: folder,
    PULUMI_HOME: join(folder, "pulumi"),
    XDG_CACHE_HOME: join(folder, "cache"),
    XDG_CONFIG_HOME: join(folder, "config"),
    NODE_OPTIONS: `--import=${join(folder, "offline.mjs")}`,
  };
  return { folder, env };
}

test("without download and Go the error names both, and both ways out", async (context) => {
  const result = await run("bin/pulumi.mjs", ["version"], bareMachine(context).env);
  assert.equal(result.code, 1);
  assert.match(result.stderr, /Getting pulumi 3\.259\.0 failed/);
  assert.match(result.stderr, /download: https:\/\/get\.pulumi\.com\/\S+: fetch failed: no route to host/);
  assert.match(result.stderr, /build: Go isn't installed/);
  assert.match(result.stderr, /- install it yourself: curl -fsSL https:\/\/get\.pulumi\.com \| sh/);
  assert.match(result.stderr, /- install Go 1\.26\.0 or later/);
  assert.doesNotMatch(result.stderr, /\n\s+at /, "no stack trace");
});

test("the wrapper hands on arguments, exit code and signals", async (context) => {
  const { env } = bareMachine(context);
  const cli = join(temporaryFolder(context, { pulumi: '#!/bin/sh\necho "$# $2"\nexit 7\n' }), "pulumi");
  const result = await run("bin/pulumi.mjs", ["stack", "two words"], { ...env, QUORUMKIT_PULUMI: cli });
  assert.deepEqual([result.code, result.stdout], [7, "2 two words\n"]);
  const killed = join(
    temporaryFolder(context, { pulumi: "#!/bin/sh\nkill -TERM $PPID\nexec /bin/sleep 60\n" }),
    "pulumi",
  );
  assert.equal((await run("bin/pulumi.mjs", ["up"], { ...env, QUORUMKIT_PULUMI: killed })).code, 128 + 15);
});
