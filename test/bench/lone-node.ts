/** What one node with the embedded engine does. */
import { makePlace, spawnNode, type NodePlace } from "../runtime/spawn-node.ts";
import { fillThroughApi } from "./fill.ts";
import { clientCounts, measure, rssOf, type Measurement } from "./measure.ts";
import { loadTable } from "./table.ts";

/** What issue 3 aims for. */
const aims = { write: 10_000, read: 15_000, rssMegabytes: 120, readyMilliseconds: 1_000 } as const;

export interface LoneNodeReport {
  measurements: Measurement[];
  /** Milliseconds. */
  ready: { first: number; later: number };
  rss_megabytes: { at_start: number; after: number };
  aims: typeof aims;
}

/** Measures starts, load and memory. */
export async function measureLoneNode(seconds: number): Promise<LoneNodeReport> {
  const place = await makePlace();
  try {
    const ready = await startTimes(place);
    const node = await spawnNode(place);
    const atStart = await rssOf(node.process.pid);
    const measurements: Measurement[] = [];
    await fillThroughApi(place.url);
    // The first load warms the compiler up and is not counted.
    await measure("load.ts", [place.url], "write", 16, 2);
    for (const kind of ["write", "read"] as const) {
      for (const clients of clientCounts) {
        measurements.push(await measure("load.ts", [place.url], kind, clients, seconds));
      }
    }
    const after = await rssOf(node.process.pid);
    node.process.kill("SIGTERM");
    await node.ended;
    return { measurements, ready, rss_megabytes: { at_start: atStart, after }, aims };
  } finally {
    await place.remove();
  }
}

/** The middle one of several starts; the first one fills caches that every later one has. */
async function startTimes(place: NodePlace): Promise<{ first: number; later: number }> {
  const times: number[] = [];
  for (let start = 0; start < 4; start += 1) {
    const node = await spawnNode(place);
    times.push(node.readyAfter);
    node.process.kill("SIGTERM");
    await node.ended;
  }
  const [first = 0, ...rest] = times;
  rest.sort((a, b) => a - b);
  return { first: Math.round(first), later: Math.round(rest[1] ?? 0) };
}

export function describeLoneNode({ measurements, ready, rss_megabytes: rss }: LoneNodeReport): string {
  return [
    "one node, durable writes and linearizable reads through HTTP:",
    loadTable(measurements, (kind) => String(aims[kind])),
    `ready after ${ready.later} ms (first start ${ready.first} ms; aim < ${aims.readyMilliseconds} ms)`,
    `resident memory ${rss.at_start} MB at start, ${rss.after} MB after the load (aim < ${aims.rssMegabytes} MB)`,
  ].join("\n");
}
