/** The load as the API shows it: one list for each figure, all of the same length. Pure. */
import { z } from "zod";
import { intervalSeconds, windowSeconds, type LoadSample } from "./sampler.ts";

const figures = z.array(z.number());
const nullableFigures = z.array(z.number().nullable());

export const loadAnswer = z.object({
  interval_seconds: z.number().describe("Time between two samples"),
  window_seconds: z.number().describe("How far the samples reach back at most"),
  times: z.array(z.iso.datetime()).describe("End of each sample, oldest first"),
  requests_per_second: figures.describe("Answers sent, those to the status page among them"),
  error_share: nullableFigures.describe("Answers of status 500 and above among all, 0 to 1; null without an answer"),
  latency_p50_ms: nullableFigures.describe(
    "Half of the answers took at most this long; streams and long polls left out",
  ),
  latency_p95_ms: nullableFigures.describe("95 % of the answers took at most this long"),
  commits_per_second: nullableFigures.describe("Durable commits of the store; null while it is not open"),
  cpu_share: figures.describe("CPU time of the process per time; 1 is one core used in full"),
  rss_bytes: figures.describe("Memory of the process"),
  event_loop_mean_delay_ms: figures,
  event_loop_maximum_delay_ms: figures,
  tasks: z
    .record(z.string(), nullableFigures)
    .nullable()
    .describe("Tasks by state at the end of each sample; null where the workload has none"),
});

/** What `GET /api/v1/load` answers. */
export type LoadReport = z.infer<typeof loadAnswer>;

/** @param samples oldest first */
export function loadReport(samples: readonly LoadSample[]): LoadReport {
  const column = (value: (sample: LoadSample) => number): number[] => samples.map((sample) => rounded(value(sample)));
  const nullable = (value: (sample: LoadSample) => number | null | undefined): (number | null)[] =>
    samples.map((sample) => {
      const figure = value(sample) ?? null;
      return figure === null ? null : rounded(figure);
    });
  const states = [...new Set(samples.flatMap(({ tasks }) => Object.keys(tasks ?? {})))];
  return {
    interval_seconds: intervalSeconds,
    window_seconds: windowSeconds,
    times: samples.map(({ at }) => new Date(at).toISOString()),
    requests_per_second: column((sample) => sample.requestsPerSecond),
    error_share: nullable((sample) => sample.errorShare),
    latency_p50_ms: nullable((sample) => sample.latencyP50Milliseconds),
    latency_p95_ms: nullable((sample) => sample.latencyP95Milliseconds),
    commits_per_second: nullable((sample) => sample.commitsPerSecond),
    cpu_share: column((sample) => sample.cpuShare),
    rss_bytes: samples.map(({ rssBytes }) => rssBytes),
    event_loop_mean_delay_ms: column((sample) => sample.loopMeanDelayMilliseconds),
    event_loop_maximum_delay_ms: column((sample) => sample.loopMaximumDelayMilliseconds),
    tasks:
      states.length === 0
        ? null
        : Object.fromEntries(states.map((state) => [state, samples.map(({ tasks }) => tasks?.[state] ?? null)])),
  };
}

/** Four digits are more than a chart shows, and keep the answer short. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
