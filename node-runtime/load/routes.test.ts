import assert from "node:assert/strict";
import { test } from "node:test";
import fastify from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { registerLoadRoutes } from "./routes.ts";
import type { LoadSample } from "./sampler.ts";

const quiet: LoadSample = {
  at: Date.UTC(2026, 0, 31, 12, 0, 0),
  requestsPerSecond: 0,
  errorShare: null,
  latencyP50Milliseconds: null,
  latencyP95Milliseconds: null,
  commitsPerSecond: null,
  cpuShare: 0.012345678,
  rssBytes: 51_234_567,
  loopMeanDelayMilliseconds: 0.1,
  loopMaximumDelayMilliseconds: 3,
  tasks: null,
};

const busy: LoadSample = {
  ...quiet,
  at: Date.UTC(2026, 0, 31, 12, 0, 5),
  requestsPerSecond: 1234.5678,
  errorShare: 0.25,
  latencyP50Milliseconds: 1.23456,
  latencyP95Milliseconds: 9,
  commitsPerSecond: 88,
  tasks: { pending: 4, running: 0 },
};

async function ask(samples: readonly LoadSample[]): Promise<unknown> {
  const app = fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  registerLoadRoutes(app, { samples: () => [...samples] });
  const response = await app.inject("/api/v1/load");
  assert.equal(response.statusCode, 200);
  assert.equal(response.headers["cache-control"], "no-store");
  return response.json();
}

test("each figure is a list as long as the times", async () => {
  assert.deepEqual(await ask([quiet, busy]), {
    interval_seconds: 5,
    window_seconds: 900,
    times: ["2026-01-31T12:00:00.000Z", "2026-01-31T12:00:05.000Z"],
    requests_per_second: [0, 1235],
    error_share: [null, 0.25],
    latency_p50_ms: [null, 1.235],
    latency_p95_ms: [null, 9],
    commits_per_second: [null, 88],
    cpu_share: [0.01235, 0.01235],
    rss_bytes: [51_234_567, 51_234_567],
    event_loop_mean_delay_ms: [0.1, 0.1],
    event_loop_maximum_delay_ms: [3, 3],
    tasks: { pending: [null, 4], running: [null, 0] },
  });
});

test("before the first sample there are no figures", async () => {
  const answer = (await ask([])) as Record<string, unknown>;
  assert.deepEqual(answer["times"], []);
  assert.equal(answer["tasks"], null);
});
