/** Keeps what the node had to do over the last minutes, in memory: for the status page, where no Prometheus is at hand. */
import type { LoopDelay } from "../node/event-loop.ts";
import { within } from "../node/phases.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import { Ring } from "./ring.ts";

/** Time between two samples. */
export const intervalSeconds = 5;

/** How far the samples reach back. */
export const windowSeconds = 15 * 60;

/** A source that takes longer than this is left out of its sample. */
const sourceLimitMilliseconds = 2_000;

/** What is sampled beside the requests. */
export interface LoadSources {
  /** Durable commits of the store since the process started; undefined while it is not open. */
  commits: () => Promise<number | undefined>;
  /** What the workload is doing; its `counts` are the tasks by state. */
  activity: () => Promise<Record<string, unknown>>;
  /** Delay of the event loop in the latest window. */
  loopDelay: () => LoopDelay;
  /** CPU time of the process since it started, in microseconds. */
  cpuMicroseconds: () => number;
  /** Memory of the process. */
  rssBytes: () => number;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Milliseconds of a clock that is never set back. */
  elapsed: () => number;
}

/** The load between the sample before and this one. Null: nothing is known, or nothing was there to be measured. */
export interface LoadSample {
  /** End of the time that it covers, in milliseconds since the epoch. */
  at: number;
  /** Answers sent, those of the status page itself among them. */
  requestsPerSecond: number;
  /** Answers of status 500 and above among all answers, 0 to 1. */
  errorShare: number | null;
  latencyP50Milliseconds: number | null;
  latencyP95Milliseconds: number | null;
  commitsPerSecond: number | null;
  /** CPU time per time; 1 is one core used in full. */
  cpuShare: number;
  rssBytes: number;
  loopMeanDelayMilliseconds: number;
  loopMaximumDelayMilliseconds: number;
  /** Tasks by state; null where the workload has none. */
  tasks: Readonly<Record<string, number>> | null;
}

/** What is counted from one sample to the next. */
interface Marks {
  elapsed: number;
  cpuMicroseconds: number;
  commits: number | null;
}

export class LoadSampler {
  readonly #sources: LoadSources;
  readonly #samples = new Ring<LoadSample>(windowSeconds / intervalSeconds);
  readonly #latency = new LatencyHistogram();
  #answers = 0;
  #errors = 0;
  #marks: Marks;
  #timer: NodeJS.Timeout | undefined;

  constructor(sources: LoadSources) {
    this.#sources = sources;
    this.#marks = { elapsed: sources.elapsed(), cpuMicroseconds: sources.cpuMicroseconds(), commits: null };
  }

  /** Begins to sample; the timer keeps no process alive. */
  start(): void {
    this.#timer ??= setInterval(() => {
      void this.sample();
    }, intervalSeconds * 1000).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /**
   * Counts an answer. On the hot path: it allocates nothing.
   * @param milliseconds undefined where the length says nothing about the node: streams and long polls
   */
  answered(status: number, milliseconds: number | undefined): void {
    this.#answers += 1;
    if (status >= 500) this.#errors += 1;
    if (milliseconds !== undefined) this.#latency.record(milliseconds);
  }

  /** The samples, oldest first. */
  samples(): LoadSample[] {
    return this.#samples.items();
  }

  /** Takes one sample. A source that fails or hangs leaves null behind and fails nothing. */
  async sample(): Promise<void> {
    const { now, elapsed, cpuMicroseconds, rssBytes, loopDelay } = this.#sources;
    const before = this.#marks;
    const marks: Marks = { elapsed: elapsed(), cpuMicroseconds: cpuMicroseconds(), commits: null };
    this.#marks = marks;
    const milliseconds = Math.max(1, marks.elapsed - before.elapsed);
    const delay = loopDelay();
    const sample: LoadSample = {
      at: now(),
      requestsPerSecond: (this.#answers / milliseconds) * 1000,
      errorShare: this.#answers === 0 ? null : this.#errors / this.#answers,
      latencyP50Milliseconds: this.#latency.percentile(0.5),
      latencyP95Milliseconds: this.#latency.percentile(0.95),
      commitsPerSecond: null,
      cpuShare: (marks.cpuMicroseconds - before.cpuMicroseconds) / 1000 / milliseconds,
      rssBytes: rssBytes(),
      loopMeanDelayMilliseconds: delay.meanMilliseconds,
      loopMaximumDelayMilliseconds: delay.maximumMilliseconds,
      tasks: null,
    };
    this.#answers = 0;
    this.#errors = 0;
    this.#latency.clear();
    const [commits, activity] = await Promise.all([this.#ask("commits"), this.#ask("activity")]);
    marks.commits = commits ?? null;
    if (marks.commits !== null && before.commits !== null) {
      sample.commitsPerSecond = Math.max(0, ((marks.commits - before.commits) / milliseconds) * 1000);
    }
    sample.tasks = countsOf(activity?.["counts"]);
    this.#samples.push(sample);
  }

  async #ask<Name extends "commits" | "activity">(
    name: Name,
  ): Promise<Awaited<ReturnType<LoadSources[Name]>> | undefined> {
    try {
      const asked = this.#sources[name]() as Promise<Awaited<ReturnType<LoadSources[Name]>>>;
      return await within(asked, sourceLimitMilliseconds);
    } catch {
      // That the store or the workload doesn't answer is told by the health checks.
      return undefined;
    }
  }
}

/** Makes a sampler of this process and starts it. */
export function startLoadSampler(
  sources: Pick<LoadSources, "commits" | "activity" | "loopDelay" | "now">,
): LoadSampler {
  const sampler = new LoadSampler({
    ...sources,
    cpuMicroseconds: () => {
      const { user, system } = process.cpuUsage();
      return user + system;
    },
    rssBytes: () => process.memoryUsage.rss(),
    elapsed: () => performance.now(),
  });
  sampler.start();
  return sampler;
}

function countsOf(counts: unknown): Record<string, number> | null {
  if (typeof counts !== "object" || counts === null) return null;
  const entries = Object.entries(counts).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number" && Number.isFinite(entry[1]),
  );
  return entries.length === 0 ? null : Object.fromEntries(entries);
}
