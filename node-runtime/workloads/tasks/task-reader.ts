/** Reads tasks: one by its id, or a page of an index. */
import { ApiProblem } from "../../http/problem.ts";
import type { Entry, Store } from "../../store/store.ts";
import {
  claimKey,
  claimPrefix,
  duePrefix,
  idOfKey,
  queuePrefix,
  taskKey,
  taskPrefix,
  typeQueuePrefix,
} from "./keys.ts";
import { readLocated, type LocatedTask } from "./layout.ts";
import type { TaskStatus } from "./task.ts";

export interface TaskQuery {
  /** Undefined: every task. */
  readonly status?: TaskStatus;
  readonly type?: string;
  readonly limit: number;
  readonly order: "ascending" | "descending";
  readonly cursor?: string;
}

export interface TaskPage {
  readonly tasks: readonly LocatedTask[];
  /** Null at the end. With a filter a page may be short, or empty, and still not be the last one. */
  readonly nextCursor: string | null;
}

/** Index keys that one page looks at. */
const scanLimit = 1_000;

/** Readings of a task and its claim that do not belong together before the latest is given out. */
const maximumReadings = 3;

export class TaskReader {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Null where there is no such task. */
  async find(id: string): Promise<LocatedTask | null> {
    for (let reading = 1; ; reading += 1) {
      const [taskEntry, claimEntry] = await Promise.all([this.#store.get(taskKey(id)), this.#store.get(claimKey(id))]);
      if (taskEntry === null) return null;
      const located = readLocated(taskEntry, claimEntry);
      // The two were read one after the other; a claim may have begun or ended in between.
      if ((located.task.status === "running") === (located.claim !== null) || reading === maximumReadings)
        return located;
    }
  }

  /** @throws ApiProblem `not-found` */
  async get(id: string): Promise<LocatedTask> {
    const located = await this.find(id);
    if (located === null)
      throw new ApiProblem("not-found", `there is no task ${id}; it may have been removed after its retention`);
    return located;
  }

  /**
   * Ascending order of the indexes: pending tasks as they will be claimed, scheduled by their next attempt, finished by
   * the time of finishing, others by submission.
   */
  async list(query: TaskQuery): Promise<TaskPage> {
    const prefix = indexPrefix(query);
    const filtered = query.type !== undefined && !(query.status === "pending");
    const tasks: LocatedTask[] = [];
    let position = query.cursor === undefined ? null : readCursor(query.cursor, prefix);
    let looked = 0;
    for (;;) {
      const limit = Math.min(filtered ? Math.max(query.limit, 100) : query.limit, scanLimit);
      const { entries, more } = await this.#page(prefix, position, query.order, limit);
      for (const [index, entry] of entries.entries()) {
        position = entry.key;
        if (filtered && typeOf(entry, prefix) !== undefined && typeOf(entry, prefix) !== query.type) continue;
        const located = await this.find(idOfKey(entry.key));
        if (located === null || (query.type !== undefined && located.task.type !== query.type)) continue;
        if (query.status !== undefined && located.task.status !== query.status) continue;
        tasks.push(located);
        const last = index === entries.length - 1;
        if (tasks.length === query.limit)
          return { tasks, nextCursor: last && !more ? null : showCursor(position, prefix) };
      }
      looked += entries.length;
      if (!more || position === null) return { tasks, nextCursor: null };
      if (looked >= scanLimit) return { tasks, nextCursor: showCursor(position, prefix) };
    }
  }

  /** Pages of the keys; values (the types) come along where they are small. */
  async #page(prefix: string, position: string | null, order: TaskQuery["order"], limit: number) {
    const keysOnly = prefix === taskPrefix || prefix === claimPrefix;
    if (position === null) return this.#store.range({ prefix, limit, order, keysOnly });
    // No id goes on after its 36 characters: the next key in either direction is the next task.
    const interval =
      order === "ascending" ? { start: `${position}\u0000`, end: endOf(prefix) } : { start: prefix, end: position };
    return this.#store.range({ ...interval, limit, order, keysOnly });
  }

  /** The pending task that was submitted first; null without one. Looks at one task of each priority in use. */
  async oldestPending(): Promise<LocatedTask | null> {
    let oldest: string | null = null;
    let start = queuePrefix;
    const end = endOf(queuePrefix);
    for (let priorities = 0; priorities < maximumPriorities; priorities += 1) {
      const { entries } = await this.#store.range({ start, end, limit: 1, keysOnly: true });
      const key = entries[0]?.key;
      if (key === undefined) break;
      const id = idOfKey(key);
      if (oldest === null || id < oldest) oldest = id;
      start = `${key.slice(0, key.length - id.length - 1)}0`;
    }
    return oldest === null ? null : this.find(oldest);
  }
}

/** Priorities looked at for the oldest task. */
const maximumPriorities = 64;

function indexPrefix({ status, type }: TaskQuery): string {
  switch (status) {
    case undefined:
      return taskPrefix;
    case "pending":
      return type === undefined ? queuePrefix : typeQueuePrefix(type);
    case "running":
      return claimPrefix;
    case "scheduled":
      return duePrefix("retry");
    default:
      return duePrefix(status);
  }
}

/** The type that the index tells; undefined where only the task tells. */
function typeOf(entry: Entry, prefix: string): string | undefined {
  return prefix === taskPrefix || prefix === claimPrefix ? undefined : entry.value;
}

/** Above every key of a prefix that ends with a slash. */
function endOf(prefix: string): string {
  return `${prefix.slice(0, -1)}0`;
}

function showCursor(key: string, prefix: string): string {
  return Buffer.from(key.slice(prefix.length)).toString("base64url");
}

function readCursor(cursor: string, prefix: string): string {
  const rest = Buffer.from(cursor, "base64url").toString();
  if (!/^(?:\d{1,16}\/)?[0-9a-f-]{36}$/.test(rest)) {
    throw new ApiProblem(
      "invalid-request",
      `cursor must be the next_cursor of a page of the same query, got ${JSON.stringify(cursor.slice(0, 80))}`,
    );
  }
  return prefix + rest;
}
