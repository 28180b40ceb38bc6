/** Bearer tokens of other issuers: what a provider finds in one, and how it refuses. */

/** A token that was checked. */
export interface VerifiedToken {
  /** Whose it is, for logs. */
  subject: string;
  /** As the token has them; only those that `rbac.roles` knows count. */
  roles: readonly string[];
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** How long the check may be relied on without asking again, in milliseconds. */
  goodForMilliseconds: number;
}

/** Checks tokens of one entry of `security.auth.providers`. */
export interface TokenProvider {
  readonly type: "jwt" | "oauth2";
  /** Whether a token looks like one of this provider's. */
  takes: (token: string) => boolean;
  /** @throws TokenRefusedError, ProviderUnavailableError */
  verify: (token: string) => Promise<VerifiedToken>;
}

/** The provider doesn't accept the token. The message is shown to the client and holds nothing of the token. */
export class TokenRefusedError extends Error {
  override readonly name = "TokenRefusedError";
  /** How long the refusal may be repeated without asking again. */
  readonly keptForMilliseconds: number;

  constructor(message: string, keptForMilliseconds = 0) {
    super(message);
    this.keptForMilliseconds = keptForMilliseconds;
  }
}

/** The token can't be checked now. */
export class ProviderUnavailableError extends Error {
  override readonly name = "ProviderUnavailableError";
}

/** Whether a credential has the form of a JWT: three parts of base64url. */
export function looksLikeJwt(credential: string): boolean {
  return /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(credential);
}

/** Clocks of an issuer and of this node may differ by this much. */
export const clockToleranceSeconds = 5;

/** A check is relied on for this long at most, so that a key or token that was withdrawn stops working. */
export const longestReliance = 5 * 60_000;

/** The roles in a claim: a list, or names with spaces between. The claim's name may be a path (`realm_access.roles`). */
export function rolesOf(claims: Readonly<Record<string, unknown>>, claim: string): string[] {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : valueAt(claims, claim.split("."));
  if (typeof value === "string") return value.split(" ").filter((role) => role !== "");
  return Array.isArray(value) ? value.filter((role): role is string => typeof role === "string") : [];
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}

/** A subject as it may stand in logs and answers. */
export function subjectOf(...candidates: readonly unknown[]): string {
  const found = candidates.find((candidate): candidate is string => typeof candidate === "string" && candidate !== "");
  return (found ?? "(no subject)").replace(/[^\x20-\x7e]/g, "?").slice(0, 128);
}
