import assert from "node:assert/strict";
import { test } from "node:test";
import fastify from "fastify";
import { followSlowRequests, SlowRequests } from "./slow-requests.ts";

test("keeps the latest 200 that took as long as the threshold, newest first", () => {
  const slow = new SlowRequests(10);
  const at = new Date();
  for (let milliseconds = 0; milliseconds < 300; milliseconds += 1) {
    slow.note({ at, method: "GET", route: "/a", status: 200, milliseconds });
  }
  const latest = slow.latest(1000).map(({ milliseconds }) => milliseconds);
  assert.deepEqual(
    latest,
    Array.from({ length: 200 }, (_unused, index) => 299 - index),
  );
  assert.equal(slow.latest(3).length, 3);
});

test("notes the route of a request, not its path; streams, waits and unknown paths not at all", async (t) => {
  const slow = new SlowRequests(0);
  const app = fastify();
  t.after(() => app.close());
  followSlowRequests(app, slow);
  app.get("/kv/*", () => "value");
  app.get("/events", { config: { stream: true } }, () => "event");
  app.get("/claim", { config: { waits: true } }, () => "task");
  for (const path of ["/kv/secret", "/events", "/claim", "/nowhere"]) await app.inject(path);
  assert.deepEqual(
    slow.latest(10).map(({ method, route, status }) => [method, route, status]),
    [["GET", "/kv/*", 200]],
  );
});
