/** One watch as every engine's hub keeps it: how far it has come, and the batches that its consumer has not taken yet. */
import { intervalContains, selectionInterval } from "./keys.ts";
import type { WatchBatch, WatchEvent, WatchOptions } from "./store.ts";

/** A watch whose consumer is this many batches behind is no longer fed, and reads the history itself later. */
const maximumPending = 256;

export class Watcher {
  readonly options: WatchOptions;
  /** The next revision that has not been looked at; below it everything is delivered or pending. */
  cursor = 0;
  /** Revision of the latest batch put out. */
  reported = 0;
  readonly pending: WatchBatch[] = [];
  /** Whether a key is one of those that are watched. */
  readonly #matches: (key: string) => boolean;
  protected readonly withPrevious: boolean;
  #wake: (() => void) | undefined;

  constructor(options: WatchOptions) {
    this.options = options;
    this.#matches = keyMatcher(options);
    this.withPrevious = options.previousValue ?? false;
  }

  get crowded(): boolean {
    return this.pending.length >= maximumPending;
  }

  /** Nothing before `first` is of interest. */
  begin(first: number): void {
    this.cursor = first;
    this.reported = first - 1;
  }

  push(batch: WatchBatch): void {
    this.reported = batch.revision;
    this.pending.push(batch);
    this.wake();
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** Resolves at the next {@link wake}. */
  async wait(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Looks at all events of a revision: those that match are put out, once. */
  protected lookAt<Event>(
    revision: number,
    events: readonly Event[],
    keyOf: (event: Event) => string,
    shown: (event: Event) => WatchEvent,
  ): void {
    if (revision < this.cursor) return;
    this.cursor = revision + 1;
    const matching = events.filter((event) => this.#matches(keyOf(event)));
    if (matching.length > 0) this.push({ revision, events: matching.map(shown) });
  }
}

function keyMatcher(options: WatchOptions): (key: string) => boolean {
  if ("key" in options) {
    const wanted = options.key;
    return (key) => key === wanted;
  }
  if ("prefix" in options) {
    const { prefix } = options;
    return (key) => key.startsWith(prefix);
  }
  const interval = selectionInterval(options);
  return (key) => intervalContains(interval, key);
}
