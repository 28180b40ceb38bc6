/** What is known of tokens that were shown lately, in bounded memory. */
import type { Holder } from "../holder.ts";
import type { TokenRefusedError } from "./token.ts";

/** Either whose token it is, or why it is refused. */
export type TokenFinding = Holder | TokenRefusedError;

/** The least recently used entry goes first. Keys are digests; tokens themselves are not kept. */
export class TokenCache {
  readonly #limit: number;
  readonly #entries = new Map<string, { finding: TokenFinding; until: number }>();

  /** @param limit entries at most */
  constructor(limit = 4_096) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(digest: string, now: number): TokenFinding | undefined {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return undefined;
    this.#entries.delete(digest);
    if (entry.until <= now) return undefined;
    this.#entries.set(digest, entry);
    return entry.finding;
  }

  /** @param until milliseconds since the epoch */
  set(digest: string, finding: TokenFinding, until: number): void {
    this.#entries.delete(digest);
    if (this.#entries.size >= this.#limit) {
      const oldest = this.#entries.keys().next();
      if (oldest.done !== true) this.#entries.delete(oldest.value);
    }
    this.#entries.set(digest, { finding, until });
  }
}
