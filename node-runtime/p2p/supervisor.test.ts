/** Whatever happens in the worker, the process goes on and the worker is started again. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { recordingLog } from "../node/test-support.ts";
import type { WorkerSettings } from "./protocol.ts";
import { defaultTimings } from "./settings.ts";
import { Supervisor, type WorkerStatus } from "./supervisor.ts";

function settingsOf(nodeId: string): WorkerSettings {
  return {
    nodeId,
    cluster: "test",
    identityFile: "/nowhere",
    listen: [],
    announce: [],
    joinToken: undefined,
    bootstrap: [],
    peers: [],
    allowedPeers: [],
    members: undefined,
    mdns: false,
    dht: "off",
    blockDirectory: "/nowhere",
    timings: defaultTimings,
  };
}

/** Starts a worker that fails, then one that runs. @returns the states until it runs */
async function failOnce(t: TestContext, failure: string): Promise<WorkerStatus[]> {
  const states: WorkerStatus[] = [];
  const { promise: running, resolve } = Promise.withResolvers<undefined>();
  const failures = [failure];
  const supervisor = new Supervisor({
    file: new URL("./fixtures/worker.ts", import.meta.url),
    memory: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    settings: () => settingsOf(failures.shift() ?? "run"),
    onMessage: () => undefined,
    onPhase: (status) => {
      states.push(status);
      if (status.phase === "running") resolve(undefined);
    },
    log: recordingLog().log,
    firstPauseMilliseconds: 10,
  });
  t.after(() => supervisor.stop());
  supervisor.start();
  await running;
  return states;
}

for (const [failure, message] of [
  ["exit", /ended with code 3/],
  ["throw", /thrown in the worker/],
  ["reject", /rejected in the worker/],
  ["memory", /memory/],
] as const) {
  test(`a worker that fails with ${failure} is started again`, async (t) => {
    const states = await failOnce(t, failure);
    assert.deepEqual(
      states.map(({ phase }) => phase),
      ["starting", "waiting", "starting", "running"],
    );
    const { lastFailure, restarts } = states.at(-1) ?? {};
    assert.equal(restarts, 1);
    assert.equal(lastFailure?.code, "worker-died");
    assert.match(lastFailure.message, message);
  });
}
