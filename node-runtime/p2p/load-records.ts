/** Load and health as the nodes tell each other. Hints for routing; never a ground for membership or ownership. */
import { z } from "zod";

/** Bytes of a record at most; a full one has about 300. */
export const recordLimitBytes = 1024;

/** Time between two records of a node. */
export const gossipIntervalMilliseconds = 3_000;

const rate = z.number().nonnegative();

/** One record, as it travels. */
export const loadRecord = z.strictObject({
  node_id: z.string().min(1).max(63),
  at: z.int().nonnegative().describe("Milliseconds since the epoch, by the clock of its node"),
  ready: z.boolean(),
  leader: z.boolean(),
  requests_per_second: rate,
  in_flight: z.int().nonnegative(),
  p99_ms: rate.nullable().describe("Null where nothing was answered, or nothing is known"),
  cpu: rate.describe("CPU time per time; 1 is one core used in full"),
  rss: z.int().nonnegative().describe("Bytes"),
  workload: z.string().max(63),
});

export type LoadRecord = z.infer<typeof loadRecord>;

/** Why a record was not taken. */
export type DropReason = "size" | "form" | "stale" | "unknown-peer";

/**
 * Reads a record from the wire.
 * @param now milliseconds since the epoch
 * @param staleMilliseconds how far its clock may be from ours, in either direction
 */
export function readLoadRecord(
  data: Uint8Array,
  now: number,
  staleMilliseconds: number,
): LoadRecord | Exclude<DropReason, "unknown-peer"> {
  if (data.byteLength > recordLimitBytes) return "size";
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));
  } catch {
    return "form";
  }
  const parsed = loadRecord.safeParse(value);
  if (!parsed.success) return "form";
  return Math.abs(now - parsed.data.at) > staleMilliseconds ? "stale" : parsed.data;
}

/** The latest record of each node. Records expire: a node that fell silent is not said to be idle. */
export class LoadTable {
  readonly #records = new Map<string, { record: LoadRecord; receivedAt: number }>();
  readonly #lifetime: number;
  readonly #elapsed: () => number;

  /**
   * @param lifetimeMilliseconds how long a record counts
   * @param elapsed milliseconds of a clock that is never set back
   */
  constructor(lifetimeMilliseconds: number, elapsed: () => number = () => performance.now()) {
    this.#lifetime = lifetimeMilliseconds;
    this.#elapsed = elapsed;
  }

  /** Takes a record unless a later one of that node is there. Gossip brings them in any order. */
  put(record: LoadRecord): void {
    const present = this.#records.get(record.node_id);
    const expired = present === undefined || this.#elapsed() - present.receivedAt > this.#lifetime;
    if (!expired && present.record.at >= record.at) return;
    this.#records.set(record.node_id, { record, receivedAt: this.#elapsed() });
  }

  /** The latest of each node that is not expired, by node id. */
  latest(): ReadonlyMap<string, LoadRecord> {
    const now = this.#elapsed();
    for (const [nodeId, { receivedAt }] of this.#records) {
      if (now - receivedAt > this.#lifetime) this.#records.delete(nodeId);
    }
    return new Map([...this.#records].map(([nodeId, { record }]) => [nodeId, record]));
  }
}
