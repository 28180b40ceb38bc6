import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Context } from "../core/handler.ts";
import { randomToken } from "./random-token.ts";

const context: Context = { urn: "urn", log: () => Promise.resolve(), signal: new AbortController().signal };
const draw = async (length: number) => (await randomToken.create(context, { length })).state;

test("a token has the length that was asked for, fits a join token, and is drawn anew each time", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 32, max: 512 }), async (length) => {
      const { token } = await draw(length);
      assert.match(String(token), new RegExp(`^[A-Za-z0-9]{${length}}$`));
      assert.notEqual(token, (await draw(length))["token"]);
    }),
    { numRuns: 20 },
  );
});

test("it never changes, but with its length", async () => {
  const state = await draw(48);
  assert.deepEqual(await randomToken.diff(context, "id", state, {}), { changes: [], notes: [] });
  assert.deepEqual(await randomToken.update(context, "id", state, {}), state);
  assert.deepEqual(await randomToken.read(context, "id", state), { state, inputs: { length: 48 } });
  assert.deepEqual((await randomToken.diff(context, "id", state, { length: 64 })).changes, [
    { path: "length", kind: "replace", input: true },
  ]);
});

test("it is secret, and can't be too short", async () => {
  assert.deepEqual(randomToken.secrets, ["token"]);
  assert.equal((await randomToken.check?.(context, undefined, { length: 16 }))?.[0]?.property, "length");
});
