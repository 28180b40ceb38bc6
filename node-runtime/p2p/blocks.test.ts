/** Blocks between real hosts: large, cut off in the middle, and wrong. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { watch } from "node:fs";
import { access, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { P2pError } from "./errors.ts";
import { addressOf, runTestPeer, type TestPeer } from "./test-support.ts";

const mebibyte = 1024 ** 2;

function digestOf(data: Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

async function putBlock({ blockDirectory }: TestPeer, digest: string, data: Uint8Array): Promise<void> {
  await writeFile(join(blockDirectory, digest), data);
}

/** Nodes that all trust each other, the last one connected to the others. */
async function connectedPeers(t: TestContext, count: number): Promise<TestPeer[]> {
  const providers: TestPeer[] = [];
  for (let number = 1; number < count; number += 1) providers.push(await runTestPeer(t, `node-${number}`));
  const bootstrap = await Promise.all(providers.map(addressOf));
  const fetcher = await runTestPeer(t, `node-${count}`, { bootstrap });
  for (const provider of providers) await fetcher.event("peer-trusted", ({ peerId }) => peerId === provider.p2p.peerId);
  return [...providers, fetcher];
}

/** Resolves when a file has grown to so many bytes. */
async function grownTo(directory: string, name: string, bytes: number): Promise<void> {
  const watcher = watch(directory);
  try {
    await new Promise<void>((resolve) => {
      watcher.on("change", () => {
        void stat(join(directory, name)).then(
          ({ size }) => {
            if (size >= bytes) resolve();
          },
          () => undefined,
        );
      });
    });
  } finally {
    watcher.close();
  }
}

test("70 MiB arrive although the first provider dies in the middle", async (t) => {
  const [first, second, fetcher] = await connectedPeers(t, 3);
  assert.ok(first !== undefined && second !== undefined && fetcher !== undefined);
  const data = randomBytes(70 * mebibyte);
  const digest = digestOf(data);
  await Promise.all([putBlock(first, digest, data), putBlock(second, digest, data)]);
  const begun = grownTo(fetcher.blockDirectory, `${digest}.partial`, 4 * mebibyte);
  const fetching = fetcher.p2p.fetchBlock({ digest, size: data.byteLength, providers: ["node-1", "node-2"] });
  await begun;
  await first.kill();
  const { path, sources, resumedFrom } = await fetching;
  assert.deepEqual([resumedFrom, sources], [0, ["node-1", "node-2"]]);
  assert.ok(data.equals(await readFile(path)));
  assert.equal(path, join(fetcher.blockDirectory, digest));
  // The second fetch finds it.
  const again = await fetcher.p2p.fetchBlock({ digest, size: data.byteLength, providers: undefined });
  assert.deepEqual(again.sources, []);
});

test("what arrived before a failure is not sent again", async (t) => {
  const [provider, fetcher] = await connectedPeers(t, 2);
  assert.ok(provider !== undefined && fetcher !== undefined);
  const data = randomBytes(2 * mebibyte);
  const digest = digestOf(data);
  await writeFile(join(fetcher.blockDirectory, `${digest}.partial`), data.subarray(0, mebibyte));
  await assert.rejects(fetcher.p2p.fetchBlock({ digest, size: data.byteLength, providers: ["node-1"] }), {
    name: "P2pError",
    code: "block-incomplete",
  });
  await putBlock(provider, digest, data);
  const { resumedFrom, path } = await fetcher.p2p.fetchBlock({ digest, size: data.byteLength, providers: ["node-1"] });
  assert.equal(resumedFrom, mebibyte);
  assert.equal(digestOf(await readFile(path)), digest);
});

test("a corrupt block is refused and deleted, and another provider is asked", async (t) => {
  const [bad, good, fetcher] = await connectedPeers(t, 3);
  assert.ok(bad !== undefined && good !== undefined && fetcher !== undefined);
  const data = randomBytes(mebibyte);
  const digest = digestOf(data);
  const size = data.byteLength;
  const corrupt = Uint8Array.from(data, (byte, position) => (position === 1000 ? byte ^ 1 : byte));
  await putBlock(bad, digest, corrupt);
  await assert.rejects(fetcher.p2p.fetchBlock({ digest, size, providers: ["node-1"] }), { code: "block-corrupt" });
  await assert.rejects(access(join(fetcher.blockDirectory, digest)));
  await assert.rejects(access(join(fetcher.blockDirectory, `${digest}.partial`)));
  await putBlock(good, digest, data);
  const { sources } = await fetcher.p2p.fetchBlock({ digest, size, providers: ["node-1", "node-2"] });
  assert.deepEqual(sources, ["node-2"]);
});

test("a block that nobody has, one of another size and a wrong digest are told apart", async (t) => {
  const [provider, fetcher] = await connectedPeers(t, 2);
  assert.ok(provider !== undefined && fetcher !== undefined);
  const digest = digestOf(Buffer.from("x"));
  const fetch = (request: { digest: string; size: number }) =>
    fetcher.p2p.fetchBlock({ ...request, providers: undefined });
  await assert.rejects(fetch({ digest, size: 1 }), {
    code: "block-absent",
    message: /node-1: it doesn't have the block/,
  });
  await putBlock(provider, digest, Buffer.from("x"));
  await assert.rejects(fetch({ digest, size: 2 }), { message: /its block has 1 bytes, 2 are expected/ });
  await assert.rejects(fetch({ digest: "../p2p.key", size: 2 }), { code: "invalid-argument", message: /^digest: / });
  await assert.rejects(fetch({ digest, size: -1 }), { code: "invalid-argument", message: /^size: / });
  const { path } = await fetch({ digest, size: 1 });
  await truncate(path, 0);
  assert.ok(await fetch({ digest, size: 1 }));
});

test("a fetch can be cancelled", async (t) => {
  const [, fetcher] = await connectedPeers(t, 2);
  assert.ok(fetcher !== undefined);
  const request = { digest: digestOf(Buffer.from("x")), size: 1, providers: undefined };
  const reason = new P2pError("deadline-exceeded", "enough");
  await assert.rejects(fetcher.p2p.fetchBlock(request, AbortSignal.abort(reason)), reason);
});
