/** Finds whom a credential belongs to. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { ApiKey, Credentials } from "../../config/credentials.ts";
import type { Holder } from "./holder.ts";
import { inNetworks } from "./networks.ts";
import { TokenBucket } from "./token-bucket.ts";

interface Entry {
  digest: Buffer;
  holder: Holder;
}

/**
 * Credentials by their keyed digest. The key is made anew in each process, so how long a look-up takes says nothing
 * about the credential itself; the digests are then compared in constant time.
 */
export class Keyring {
  readonly #secret = randomBytes(32);
  readonly #entries = new Map<string, Entry>();

  constructor({ adminToken, apiKeys }: Credentials, now: number) {
    if (adminToken !== undefined) this.#add(adminToken, adminHolder);
    for (const key of apiKeys) this.#add(key.key, holderOf(key, now));
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** The digest that a credential is looked up by. */
  digest(credential: string): Buffer {
    return createHmac("sha256", this.#secret).update(credential).digest();
  }

  find(digest: Buffer): Holder | undefined {
    const entry = this.#entries.get(digest.toString("base64"));
    return entry !== undefined && timingSafeEqual(entry.digest, digest) ? entry.holder : undefined;
  }

  #add(credential: string, holder: Holder): void {
    const digest = this.digest(credential);
    this.#entries.set(digest.toString("base64"), { digest, holder });
  }
}

const adminHolder: Holder = {
  name: "admin token",
  kind: "admin-token",
  permissions: ["*"],
  expiresAt: undefined,
  allowedFrom: undefined,
  bucket: undefined,
  quotas: {},
};

function holderOf(key: ApiKey, now: number): Holder {
  const { requestsPerSecond, burstSize } = key.rateLimits;
  const { documentsPerDay, searchesPerDay } = key.quotas;
  return {
    name: key.name,
    kind: "api-key",
    permissions: key.permissions,
    expiresAt: key.expiresAt === undefined ? undefined : Date.parse(key.expiresAt),
    allowedFrom: key.ipAllowlist.length === 0 ? undefined : inNetworks(key.ipAllowlist),
    bucket:
      requestsPerSecond === undefined
        ? undefined
        : new TokenBucket(requestsPerSecond, burstSize ?? 2 * requestsPerSecond, now),
    quotas: {
      ...(documentsPerDay === undefined ? {} : { documents: documentsPerDay }),
      ...(searchesPerDay === undefined ? {} : { searches: searchesPerDay }),
    },
  };
}
