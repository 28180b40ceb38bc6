import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import fastify from "fastify";
import { Deadlines } from "./deadlines.ts";
import { registerErrorHandlers } from "./error-handlers.ts";
import { registerPressure } from "./pressure.ts";

test("a request that is not answered in time gets 504, a quick one its answer", async (t) => {
  const app = fastify();
  t.after(() => app.close());
  const deadlines = new Deadlines(app, 50);
  registerErrorHandlers(app);
  app.addHook("onRequest", (_request, reply, done) => {
    deadlines.begin(reply);
    reply.raw.once("close", () => {
      deadlines.end(reply);
    });
    done();
  });
  app.get("/never", () => new Promise<never>(() => undefined));
  app.get("/soon", () => ({ answered: true }));
  const [never, soon] = await Promise.all([app.inject("/never"), app.inject("/soon")]);
  assert.equal(never.statusCode, 504);
  assert.equal(never.json<{ code: string }>().code, "deadline-exceeded");
  assert.deepEqual(soon.json(), { answered: true });
});

test("while the event loop can't keep up new requests get 503, probes do not", async (t) => {
  const app = fastify();
  t.after(() => app.close());
  registerErrorHandlers(app);
  await registerPressure(app, { maximumDelayMilliseconds: 50, sampleMilliseconds: 100 });
  app.get("/work", () => ({}));
  app.get("/probe", { config: { always: true } }, () => ({}));
  await app.ready();
  assert.equal((await app.inject("/work")).statusCode, 200);
  const block = performance.now() + 1_000;
  while (performance.now() < block);
  // The next sample is taken as soon as the loop turns again.
  await delay(1);
  const work = await app.inject("/work");
  assert.equal(work.statusCode, 503);
  assert.equal(work.headers["retry-after"], "2");
  assert.equal(work.json<{ code: string }>().code, "overloaded");
  assert.equal((await app.inject("/probe")).statusCode, 200);
});
