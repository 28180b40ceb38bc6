/** The latest values of a series, in a fixed number of places. */
export class Ring<Item> {
  readonly capacity: number;
  readonly #items: Item[] = [];
  /** Place of the oldest item, once every place is taken. */
  #oldest = 0;

  /** @throws RangeError unless `capacity` is a whole number from 1 */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) {
      throw new RangeError(`capacity must be a whole number from 1, got ${capacity}`);
    }
    this.capacity = capacity;
  }

  /** Adds an item; the oldest one gives way when every place is taken. */
  push(item: Item): void {
    if (this.#items.length < this.capacity) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#oldest] = item;
    this.#oldest = (this.#oldest + 1) % this.capacity;
  }

  /** A copy, oldest first. */
  items(): Item[] {
    return [...this.#items.slice(this.#oldest), ...this.#items.slice(0, this.#oldest)];
  }
}
