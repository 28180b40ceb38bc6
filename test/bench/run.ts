/**
 * `npm run bench`: what one node does through HTTP on this machine, the load generator beside it. Prints a table, or one
 * JSON document with --json. `--seconds N` is the length of each measurement (default 5).
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { makePlace, spawnNode, type NodePlace } from "../runtime/spawn-node.ts";

const run = promisify(execFile);
const loadFile = fileURLToPath(new URL("load.ts", import.meta.url));

const clientCounts = [1, 16, 64] as const;
const keys = 10_000;

/** What issue 3 aims for. */
const aims = { writes: 10_000, reads: 15_000, rssMegabytes: 120, readyMilliseconds: 1_000 } as const;

interface Measurement {
  kind: "write" | "read";
  clients: number;
  perSecond: number;
  p50Milliseconds: number;
  p99Milliseconds: number;
  refused: number;
}

async function measure(
  place: NodePlace,
  kind: "write" | "read",
  clients: number,
  seconds: number,
): Promise<Measurement> {
  const { stdout } = await run(process.execPath, [
    loadFile,
    place.url,
    kind,
    String(clients),
    String(seconds),
    String(keys),
  ]);
  const result = JSON.parse(stdout) as Record<string, number>;
  return {
    kind,
    clients,
    perSecond: Math.round((result["answered"] ?? 0) / (result["seconds"] ?? 1)),
    p50Milliseconds: result["p50Milliseconds"] ?? 0,
    p99Milliseconds: result["p99Milliseconds"] ?? 0,
    refused: result["refused"] ?? 0,
  };
}

/** Resident memory of a process, in megabytes. */
async function rssOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid ?? 0}/status`, "utf8");
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
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

const { values } = parseArgs({
  options: { json: { type: "boolean", default: false }, seconds: { type: "string", default: "5" } },
});
const place = await makePlace();
try {
  const ready = await startTimes(place);
  const node = await spawnNode(place);
  const rssAtStart = await rssOf(node.process.pid);
  const measurements: Measurement[] = [];
  // The first load warms the compiler up and is not counted; it also writes the keys that are read.
  await measure(place, "write", 16, 2);
  for (const kind of ["write", "read"] as const) {
    for (const clients of clientCounts) measurements.push(await measure(place, kind, clients, Number(values.seconds)));
  }
  const rss = await rssOf(node.process.pid);
  node.process.kill("SIGTERM");
  await node.ended;
  const machine = `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} cores, node ${process.version}`;
  const report = { machine, measurements, ready, rss_megabytes: { at_start: rssAtStart, after: rss }, aims };
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : `${table(report)}\n`);
} finally {
  await place.remove();
}

function table(report: {
  machine: string;
  measurements: readonly Measurement[];
  ready: { first: number; later: number };
  rss_megabytes: { at_start: number; after: number };
}): string {
  const rows = report.measurements.map(({ kind, clients, perSecond, p50Milliseconds, p99Milliseconds, refused }) => {
    const aim = clients === 64 ? `${kind === "write" ? aims.writes : aims.reads}` : "";
    const cells = [kind, clients, perSecond, aim, p50Milliseconds, p99Milliseconds, refused];
    return cells.map((cell) => String(cell).padStart(9)).join(" ");
  });
  const heads = ["", "clients", "per s", "aim", "p50 ms", "p99 ms", "refused"]
    .map((head) => head.padStart(9))
    .join(" ");
  const { ready, rss_megabytes: rss } = report;
  return [
    report.machine,
    "durable writes and linearizable reads of one node, through HTTP:",
    heads,
    ...rows,
    `ready after ${ready.later} ms (first start ${ready.first} ms; aim < ${aims.readyMilliseconds} ms)`,
    `resident memory ${rss.at_start} MB at start, ${rss.after} MB after the load (aim < ${aims.rssMegabytes} MB)`,
  ].join("\n");
}
