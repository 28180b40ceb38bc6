import { compareKeys, type KeyInterval } from "../keys.ts";

/** A block is split when it becomes longer than this. */
const maximumBlock = 512;

/** A set of keys in the order of their UTF-8 bytes: a list of short sorted lists. */
export class SortedKeys {
  /** None of them is empty. */
  readonly #blocks: string[][] = [];

  /** Takes keys that are in order already. */
  constructor(sorted: readonly string[] = []) {
    const step = maximumBlock / 2;
    for (let from = 0; from < sorted.length; from += step) this.#blocks.push(sorted.slice(from, from + step));
  }

  /** The key must not be there yet. */
  add(key: string): void {
    const index = Math.max(0, this.#blockOf(key));
    const block = this.#blocks[index];
    if (block === undefined) {
      this.#blocks.push([key]);
      return;
    }
    block.splice(firstNotBelow(block, key), 0, key);
    if (block.length > maximumBlock) this.#blocks.splice(index + 1, 0, block.splice(maximumBlock / 2));
  }

  delete(key: string): void {
    const index = this.#blockOf(key);
    const block = this.#blocks[index];
    if (block === undefined) return;
    const position = firstNotBelow(block, key);
    if (block[position] !== key) return;
    block.splice(position, 1);
    if (block.length === 0) this.#blocks.splice(index, 1);
  }

  *ascending({ start, end }: KeyInterval): Generator<string, void> {
    const first = Math.max(0, this.#blockOf(start));
    for (let index = first; index < this.#blocks.length; index += 1) {
      const block = this.#blocks[index] ?? [];
      const from = index === first ? firstNotBelow(block, start) : 0;
      for (let position = from; position < block.length; position += 1) {
        const key = block[position] ?? "";
        if (end !== null && compareKeys(key, end) >= 0) return;
        yield key;
      }
    }
  }

  *descending({ start, end }: KeyInterval): Generator<string, void> {
    const last = end === null ? this.#blocks.length - 1 : this.#blockOf(end);
    for (let index = last; index >= 0; index -= 1) {
      const block = this.#blocks[index] ?? [];
      const from = end !== null && index === last ? firstNotBelow(block, end) : block.length;
      for (let position = from - 1; position >= 0; position -= 1) {
        const key = block[position] ?? "";
        if (compareKeys(key, start) < 0) return;
        yield key;
      }
    }
  }

  /** Index of the last block that begins at or below the key; -1 for none. */
  #blockOf(key: string): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.#blocks[middle]?.[0] ?? "", key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Position of the first key that is not below `key`. */
function firstNotBelow(block: readonly string[], key: string): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(block[middle] ?? "", key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
