import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { call, startTestNode, temporaryDirectory } from "../../node/test-support.ts";
import { openEmbeddedStore } from "../../store/embedded/open.ts";
import type { Store } from "../../store/store.ts";
import { Quotas, type Quota } from "./quotas.ts";

const noon = Date.parse("2026-03-10T12:00:00Z");
const day = 86_400_000;

async function openStore(t: Parameters<typeof temporaryDirectory>[0]): Promise<Store> {
  const store = await openEmbeddedStore({ directory: await temporaryDirectory(t), historyLimit: 10_000 });
  t.after(() => store.close());
  return store;
}

async function usedBy(store: Store, key: string): Promise<Record<string, unknown>> {
  const { entries } = await store.range({ prefix: `quota/${key}/` });
  return Object.fromEntries(entries.map((entry) => [entry.key, JSON.parse(entry.value) as unknown]));
}

test("several nodes together never give out more than the limit, and all of it to whoever keeps asking", async (t) => {
  const store = await openStore(t);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(
        fc.record({
          node: fc.nat(3),
          amount: fc.integer({ min: 1, max: 40 }),
          fails: fc.boolean(),
          wait: fc.boolean(),
        }),
        { maxLength: 80 },
      ),
      async (limit, nodeCount, requests) => {
        run += 1;
        const quota: Quota = { key: `key-${run}`, kind: "documents", limit };
        const nodes = Array.from({ length: nodeCount }, () => new Quotas(store, () => noon));
        const nodeOf = (position: number) => nodes[position % nodeCount] ?? new Quotas(store, () => noon);
        let given = 0;
        const running: Promise<void>[] = [];
        for (const { node, amount, fails, wait } of requests) {
          const quotas = nodeOf(node);
          const taking = Promise.resolve(quotas.take(quota, amount)).then((taken) => {
            if (!taken) return;
            given += amount;
            assert.ok(given <= limit, `${given} of ${limit} given`);
            if (!fails) return;
            given -= amount;
            quotas.giveBack(quota, noon, amount);
          });
          running.push(taking);
          if (wait) await taking;
        }
        await Promise.all(running);
        // What the nodes have leased is not lost while they run.
        for (const quotas of nodes) while (await quotas.take(quota)) given += 1;
        assert.equal(given, limit);
      },
    ),
    { numRuns: 60 },
  );
});

test("a node asks the store once for many requests, and not at all when it knows that nothing is left", async (t) => {
  const store = await openStore(t);
  let asked = 0;
  const counting = {
    txn: (request: Parameters<Store["txn"]>[0]) => {
      asked += 1;
      return store.txn(request);
    },
  };
  const quotas = new Quotas(counting, () => noon);
  const large: Quota = { key: "service", kind: "searches", limit: 1_000_000 };
  const first = await Promise.all(Array.from({ length: 1_000 }, () => Promise.resolve(quotas.take(large))));
  assert.ok(first.every(Boolean));
  assert.equal(asked, 1);
  assert.ok(quotas.take(large) instanceof Promise);
  const none: Quota = { key: "none", kind: "documents", limit: 0 };
  assert.equal(quotas.take(none), false);
  const small: Quota = { key: "small", kind: "documents", limit: 2 };
  assert.deepEqual([await quotas.take(small), await quotas.take(small)], [true, true]);
  assert.equal(quotas.take(small), false);
  assert.equal(await quotas.take({ ...small, limit: 3 }), true, "a limit that was raised holds at once");
});

test("each day begins anew; counters older than yesterday are forgotten", async (t) => {
  const store = await openStore(t);
  let now = noon;
  const quotas = new Quotas(store, () => now);
  const quota: Quota = { key: "service", kind: "documents", limit: 1 };
  assert.equal(quotas.resetsAt().toISOString(), "2026-03-11T00:00:00.000Z");
  for (let count = 0; count < 3; count += 1) {
    assert.equal(await quotas.take(quota), true);
    assert.equal(await quotas.take(quota), false);
    now += day;
  }
  // Given back on another day: nothing.
  quotas.giveBack(quota, now - day);
  assert.deepEqual(await usedBy(store, "service"), {
    "quota/service/2026-03-11/documents": { used: 1 },
    "quota/service/2026-03-12/documents": { used: 1 },
  });
});

test("a store that fails takes nothing", async () => {
  const quotas = new Quotas({ txn: () => Promise.reject(new Error("no quorum")) }, () => noon);
  const quota: Quota = { key: "service", kind: "documents", limit: 10 };
  await assert.rejects(Promise.resolve(quotas.take(quota)), /no quorum/);
});

test("a key whose quota is used up gets 429 with the time it begins anew; what fails is not counted", async (t) => {
  const key = "sk-limited-0123456789abcdef";
  const node = await startTestNode(
    t,
    {
      security: {
        auth: { enabled: true },
        api_keys: [{ key, name: "Limited", permissions: ["admin"], quotas: { documents_per_day: 2 } }],
      },
    },
    { now: () => noon },
  );
  const headers = { "x-api-key": key };
  const put = (body: unknown) => call(node.url, "/api/v1/kv/a", { method: "PUT", body, headers });
  assert.equal((await put("{not json")).status, 400);
  assert.deepEqual([(await put(1)).status, (await put(2)).status], [200, 200]);
  const refused = await put(3);
  assert.equal(refused.status, 429);
  assert.equal(refused.body["code"], "quota-exceeded");
  assert.equal(refused.body["resets_at"], "2026-03-11T00:00:00.000Z");
  assert.equal(refused.headers.get("retry-after"), "43200");
  assert.equal((await call(node.url, "/api/v1/kv/a", { headers })).body["value"], 2);
});
