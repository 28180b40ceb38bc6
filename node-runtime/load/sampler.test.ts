import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { intervalSeconds, LoadSampler, windowSeconds, type LoadSources } from "./sampler.ts";

/** Sources that stand still until a test moves them. */
function fixture() {
  const state = { elapsed: 0, cpu: 0, commits: 0 as number | undefined, activity: {} as Record<string, unknown> };
  const sources: LoadSources = {
    commits: () => Promise.resolve(state.commits),
    activity: () => Promise.resolve(state.activity),
    loopDelay: () => ({ meanMilliseconds: 1.5, maximumMilliseconds: 12 }),
    cpuMicroseconds: () => state.cpu,
    rssBytes: () => 50_000_000,
    now: () => 1_700_000_000_000 + state.elapsed,
    elapsed: () => state.elapsed,
  };
  return { state, sources, sampler: new LoadSampler(sources) };
}

test("a sample covers the time since the one before", async () => {
  const { state, sampler } = fixture();
  await sampler.sample();
  for (let index = 0; index < 19; index += 1) sampler.answered(200, 10);
  sampler.answered(503, 400);
  sampler.answered(200, undefined);
  Object.assign(state, {
    elapsed: 10_000,
    cpu: 5_000_000,
    commits: 70,
    activity: { counts: { pending: 3, running: 1 } },
  });
  await sampler.sample();
  const {
    latencyP50Milliseconds: p50,
    latencyP95Milliseconds: p95,
    errorShare,
    ...sample
  } = sampler.samples()[1] ?? {};
  assert.deepEqual(sample, {
    at: 1_700_000_010_000,
    requestsPerSecond: 2.1,
    commitsPerSecond: 7,
    cpuShare: 0.5,
    rssBytes: 50_000_000,
    loopMeanDelayMilliseconds: 1.5,
    loopMaximumDelayMilliseconds: 12,
    tasks: { pending: 3, running: 1 },
  });
  assert.equal(errorShare, 1 / 21);
  assert.ok(Math.abs((p50 ?? 0) - 10) < 0.25);
  assert.ok(Math.abs((p95 ?? 0) - 10) < 0.25);
});

test("without answers there is no latency and no error share, and the counts begin anew", async () => {
  const { state, sampler } = fixture();
  sampler.answered(500, 1);
  await sampler.sample();
  state.elapsed = 5_000;
  await sampler.sample();
  const [first, second] = sampler.samples();
  assert.equal(first?.errorShare, 1);
  assert.equal(second?.requestsPerSecond, 0);
  assert.equal(second.errorShare, null);
  assert.equal(second.latencyP50Milliseconds, null);
});

test("a store that is not open and a workload without counts leave null", async () => {
  const { state, sampler } = fixture();
  state.commits = undefined;
  await sampler.sample();
  Object.assign(state, { elapsed: 5_000, commits: 100, activity: { counts: { name: "x" }, other: 1 } });
  await sampler.sample();
  Object.assign(state, { elapsed: 10_000, commits: 150 });
  await sampler.sample();
  assert.deepEqual(
    sampler.samples().map(({ commitsPerSecond, tasks }) => ({ commitsPerSecond, tasks })),
    [null, null, 10].map((commitsPerSecond) => ({ commitsPerSecond, tasks: null })),
  );
});

test("sources that throw, reject or hang cost their own figures only", async () => {
  const { sources } = fixture();
  const throwing = (): never => {
    throw new Error("closed");
  };
  const failing = new LoadSampler({ ...sources, commits: throwing, activity: () => Promise.reject(new Error("down")) });
  await failing.sample();
  assert.equal(failing.samples()[0]?.rssBytes, 50_000_000);
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const hanging = new LoadSampler({ ...sources, activity: () => new Promise(() => undefined) });
    const sampled = hanging.sample();
    mock.timers.tick(2_000);
    await sampled;
    assert.equal(hanging.samples().length, 1);
  } finally {
    mock.timers.reset();
  }
});

test("the latest 15 minutes are kept", async () => {
  const { state, sampler } = fixture();
  const places = windowSeconds / intervalSeconds;
  assert.equal(places, 180);
  for (let index = 0; index < places + 7; index += 1) {
    state.elapsed = index * intervalSeconds * 1000;
    await sampler.sample();
  }
  const samples = sampler.samples();
  assert.equal(samples.length, places);
  assert.equal(samples[0]?.at, 1_700_000_000_000 + 7 * 5_000);
});

test("the timer samples until it is stopped", () => {
  const { sampler } = fixture();
  mock.timers.enable({ apis: ["setInterval"] });
  try {
    const sample = mock.method(sampler, "sample", () => Promise.resolve());
    sampler.start();
    sampler.start();
    mock.timers.tick(15_000);
    assert.equal(sample.mock.callCount(), 3);
    sampler.stop();
    mock.timers.tick(15_000);
    assert.equal(sample.mock.callCount(), 3);
  } finally {
    mock.timers.reset();
  }
});
