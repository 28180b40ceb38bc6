/** Somebody who showed a credential. */
import type { NetworkCheck } from "./networks.ts";
import type { TokenBucket } from "./token-bucket.ts";

/** How a holder showed who it is; for the audit log. */
export type CredentialKind = "admin-token" | "api-key" | "jwt" | "oauth2" | "join-token";

/** What is counted in a day. */
export type QuotaKind = "documents" | "searches";

export interface Holder {
  /** For logs: the name of the key, the subject of the token. */
  name: string;
  kind: CredentialKind;
  /** Roles and permissions. */
  permissions: readonly string[];
  /** Milliseconds since the epoch; undefined for a credential that doesn't end. */
  expiresAt: number | undefined;
  /** Undefined: from anywhere. */
  allowedFrom: NetworkCheck | undefined;
  bucket: TokenBucket | undefined;
  /** How much of each in a day (UTC); nothing stands for no limit. */
  quotas: Readonly<Partial<Record<QuotaKind, number>>>;
}
