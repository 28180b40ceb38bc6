/** The log of events in the store: numbered, each id once, the latest 1000. */
import type { Compare, Operation, Store } from "../../store/store.ts";
import { eventIdsPrefix, eventKey, eventsPrefix, sequenceOf } from "../keys.ts";
import { readRecord } from "../presence/records.ts";
import { clusterEvent, type ClusterEvent, type EventType, type NumberedEvent } from "./event.ts";

/** What is done together with the events, or not at all. */
export interface Alongside {
  /** Conditions of the caller's own. */
  readonly compare?: readonly Compare[];
  readonly then?: readonly Operation[];
}

export interface EventQuery {
  readonly limit: number;
  readonly types?: readonly EventType[];
  /** Only events before this number. */
  readonly before?: number;
}

export interface EventLogOptions {
  store: Pick<Store, "get" | "range" | "txn">;
  /** Events kept. Default 1000. */
  limit?: number;
}

const pageSize = 200;

export class EventLog {
  readonly #store: EventLogOptions["store"];
  readonly #limit: number;

  constructor({ store, limit = 1_000 }: EventLogOptions) {
    this.#store = store;
    this.#limit = limit;
  }

  /**
   * Writes those of the events whose id is not known yet, in one transaction. Writers that come at the same time take
   * turns. At most 20 events.
   * @returns how many were written; undefined where a condition of `alongside` did not hold, and nothing was done
   */
  async append(events: readonly ClusterEvent[], alongside: Alongside = {}): Promise<number | undefined> {
    for (;;) {
      const fresh = await this.#unknown(events);
      const { compare = [], then = [] } = alongside;
      if (fresh.length === 0 && compare.length + then.length === 0) return 0;
      const last = await this.#lastSequence();
      const sequences = fresh.map((_event, index) => last + 1 + index);
      const { succeeded } = await this.#store.txn({
        compare: [...fresh.flatMap((event, index) => absent(event, last + 1 + index)), ...compare],
        then: [
          ...fresh.flatMap((event, index) => puts(event, last + 1 + index)),
          ...(await this.#expired(sequences)),
          ...then,
        ],
      });
      if (succeeded) return fresh.length;
      if (compare.length > 0) return undefined;
    }
  }

  /** Newest first, as this node has them. */
  async list({ limit, types, before }: EventQuery): Promise<NumberedEvent[]> {
    const wanted = types === undefined ? undefined : new Set(types);
    const found: NumberedEvent[] = [];
    let end = before === undefined ? `${eventsPrefix.slice(0, -1)}0` : eventKey(before);
    for (;;) {
      const { entries, more } = await this.#store.range({
        start: eventsPrefix,
        end,
        limit: pageSize,
        order: "descending",
        consistency: "stale",
      });
      for (const { key, value } of entries) {
        end = key;
        const event = readRecord(clusterEvent, value);
        if (event === undefined || wanted?.has(event.type) === false) continue;
        found.push({ sequence: sequenceOf(key), event });
        if (found.length === limit) return found;
      }
      if (!more) return found;
    }
  }

  async #unknown(events: readonly ClusterEvent[]): Promise<ClusterEvent[]> {
    const marks = await Promise.all(events.map(({ id }) => this.#store.get(eventIdsPrefix + id)));
    return events.filter((_event, index) => marks[index] === null);
  }

  async #lastSequence(): Promise<number> {
    const { entries } = await this.#store.range({
      prefix: eventsPrefix,
      limit: 1,
      order: "descending",
      keysOnly: true,
    });
    return entries[0] === undefined ? 0 : sequenceOf(entries[0].key);
  }

  /** Deletes what these numbers push out, with the marks of their ids. */
  async #expired(sequences: readonly number[]): Promise<Operation[]> {
    const old = sequences.map((sequence) => sequence - this.#limit).filter((sequence) => sequence > 0);
    const entries = await Promise.all(old.map((sequence) => this.#store.get(eventKey(sequence))));
    return entries.flatMap((entry): Operation[] => {
      if (entry === null) return [];
      const event = readRecord(clusterEvent, entry.value);
      return [
        { operation: "delete", key: entry.key },
        ...(event === undefined ? [] : ([{ operation: "delete", key: eventIdsPrefix + event.id }] as const)),
      ];
    });
  }
}

function absent(event: ClusterEvent, sequence: number): Compare[] {
  return [eventKey(sequence), eventIdsPrefix + event.id].map((key) => ({
    key,
    target: "createRevision",
    operator: "=",
    value: 0,
  }));
}

function puts(event: ClusterEvent, sequence: number): Operation[] {
  return [
    { operation: "put", key: eventKey(sequence), value: JSON.stringify(event) },
    { operation: "put", key: eventIdsPrefix + event.id, value: String(sequence) },
  ];
}
