import assert from "node:assert/strict";
import { test } from "node:test";
import { StartError, startPhases, within, TimeLimitError, type StartPhase } from "./phases.ts";

const silent = {
  starting: () => undefined,
  started: () => undefined,
  stopped: () => undefined,
  stopFailed: () => undefined,
};

function recorder() {
  const events: string[] = [];
  const phase = (name: string, parts: Partial<StartPhase> = {}): StartPhase => ({
    name,
    startLimitMilliseconds: 1_000,
    stopLimitMilliseconds: 1_000,
    start: () => {
      events.push(`start ${name}`);
      return Promise.resolve();
    },
    stop: () => {
      events.push(`stop ${name}`);
      return Promise.resolve();
    },
    ...parts,
  });
  return { events, phase };
}

test("starts in order and stops in reverse, once", async () => {
  const { events, phase } = recorder();
  const stop = await startPhases([phase("a"), phase("b"), phase("c")], silent);
  await stop();
  await stop();
  assert.deepEqual(events, ["start a", "start b", "start c", "stop c", "stop b", "stop a"]);
});

test("a phase that fails names itself and undoes the earlier ones", async () => {
  const { events, phase } = recorder();
  const failing = phase("b", { start: () => Promise.reject(new Error("no disk")) });
  await assert.rejects(startPhases([phase("a"), failing, phase("c")], silent), (error: unknown) => {
    assert.ok(error instanceof StartError);
    assert.equal(error.phase, "b");
    assert.equal(error.message, "start failed in phase b: no disk");
    return true;
  });
  assert.deepEqual(events, ["start a", "stop a"]);
});

test("a failure with a code of this project shows it, one of the system doesn't", async () => {
  const { phase } = recorder();
  for (const [code, shown] of [
    ["etcd-port-in-use", "etcd-port-in-use"],
    ["EACCES", undefined],
  ]) {
    const failing = phase("a", { start: () => Promise.reject(Object.assign(new Error("no door"), { code })) });
    await assert.rejects(startPhases([failing], silent), {
      code: shown,
      message: `start failed in phase a: ${shown === undefined ? "" : `${shown}: `}no door`,
    });
  }
});

test("a phase that takes too long fails, and is undone when it comes to its end after all", async () => {
  const { events, phase } = recorder();
  const late = Promise.withResolvers<undefined>();
  const stopped = Promise.withResolvers<undefined>();
  const slow = phase("slow", {
    startLimitMilliseconds: 5,
    start: () => late.promise,
    stop: () => {
      stopped.resolve(undefined);
      return Promise.resolve();
    },
  });
  await assert.rejects(startPhases([phase("a"), slow], silent), /phase slow: took longer than 5 ms/);
  assert.deepEqual(events, ["start a", "stop a"]);
  late.resolve(undefined);
  await stopped.promise;
});

test("a stop that fails or hangs does not keep the others from stopping", async () => {
  const { events, phase } = recorder();
  const failed: string[] = [];
  const hanging = phase("b", { stopLimitMilliseconds: 5, stop: () => new Promise<never>(() => undefined) });
  const failing = phase("c", { stop: () => Promise.reject(new Error("stuck")) });
  const stop = await startPhases([phase("a"), hanging, failing], {
    ...silent,
    stopFailed: (name) => failed.push(name),
  });
  await stop();
  assert.deepEqual(failed, ["c", "b"]);
  assert.equal(events.at(-1), "stop a");
});

test("a time limit lets fast work through", async () => {
  assert.equal(await within(Promise.resolve(7), 1_000), 7);
  await assert.rejects(within(new Promise<never>(() => undefined), 1), TimeLimitError);
});
