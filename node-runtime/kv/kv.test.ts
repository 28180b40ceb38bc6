import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { call, startTestNode } from "../node/test-support.ts";

const keyPath = (key: string): string => `/api/v1/kv/${encodeURIComponent(key)}`;

test("writes, reads and deletes a value", async (t) => {
  const { url } = await startTestNode(t);
  const written = await call(url, "/api/v1/kv/jobs/a b", { method: "PUT", body: { n: 1 } });
  assert.equal(written.status, 200);
  const revision = Number(written.body["mod_revision"]);
  assert.deepEqual(written.body, { key: "jobs/a b", mod_revision: revision });
  assert.equal(written.headers.get("etag"), `"${revision}"`);
  const read = await call(url, keyPath("jobs/a b"));
  assert.deepEqual(read.body, {
    key: "jobs/a b",
    value: { n: 1 },
    create_revision: revision,
    mod_revision: revision,
    version: 1,
  });
  const again = await call(url, keyPath("jobs/a b"), { method: "PUT", body: [] });
  assert.equal(again.body["mod_revision"], revision + 1);
  assert.equal((await call(url, keyPath("jobs/a b"))).body["version"], 2);
  const deleted = await call(url, keyPath("jobs/a b"), { method: "DELETE" });
  assert.deepEqual(deleted.body, { key: "jobs/a b", mod_revision: revision + 2, deleted: true });
  assert.equal((await call(url, keyPath("jobs/a b"))).status, 404);
  assert.equal((await call(url, keyPath("jobs/a b"), { method: "DELETE" })).status, 404);
});

test("stores the JSON text as it came: numbers keep their precision, order stays", async (t) => {
  const { url } = await startTestNode(t);
  const text = '{"b":12345678901234567890.123,"a":1e400,"__proto__":{"x":1}}';
  const headers = { "content-type": "application/json" };
  await call(url, "/api/v1/kv/exact", { method: "PUT", body: `  ${text}\n`, headers });
  const answer = await (await fetch(new URL("/api/v1/kv/exact", url))).text();
  assert.ok(answer.includes(`"value":${text},`), answer);
});

test("any JSON value under any key comes back", async (t) => {
  const { url } = await startTestNode(t);
  const key = fc
    .string({ unit: "binary", minLength: 1, maxLength: 20 })
    .filter((text) => text !== "." && text !== "..");
  await fc.assert(
    fc.asyncProperty(key, fc.jsonValue(), async (name, value) => {
      const headers = { "content-type": "application/json" };
      const written = await call(url, keyPath(name), { method: "PUT", body: JSON.stringify(value), headers });
      assert.equal(written.status, 200);
      const read = await call(url, keyPath(name));
      assert.equal(read.body["key"], name);
      assert.deepEqual(read.body["value"], JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 50 },
  );
});

test("conditional writes change nothing where the condition does not hold", async (t) => {
  const { url } = await startTestNode(t);
  const put = (headers: Record<string, string>, query = "", body: unknown = 0) =>
    call(url, `/api/v1/kv/c${query}`, { method: "PUT", body, headers });
  const missing = await put({ "if-match": "*" });
  assert.equal(missing.status, 412);
  assert.deepEqual([missing.body["code"], missing.body["current_revision"]], ["precondition-failed", 0]);
  const created = await put({ "if-none-match": "*" });
  assert.equal(created.status, 200);
  const revision = Number(created.body["mod_revision"]);
  assert.equal((await put({ "if-none-match": "*" })).status, 412);
  const stale = await put({}, `?compare_revision=${revision - 1}`);
  assert.equal(stale.status, 409);
  assert.deepEqual([stale.body["code"], stale.body["current_revision"]], ["compare-failed", revision]);
  assert.equal(stale.headers.get("etag"), `"${revision}"`);
  assert.equal((await put({}, "?compare_revision=0")).status, 409);
  const matched = await put({ "if-match": `"${revision}"` }, "", 1);
  assert.equal(matched.body["mod_revision"], revision + 1);
  assert.equal((await put({}, `?compare_revision=${revision + 1}`, 2)).status, 200);
  assert.equal(
    (await call(url, "/api/v1/kv/c", { method: "DELETE", headers: { "if-match": `"${revision}"` } })).status,
    412,
  );
  assert.equal((await call(url, "/api/v1/kv/c")).body["value"], 2);
  assert.equal((await call(url, `/api/v1/kv/c?compare_revision=${revision + 2}`, { method: "DELETE" })).status, 200);
  for (const headers of [{ "if-match": "abc" }, { "if-none-match": '"1"' }, { "if-match": '"1", "2"' }]) {
    assert.equal((await put(headers)).status, 400);
  }
  assert.equal((await put({ "if-match": '"1"' }, "?compare_revision=1")).status, 400);
});

test("of many writers that compare, one wins each round", async (t) => {
  const { url } = await startTestNode(t);
  let revision = Number((await call(url, "/api/v1/kv/n", { method: "PUT", body: 0 })).body["mod_revision"]);
  for (let round = 0; round < 5; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, writer) =>
        call(url, `/api/v1/kv/n?compare_revision=${revision}`, { method: "PUT", body: writer }),
      ),
    );
    const won = answers.filter(({ status }) => status === 200);
    assert.equal(won.length, 1);
    assert.equal(answers.filter(({ status }) => status === 409).length, 7);
    revision = Number(won[0]?.body["mod_revision"]);
  }
});

test("a reader that has the revision gets 304", async (t) => {
  const { url } = await startTestNode(t);
  const { headers } = await call(url, "/api/v1/kv/e", { method: "PUT", body: 1 });
  const tag = headers.get("etag") ?? "";
  assert.equal((await call(url, "/api/v1/kv/e", { headers: { "if-none-match": `"7", W/${tag}` } })).status, 304);
  assert.equal((await call(url, "/api/v1/kv/e", { headers: { "if-none-match": '"7"' } })).status, 200);
  assert.equal((await call(url, "/api/v1/kv/e?consistency=stale")).status, 200);
});

test("refuses keys and values beyond their limits", async (t) => {
  const { url } = await startTestNode(t, { tasks: { key_value: { max_value_size: "1Ki" } } });
  assert.equal((await call(url, "/api/v1/kv/", { method: "PUT", body: 1 })).status, 400);
  const longest = "k".repeat(4093);
  assert.equal((await call(url, keyPath(longest), { method: "PUT", body: 1 })).status, 200);
  const longer = await call(url, keyPath(`${longest}k`), { method: "PUT", body: 1 });
  assert.equal(longer.status, 400);
  assert.match(String(longer.body["detail"]), /has 4094 bytes, more than the 4093 allowed/);
  const exact = JSON.stringify("v".repeat(1022));
  const headers = { "content-type": "application/json" };
  assert.equal((await call(url, "/api/v1/kv/v", { method: "PUT", body: exact, headers })).status, 200);
  const large = await call(url, "/api/v1/kv/v", { method: "PUT", body: `${exact} `, headers });
  assert.equal(large.status, 413);
  assert.match(String(large.body["detail"]), /max_value_size/);
  const notUtf8 = await fetch(new URL("/api/v1/kv/v", url), {
    method: "PUT",
    headers,
    body: Buffer.from([0x22, 0xff, 0x22]),
  });
  assert.equal(notUtf8.status, 400);
});

test("lists by prefix, page by page, in order", async (t) => {
  const { url } = await startTestNode(t);
  const names = Array.from({ length: 25 }, (_, position) => `p/${String(position).padStart(2, "0")}`);
  for (const name of [...names, "q/0", "o/0"]) await call(url, keyPath(name), { method: "PUT", body: name.length });
  const seen: string[] = [];
  let cursor: string | null = "";
  let revision: unknown;
  let pages = 0;
  while (cursor !== null) {
    const more = cursor === "" ? "" : `&cursor=${cursor}`;
    const { body } = await call(url, `/api/v1/kv?prefix=p/&limit=10&keys_only=true${more}`);
    seen.push(...(body["entries"] as { key: string }[]).map(({ key }) => key));
    revision ??= body["revision"];
    assert.equal(body["revision"], revision);
    cursor = body["next_cursor"] as string | null;
    pages += 1;
    // A key that comes during the listing does not move the revision that a watch starts from.
    await call(url, "/api/v1/kv/z", { method: "PUT", body: pages });
  }
  assert.deepEqual(seen, names);
  assert.equal(pages, 3);
  const one = await call(url, "/api/v1/kv?prefix=q/");
  assert.deepEqual((one.body["entries"] as Record<string, unknown>[])[0]?.["value"], 3);
  assert.equal((await call(url, "/api/v1/kv?prefix=p/&cursor=nonsense")).status, 400);
  const foreign = Buffer.from(JSON.stringify(["q/", "kv/q/0", 1])).toString("base64url");
  assert.equal((await call(url, `/api/v1/kv?prefix=p/&cursor=${foreign}`)).status, 400);
});

test("a page of large values ends early and loses nothing", async (t) => {
  const { url } = await startTestNode(t);
  const value = "v".repeat(250_000);
  for (let number = 0; number < 20; number += 1) {
    await call(url, `/api/v1/kv/large/${String(number).padStart(2, "0")}`, { method: "PUT", body: { value } });
  }
  const first = await call(url, "/api/v1/kv?prefix=large/");
  const second = await call(url, `/api/v1/kv?prefix=large/&cursor=${String(first.body["next_cursor"])}`);
  const count = (answer: typeof first) => (answer.body["entries"] as unknown[]).length;
  assert.ok(count(first) < 20);
  assert.equal(count(first) + count(second), 20);
  assert.equal(second.body["next_cursor"], null);
});

test("every read says how it was read", async (t) => {
  const { url } = await startTestNode(t);
  await call(url, "/api/v1/kv/a", { method: "PUT", body: 1 });
  for (const path of ["/api/v1/kv/a", "/api/v1/kv?prefix=a"]) {
    for (const [query, said] of [
      ["", "linearizable"],
      ["consistency=linearizable", "linearizable"],
      ["consistency=stale", "stale"],
    ] as const) {
      const { headers } = await call(url, `${path}${path.includes("?") ? "&" : "?"}${query}`);
      assert.equal(headers.get("x-quorumkit-consistency"), said, `${path} ${query}`);
    }
  }
});
