import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../../node/test-support.ts";
import { loadIdentity } from "./identity.ts";

test("makes a key that only its owner can read, and keeps it", async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, "deeper", "p2p.key");
  const first = await loadIdentity(path);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(join(directory, "deeper")), ["p2p.key"]);
  assert.ok((await loadIdentity(path)).equals(first));
});

test("refuses what is no key, names the file and the fix, and leaves it alone", async (t) => {
  const path = join(await temporaryDirectory(t), "p2p.key");
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" });
  for (const [content, what] of [
    ["", /is not a private key in PEM/],
    ["secret-looking garbage", /is not a private key in PEM/],
    [rsa, /holds a key of type rsa/],
    ["x".repeat(20_000), /has 20000 bytes and is no key/],
  ] as const) {
    await writeFile(path, content, { mode: 0o600 });
    await assert.rejects(loadIdentity(path), (error: Error) => {
      assert.match(error.message, what);
      assert.ok(error.message.startsWith(`p2p.identity_file: ${path} `));
      assert.match(error.message, /put an Ed25519 private key/);
      assert.ok(!error.message.includes("garbage"));
      return true;
    });
    assert.equal(await readFile(path, "utf8"), content);
  }
});

test("refuses a key that every user of the machine can read", async (t) => {
  const path = join(await temporaryDirectory(t), "p2p.key");
  await loadIdentity(path);
  await chmod(path, 0o644);
  await assert.rejects(loadIdentity(path), { code: "p2p-identity", message: /has mode 0644.*chmod 600/ });
});
