/** The addresses of nodes, by their names. */
import { lookup } from "node:dns/promises";

/** Finds the address of a name. */
export type Lookup = (host: string) => Promise<{ address: string }>;

/**
 * Keeps what a name was last resolved to, and resolves it again beside. For a name that is gone a lookup may take seconds
 * (a container that was stopped), and holds one of the few threads that all lookups share: one at a time is under way for
 * a name, and nobody waits for one whose answer was known before.
 */
export class Addresses {
  readonly #lookup: Lookup;
  readonly #known = new Map<string, string>();
  readonly #underWay = new Map<string, Promise<string>>();

  constructor(find: Lookup = lookup) {
    this.#lookup = find;
  }

  /** The latest address. Rejects where none was ever found. */
  of(host: string): Promise<string> {
    const found = this.#underWay.get(host) ?? this.#resolve(host);
    const known = this.#known.get(host);
    if (known === undefined) return found;
    // What is known holds while the name can't be resolved: whether the node is there, its answer says.
    found.catch(() => undefined);
    return Promise.resolve(known);
  }

  #resolve(host: string): Promise<string> {
    const found = this.#lookup(host)
      .then(({ address }) => {
        this.#known.set(host, address);
        return address;
      })
      .finally(() => {
        this.#underWay.delete(host);
      });
    this.#underWay.set(host, found);
    return found;
  }
}
