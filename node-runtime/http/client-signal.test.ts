import assert from "node:assert/strict";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import fastify from "fastify";
import { provideClientSignal } from "./client-signal.ts";

test("the signal of a POST aborts when the client leaves, and not when its body has been read", async (t) => {
  const app = fastify();
  t.after(() => app.close());
  const entered = Promise.withResolvers<AbortSignal>();
  app.post(
    "/wait",
    {
      onRequest: (incoming, reply, done) => {
        provideClientSignal(incoming, reply);
        done();
      },
    },
    async ({ signal, raw }) => {
      if (!raw.closed) await new Promise((resolve) => raw.once("close", resolve));
      entered.resolve(signal);
      await new Promise((resolve) => {
        signal.addEventListener("abort", resolve);
      });
      return {};
    },
  );
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  const client = request({ port, path: "/wait", method: "POST", headers: { "content-type": "application/json" } });
  client.on("error", () => undefined);
  client.end("{}");
  const signal = await entered.promise;
  assert.equal(signal.aborted, false);
  const aborted = new Promise((resolve) => {
    signal.addEventListener("abort", resolve);
  });
  client.destroy();
  await aborted;
});
