import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { readHealth, type ContainerHealth } from "../container/docker.ts";
import type { Context, Properties } from "../core/handler.ts";
import { serviceReady } from "./service-ready.ts";

let healths: (ContainerHealth | undefined)[];
let started: number;

const well: ContainerHealth = { status: "running", exitCode: 0, health: "healthy", said: "" };
const starting: ContainerHealth = { ...well, health: "starting" };
const stopped: ContainerHealth = { status: "exited", exitCode: 2, health: "unhealthy", said: "connection refused" };

const handler = serviceReady({
  // The last one stays.
  health: () => Promise.resolve(healths.length > 1 ? healths.shift() : healths[0]),
  start: () => {
    started += 1;
    return Promise.resolve();
  },
  logs: () => Promise.resolve("bad config"),
});

const context: Context = { urn: "urn", log: () => Promise.resolve(), signal: new AbortController().signal };

function inputs(more: Properties = {}): Properties {
  const place = { container: "stack-prometheus", containerId: "c1", dockerHost: "unix:///run/docker.sock" };
  return { ...place, startTimeout: "300ms", ...more };
}

beforeEach(() => {
  healths = [well];
  started = 0;
});

test("waits until the container is healthy", async () => {
  healths = [starting, starting, well];
  const { id, state } = await handler.create(context, inputs({ startTimeout: "10s" }));
  assert.equal(id, "stack-prometheus");
  assert.equal(state["status"], "healthy");
  assert.equal(started, 0);
});

test("a container without a health check is healthy when it runs", async () => {
  healths = [{ ...well, health: "none" }];
  await handler.create(context, inputs());
});

test("starts one that was stopped, once", async () => {
  healths = [stopped, stopped, starting, well];
  await handler.update(context, "id", {}, inputs({ startTimeout: "10s" }));
  assert.equal(started, 1);
});

test("says why one isn't, with what its check and it itself said", async () => {
  healths = [stopped];
  await assert.rejects(
    handler.create(context, inputs()),
    /^Error: container stack-prometheus was not healthy within 0\.3 s .*: it is exited \(exit code 2\)\nIts health check said: connection refused\nThe last that it wrote:\nbad config$/,
  );
  healths = [starting];
  await assert.rejects(handler.create(context, inputs()), /its health check has not passed yet/);
  healths = [undefined];
  await assert.rejects(handler.create(context, inputs()), /does not exist on .*\nFix: pulumi up --refresh/);
});

describe("a preview", () => {
  const state = { ...inputs(), status: "healthy" };

  test("of a healthy container is no change, whatever time it may take", async () => {
    const { changes } = await handler.diff(context, "id", state, inputs({ startTimeout: "60s" }));
    assert.deepEqual(changes, []);
  });

  test("sees one that isn't", async () => {
    healths = [{ ...stopped, status: "running" }];
    const { changes, notes } = await handler.diff(context, "id", state, inputs());
    assert.deepEqual(changes, [{ path: "status", kind: "update", input: false }]);
    assert.match(notes.join(), /its health check calls it unhealthy/);
  });

  test("waits for another container", async () => {
    const { changes } = await handler.diff(context, "id", state, inputs({ containerId: "c2" }));
    assert.deepEqual(changes, [{ path: "containerId", kind: "update", input: true }]);
  });
});

test("a refresh says how it is, and drops one that is gone", async () => {
  healths = [starting];
  assert.equal((await handler.read(context, "id", inputs()))?.state["status"], "unhealthy");
  healths = [undefined];
  assert.equal(await handler.read(context, "id", inputs()), undefined);
});

test("the state of a container is read", () => {
  const health = { Status: "unhealthy", Log: [{ Output: "first" }, { Output: " last\n" }] };
  assert.deepEqual(readHealth(JSON.stringify({ Status: "running", ExitCode: 0, Health: health })), {
    ...{ status: "running", exitCode: 0, health: "unhealthy", said: "last" },
  });
  assert.deepEqual(readHealth(JSON.stringify({ Status: "exited", ExitCode: 1 })), {
    ...{ status: "exited", exitCode: 1, health: "none", said: "" },
  });
});
