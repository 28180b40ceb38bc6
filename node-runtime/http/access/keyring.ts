/** Finds whom a credential belongs to. */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { ApiKey, Credentials } from "../../config/credentials.ts";
import { inNetworks, type NetworkCheck } from "./networks.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Somebody who showed a credential. */
export interface Holder {
  /** For logs. */
  name: string;
  /** Roles and permissions. */
  permissions: readonly string[];
  /** Milliseconds since the epoch; undefined for a credential that doesn't end. */
  expiresAt: number | undefined;
  /** Undefined: from anywhere. */
  allowedFrom: NetworkCheck | undefined;
  bucket: TokenBucket | undefined;
}

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
    if (adminToken !== undefined) {
      const holder = { permissions: ["*"], expiresAt: undefined, allowedFrom: undefined, bucket: undefined };
      this.#add(adminToken, { name: "admin token", ...holder });
    }
    for (const key of apiKeys) this.#add(key.key, holderOf(key, now));
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  find(credential: string): Holder | undefined {
    const digest = this.#digest(credential);
    const entry = this.#entries.get(digest.toString("base64"));
    return entry !== undefined && timingSafeEqual(entry.digest, digest) ? entry.holder : undefined;
  }

  #add(credential: string, holder: Holder): void {
    const digest = this.#digest(credential);
    this.#entries.set(digest.toString("base64"), { digest, holder });
  }

  #digest(credential: string): Buffer {
    return createHmac("sha256", this.#secret).update(credential).digest();
  }
}

function holderOf(key: ApiKey, now: number): Holder {
  const { requestsPerSecond, burstSize } = key.rateLimits;
  return {
    name: key.name,
    permissions: key.permissions,
    expiresAt: key.expiresAt === undefined ? undefined : Date.parse(key.expiresAt),
    allowedFrom: key.ipAllowlist.length === 0 ? undefined : inNetworks(key.ipAllowlist),
    bucket:
      requestsPerSecond === undefined
        ? undefined
        : new TokenBucket(requestsPerSecond, burstSize ?? 2 * requestsPerSecond, now),
  };
}
