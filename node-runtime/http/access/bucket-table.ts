/** A rate limit for each of many names, such as client addresses, in bounded memory. */
import { isIPv6 } from "node:net";
import { TokenBucket } from "./token-bucket.ts";

/** How fast one name may go. */
export interface BucketLimits {
  perSecond: number;
  burst: number;
}

/** Names that are remembered at least; up to twice as many are. */
const defaultSize = 16_384;

/**
 * Two generations: a name that is used moves into the young one; when that is full, the old one is forgotten. A name that
 * is forgotten begins with a full burst, so whoever can use more than `size` names has no limit: it costs them that many
 * addresses.
 */
export class BucketTable {
  readonly #limits: BucketLimits;
  readonly #size: number;
  #young = new Map<string, TokenBucket>();
  #old = new Map<string, TokenBucket>();

  constructor(limits: BucketLimits, size = defaultSize) {
    this.#limits = limits;
    this.#size = size;
  }

  /** How many names are remembered. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Takes one. @returns 0 if it may go on, else the milliseconds until one may */
  take(name: string, now: number): number {
    return this.#bucketOf(name, now).take(now);
  }

  #bucketOf(name: string, now: number): TokenBucket {
    const known = this.#young.get(name);
    if (known !== undefined) return known;
    const bucket = this.#old.get(name) ?? new TokenBucket(this.#limits.perSecond, this.#limits.burst, now);
    this.#old.delete(name);
    if (this.#young.size >= this.#size) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(name, bucket);
    return bucket;
  }
}

/** The name of a client address in a table: of IPv6 its /64, since one client has as many addresses as it likes there. */
export function limitedAddress(address: string): string {
  if (!address.includes(":") || address.startsWith("::ffff:") || !isIPv6(address)) return address;
  const [head = "", tail] = (address.split("%")[0] ?? "").split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const last = tail === "" ? [] : tail.split(":");
    while (groups.length + last.length < 8) groups.push("0");
    groups.push(...last);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
