import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { chosenBackend, ensurePassphrase, isService, passphraseFile, prepareBackend } from "./backend.mjs";
import { Problem } from "./problem.mjs";
import { temporaryFolder, writeFile } from "./testing/temporary.mjs";

test("a backend is chosen by environment or by an earlier login", (context) => {
  const home = temporaryFolder(context);
  assert.equal(chosenBackend({ PULUMI_HOME: home }), undefined);
  assert.equal(chosenBackend({ PULUMI_HOME: home, PULUMI_ACCESS_TOKEN: "token" }), "https://api.pulumi.com");
  writeFile(join(home, "credentials.json"), JSON.stringify({ current: "s3://bucket" }));
  assert.equal(chosenBackend({ PULUMI_HOME: home }), "s3://bucket");
  assert.equal(chosenBackend({ PULUMI_HOME: home, PULUMI_BACKEND_URL: "file:///state" }), "file:///state");
  writeFile(join(home, "credentials.json"), "{");
  assert.throws(() => chosenBackend({ PULUMI_HOME: home }), Problem);
});

test("only a Pulumi service keeps the encryption keys itself", () => {
  assert.ok(isService("https://api.pulumi.com"));
  for (const url of ["file://~", "s3://bucket", "gs://bucket", "azblob://container"]) assert.ok(!isService(url));
});

test("the passphrase is random, its owner's only, and made once", async (context) => {
  const file = join(temporaryFolder(context), "quorumkit", "passphrase");
  assert.equal(ensurePassphrase(file), true);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const passphrase = readFileSync(file, "utf8");
  assert.match(passphrase, /^[\w-]{43}\n$/);
  assert.equal(ensurePassphrase(file), false);
  assert.equal(readFileSync(file, "utf8"), passphrase);
  assert.deepEqual(readdirSync(join(file, "..")), ["passphrase"]);
});

/** A CLI that records its arguments. @param {import("node:test").TestContext} context */
function recordingCli(context) {
  const folder = temporaryFolder(context, { pulumi: '#!/bin/sh\necho "$@" >> "$(dirname "$0")/calls"\n', calls: "" });
  return { cli: join(folder, "pulumi"), calls: () => readFileSync(join(folder, "calls"), "utf8") };
}

test("without a choice: a local backend and a passphrase file, both told", async (context) => {
  const { cli, calls } = recordingCli(context);
  const folder = temporaryFolder(context);
  const env = { PATH: process.env.PATH, PULUMI_HOME: join(folder, "pulumi"), XDG_CONFIG_HOME: folder };
  /** @type {string[]} */
  const said = [];
  const added = await prepareBackend(cli, (message) => said.push(message), env);
  assert.equal(calls(), "login --local\n");
  assert.deepEqual(added, { PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile(env) });
  assert.equal(said.length, 2);
  assert.ok(
    !said.join().includes(readFileSync(passphraseFile(env), "utf8").trim()),
    "the passphrase itself is never said",
  );
});

test("with a choice nothing is changed: no login, no passphrase beside the user's own", async (context) => {
  const { cli, calls } = recordingCli(context);
  const env = { PATH: process.env.PATH, PULUMI_HOME: "/nowhere", XDG_CONFIG_HOME: temporaryFolder(context) };
  const say = () => assert.fail("there is nothing to say");
  const choices = [
    { PULUMI_BACKEND_URL: "https://api.pulumi.com" },
    { PULUMI_ACCESS_TOKEN: "token" },
    { PULUMI_BACKEND_URL: "file:///state", PULUMI_CONFIG_PASSPHRASE: "" },
    { PULUMI_BACKEND_URL: "file:///state", PULUMI_CONFIG_PASSPHRASE_FILE: "/mine" },
  ];
  for (const choice of choices) assert.deepEqual(await prepareBackend(cli, say, { ...env, ...choice }), {});
  assert.equal(calls(), "");
  assert.deepEqual(readdirSync(env.XDG_CONFIG_HOME), []);
});
