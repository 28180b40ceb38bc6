/** Runs a scenario from an empty folder to the verdict. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { checkHistory, type Report, type Verdict } from "./checker.ts";
import { readEverything, runClient } from "./clients.ts";
import { Cluster } from "./cluster.ts";
import type { Fault } from "./faults.ts";
import { History } from "./history.ts";
import { Random } from "./random.ts";
import type { Scenario } from "./scenarios.ts";
import { KeyPool } from "./workloads.ts";

/** How long all members work undisturbed before the first fault, and after each, in ms. */
const calm = 1_500;

/** What a run gave. */
export interface Summary {
  verdict: Verdict;
  report: Report;
  /** In the order in which they happened, with how many writes were acknowledged meanwhile. */
  faults: { name: string; seconds: number; acknowledged: number }[];
  /** The longest time without an acknowledged write, in seconds. */
  longestGap: number;
  reasons: Record<string, number>;
  /** What the members said of their integrity once all was over. */
  integrity: unknown;
}

/** How a run is made. */
export interface RunOptions {
  /** Where the history and the members' files go. */
  directory: string;
  seed: number;
  /** How long faults go on, in s; each happens at least once however short this is. */
  seconds: number;
  /** The program of the node, where it is not this repository's. */
  entry?: string;
}

/** Runs it. Everything is ended when this returns; the folder stays. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Summary> {
  const cluster = await Cluster.start(options.directory, scenario.members, options.entry);
  const history = new History(join(options.directory, "history.jsonl"));
  let ended: Pick<Summary, "faults" | "integrity">;
  try {
    const faults = await underLoad(scenario, cluster, history, new Random(options.seed), options.seconds);
    // In the end every member has to tell the same, and all that was acknowledged.
    await cluster.ready();
    for (const [index, member] of cluster.members.entries()) {
      await readEverything(scenario.clients + index, member, prefix, history);
    }
    ended = { faults, integrity: await cluster.integrity() };
  } finally {
    await history.close();
    await cluster.remove();
  }
  const { verdict, report } = await checkHistory(history.file, { seconds: 120, pages: options.directory });
  const reasons = Object.fromEntries(history.counts.reasons);
  return { verdict, report, ...ended, longestGap: history.longestGap(), reasons };
}

const prefix = "faults/";

/** Runs the clients, and the faults one after the other. */
async function underLoad(
  scenario: Scenario,
  cluster: Cluster,
  history: History,
  random: Random,
  seconds: number,
): Promise<Summary["faults"]> {
  const stop = new AbortController();
  const keys = new KeyPool(prefix, scenario.workload.keys);
  const { workload, consistency } = scenario;
  const load = { members: cluster.members, workload, keys, history, consistency, stop: stop.signal };
  const clients = Promise.all(
    Array.from({ length: scenario.clients }, (_, number) => runClient(number, load, random.fork())),
  );
  // A client that gives up ends the run at once.
  const failure = clients.then(() => new Promise<never>(() => undefined));
  try {
    return await Promise.race([injectAll(scenario.faults, cluster, history, random, seconds), failure]);
  } finally {
    stop.abort();
    await clients;
  }
}

async function injectAll(
  faults: readonly Fault[],
  cluster: Cluster,
  history: History,
  random: Random,
  seconds: number,
): Promise<Summary["faults"]> {
  const happened: Summary["faults"] = [];
  const end = performance.now() + seconds * 1000;
  await delay(calm);
  do {
    for (const fault of random.shuffle(faults)) {
      if (happened.length >= faults.length && performance.now() >= end) break;
      const from = history.now();
      const heal = await fault.inject(cluster, random);
      await delay(fault.seconds * 1000);
      const to = history.now();
      await heal();
      await cluster.ready();
      await delay(calm);
      happened.push({
        name: fault.name,
        seconds: (to - from) / 1e9,
        acknowledged: history.acknowledgedBetween(from, to),
      });
    }
  } while (performance.now() < end);
  return happened;
}
