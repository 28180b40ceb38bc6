/** Finds whose token was shown: the providers of the config, asked in their order. */
import type { NodeConfig } from "@quorumkit/schema";
import type { Credentials } from "../../../config/credentials.ts";
import type { Holder } from "../holder.ts";
import { jwtProvider } from "./jwt-provider.ts";
import { oauth2Provider } from "./oauth2-provider.ts";
import { TokenCache } from "./token-cache.ts";
import { ProviderUnavailableError, TokenRefusedError, type TokenProvider, type VerifiedToken } from "./token.ts";

export class TokenAuthenticator {
  readonly #providers: readonly TokenProvider[];
  readonly #knownRoles: ReadonlySet<string>;
  readonly #now: () => number;
  readonly #cache = new TokenCache();
  /** Checks under way, so that requests that come together share one. */
  readonly #checks = new Map<string, Promise<Holder>>();

  constructor(security: NodeConfig["security"], credentials: Credentials, now: () => number) {
    this.#now = now;
    this.#knownRoles = new Set(security.rbac.roles.map(({ name }) => name));
    this.#providers = security.auth.providers.flatMap((provider): TokenProvider[] => {
      if (provider.type === "jwt") return [jwtProvider(provider, credentials.publicKeys ?? new Map(), now)];
      return provider.type === "oauth2" ? [oauth2Provider(provider, now)] : [];
    });
  }

  /** Whether there is no provider of tokens at all. */
  get isEmpty(): boolean {
    return this.#providers.length === 0;
  }

  /**
   * Whose token it is: at once where it was checked lately. Undefined where no provider has such tokens.
   * @param digest keyed digest of the token
   * @throws TokenRefusedError, ProviderUnavailableError (also by the promise)
   */
  find(token: string, digest: Buffer): Holder | Promise<Holder> | undefined {
    if (this.#providers.length === 0) return undefined;
    const key = digest.toString("base64");
    const known = this.#cache.get(key, this.#now());
    if (known instanceof TokenRefusedError) throw known;
    if (known !== undefined) return known;
    const asked = this.#providers.filter((provider) => provider.takes(token));
    if (asked.length === 0) return undefined;
    const running = this.#checks.get(key);
    if (running !== undefined) return running;
    const check = this.#check(token, key, asked).finally(() => this.#checks.delete(key));
    this.#checks.set(key, check);
    return check;
  }

  async #check(token: string, key: string, providers: readonly TokenProvider[]): Promise<Holder> {
    const refusals: TokenRefusedError[] = [];
    let unavailable: ProviderUnavailableError | undefined;
    for (const provider of providers) {
      try {
        return this.#accept(await provider.verify(token), provider.type, key);
      } catch (error) {
        if (error instanceof TokenRefusedError) refusals.push(error);
        else if (error instanceof ProviderUnavailableError) unavailable ??= error;
        else throw error;
      }
    }
    // One that can't be asked might have accepted it.
    if (unavailable !== undefined) throw unavailable;
    const kept = Math.min(...refusals.map(({ keptForMilliseconds }) => keptForMilliseconds));
    const reasons = [...new Set(refusals.map(({ message }) => message))].join("; ");
    const refusal = new TokenRefusedError(reasons, kept);
    if (kept > 0) this.#cache.set(key, refusal, this.#now() + kept);
    throw refusal;
  }

  #accept(token: VerifiedToken, kind: TokenProvider["type"], key: string): Holder {
    const now = this.#now();
    const holder: Holder = {
      name: token.subject,
      kind,
      // Names that an issuer makes up must not be read as permissions.
      permissions: token.roles.filter((role) => this.#knownRoles.has(role)),
      expiresAt: undefined,
      allowedFrom: undefined,
      bucket: undefined,
      quotas: {},
    };
    this.#cache.set(key, holder, Math.min(token.expiresAt, now + token.goodForMilliseconds));
    return holder;
  }
}
