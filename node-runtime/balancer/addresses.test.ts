import assert from "node:assert/strict";
import { test } from "node:test";
import { Addresses } from "./addresses.ts";

/** Lookups that the test answers. */
function lookups() {
  const asked: { host: string; resolve: (address: string) => void; reject: (error: Error) => void }[] = [];
  const addresses = new Addresses(
    (host) =>
      new Promise((resolve, reject) => {
        asked.push({
          host,
          resolve: (address) => {
            resolve({ address });
          },
          reject,
        });
      }),
  );
  return { asked, addresses };
}

test("a name is resolved once at a time, and nobody waits for what was known", async () => {
  const { asked, addresses } = lookups();
  const first = [addresses.of("a"), addresses.of("a"), addresses.of("b")];
  assert.deepEqual(
    asked.map(({ host }) => host),
    ["a", "b"],
  );
  asked[0]?.resolve("10.0.0.1");
  asked[1]?.resolve("10.0.0.2");
  assert.deepEqual(await Promise.all(first), ["10.0.0.1", "10.0.0.1", "10.0.0.2"]);
  // The name server is silent now.
  assert.equal(await addresses.of("a"), "10.0.0.1");
  assert.equal(await addresses.of("a"), "10.0.0.1");
  assert.equal(asked.length, 3);
  asked[2]?.resolve("10.0.0.9");
  await new Promise(setImmediate);
  assert.equal(await addresses.of("a"), "10.0.0.9");
});

test("a name that was never resolved is an error; a known one survives that", async () => {
  const { asked, addresses } = lookups();
  const lost = addresses.of("a");
  asked[0]?.reject(new Error("ENOTFOUND"));
  await assert.rejects(lost, /ENOTFOUND/);
  const found = addresses.of("a");
  asked[1]?.resolve("10.0.0.1");
  assert.equal(await found, "10.0.0.1");
  const kept = addresses.of("a");
  asked[2]?.reject(new Error("EAI_AGAIN"));
  assert.equal(await kept, "10.0.0.1");
});
