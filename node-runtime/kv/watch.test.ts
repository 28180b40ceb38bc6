import assert from "node:assert/strict";
import { request, type IncomingMessage } from "node:http";
import { test, type TestContext } from "node:test";
import { call, startTestNode } from "../node/test-support.ts";

interface ServerEvent {
  id?: string;
  event: string;
  data: Record<string, unknown>;
}

/** A client of server-sent events that is asked for one event after another. */
class EventReader {
  readonly #response: IncomingMessage;
  #text = "";
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(response: IncomingMessage) {
    this.#response = response;
    response.setEncoding("utf8");
    response.on("data", (text: string) => {
      this.#text += text;
      this.#wake?.();
    });
    response.on("close", () => {
      this.#ended = true;
      this.#wake?.();
    });
  }

  /** The next event; undefined at the end of the stream. */
  async next(): Promise<ServerEvent | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const lines = this.#text.slice(0, end).split("\n");
        this.#text = this.#text.slice(end + 2);
        const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        const id = field("id");
        const data = JSON.parse(field("data") ?? "{}") as Record<string, unknown>;
        return { ...(id === undefined ? {} : { id }), event: field("event") ?? "", data };
      }
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The next event that is a change. */
  async change(): Promise<ServerEvent | undefined> {
    let event = await this.next();
    while (event?.event === "progress") event = await this.next();
    return event;
  }

  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  leave(): void {
    this.#response.destroy();
  }
}

function watch(t: TestContext, url: string, query: string, headers: Record<string, string> = {}): Promise<EventReader> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(`/api/v1/kv-watch${query}`, url), { headers }, (response) => {
      assert.equal(response.statusCode, 200);
      assert.equal(response.headers["content-type"], "text/event-stream; charset=utf-8");
      const reader = new EventReader(response);
      t.after(() => {
        reader.leave();
      });
      resolve(reader);
    });
    sent.on("error", reject);
    sent.end();
  });
}

const put = (url: string, key: string, body: unknown) => call(url, `/api/v1/kv/${key}`, { method: "PUT", body });

test("sends the changes of a prefix as they are made", async (t) => {
  const { url } = await startTestNode(t);
  const reader = await watch(t, url, "?prefix=w/");
  const begin = await reader.next();
  assert.equal(begin?.event, "progress");
  await put(url, "other", 1);
  const { body } = await put(url, "w/a", { x: "line\nbreak" });
  await call(url, "/api/v1/kv/w/a", { method: "DELETE" });
  const revision = Number(body["mod_revision"]);
  assert.deepEqual(await reader.change(), {
    id: String(revision),
    event: "put",
    data: { key: "w/a", value: { x: "line\nbreak" }, create_revision: revision, mod_revision: revision, version: 1 },
  });
  assert.deepEqual(await reader.change(), {
    id: String(revision + 1),
    event: "delete",
    data: { key: "w/a", mod_revision: revision + 1 },
  });
});

test("goes on after the last event that a client has seen, without a gap", async (t) => {
  const { url } = await startTestNode(t);
  const revisions: number[] = [];
  for (let number = 0; number < 5; number += 1) {
    revisions.push(Number((await put(url, `r/${number}`, number)).body["mod_revision"]));
  }
  const from = await watch(t, url, `?prefix=r/&from_revision=${revisions[1] ?? 0}`);
  assert.equal((await from.change())?.id, String(revisions[1]));
  from.leave();
  const resumed = await watch(t, url, "?prefix=r/&from_revision=1", { "last-event-id": String(revisions[2]) });
  assert.equal((await resumed.change())?.id, String(revisions[3]));
  assert.equal((await resumed.change())?.id, String(revisions[4]));
});

test("pretty-printed values stay one event", async (t) => {
  const { url } = await startTestNode(t);
  const reader = await watch(t, url, "?prefix=pretty");
  await call(url, "/api/v1/kv/pretty", {
    method: "PUT",
    body: '{\r\n  "a":\n 1\r}',
    headers: { "content-type": "application/json" },
  });
  assert.deepEqual((await reader.change())?.data["value"], { a: 1 });
});

test("answers 410 for revisions that are no longer kept", async (t) => {
  const { url } = await startTestNode(t, { consensus: { max_log_size: 1000 } });
  for (let round = 0; round < 12; round += 1) {
    await Promise.all(Array.from({ length: 100 }, (_, number) => put(url, `c/${number}`, round)));
  }
  const { status, body } = await call(url, "/api/v1/kv-watch?prefix=c/&from_revision=1");
  assert.equal(status, 410);
  assert.equal(body["code"], "revision-compacted");
  assert.ok(Number(body["compact_revision"]) > 1);
});

test("refuses what it can't understand, and more watches than allowed", async (t) => {
  const { url } = await startTestNode(t, { tasks: { key_value: { max_watchers: 1 } } });
  assert.equal((await call(url, "/api/v1/kv-watch?from_revision=0")).status, 400);
  assert.equal((await call(url, "/api/v1/kv-watch", { headers: { "last-event-id": "x" } })).status, 400);
  const reader = await watch(t, url, "");
  const second = await call(url, "/api/v1/kv-watch");
  assert.equal(second.status, 503);
  assert.equal(second.body["code"], "overloaded");
  reader.leave();
  // The place is free again once the node has noticed.
  for (;;) {
    const third = await new Promise<number>((resolve, reject) => {
      const sent = request(new URL("/api/v1/kv-watch", url), (response) => {
        resolve(response.statusCode ?? 0);
        response.destroy();
      });
      sent.on("error", reject);
      sent.end();
    });
    if (third === 200) break;
    assert.equal(third, 503);
  }
});

test("holds a slow client's events back and then delivers all of them", async (t) => {
  const { url } = await startTestNode(t);
  const reader = await watch(t, url, "?prefix=slow/");
  await reader.next();
  reader.pause();
  const value = "v".repeat(100_000);
  for (let number = 0; number < 60; number += 1) await put(url, `slow/${number}`, { value });
  reader.resume();
  for (let number = 0; number < 60; number += 1) {
    assert.equal((await reader.change())?.data["key"], `slow/${number}`);
  }
});

test("ends when the node drains, and says so", async (t) => {
  const node = await startTestNode(t);
  const reader = await watch(t, node.url, "?prefix=d/");
  await reader.next();
  const stopped = node.stop();
  assert.deepEqual(await reader.change(), { event: "end", data: { reason: "draining" } });
  assert.equal(await reader.next(), undefined);
  await stopped;
});
