/** OpenID Connect discovery: where a provider publishes its keys, and where opaque tokens are looked up. */
import type { JWTVerifyGetKey } from "jose";
import { fetchJson } from "./fetch-json.ts";
import { ProviderUnavailableError } from "./token.ts";
import { publishedKeys } from "./verify-jwt.ts";

/** What a provider says of itself. */
export interface ProviderMetadata {
  issuer: string;
  keys: JWTVerifyGetKey;
  algorithms: readonly string[];
  /** Undefined where the provider has none. */
  introspectionEndpoint: string | undefined;
}

/** Algorithms with a public key; with any other, the published keys would be secrets. */
const asymmetric = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];

/** A provider's metadata is asked for again after this time, */
const keptMilliseconds = 60 * 60_000;
/** and a provider that failed is left alone for this long. */
const pauseMilliseconds = 5_000;

export class Discovery {
  readonly #providerUrl: string;
  readonly #now: () => number;
  #found: { metadata: ProviderMetadata; until: number } | undefined;
  #failed: { error: ProviderUnavailableError; until: number } | undefined;
  #asking: Promise<ProviderMetadata> | undefined;

  constructor(providerUrl: string, now: () => number) {
    this.#providerUrl = providerUrl;
    this.#now = now;
  }

  /** @throws ProviderUnavailableError */
  async metadata(): Promise<ProviderMetadata> {
    const now = this.#now();
    if (this.#found !== undefined && this.#found.until > now) return this.#found.metadata;
    if (this.#failed !== undefined && this.#failed.until > now) throw this.#failed.error;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(): Promise<ProviderMetadata> {
    try {
      const base = this.#providerUrl.replace(/\/+$/, "");
      const document = await fetchJson(`${base}/.well-known/openid-configuration`);
      const metadata = readMetadata(document, this.#providerUrl);
      this.#found = { metadata, until: this.#now() + keptMilliseconds };
      return metadata;
    } catch (error) {
      const known = error instanceof ProviderUnavailableError ? error : new ProviderUnavailableError(String(error));
      this.#failed = { error: known, until: this.#now() + pauseMilliseconds };
      throw known;
    }
  }
}

function readMetadata(document: Readonly<Record<string, unknown>>, providerUrl: string): ProviderMetadata {
  const { issuer, jwks_uri: jwksUri } = document;
  const same = (url: string) => url.replace(/\/+$/, "");
  if (typeof issuer !== "string" || same(issuer) !== same(providerUrl)) {
    throw new ProviderUnavailableError(`${providerUrl} says that it is another issuer`);
  }
  const endpoint = document["introspection_endpoint"];
  const offered = document["id_token_signing_alg_values_supported"];
  const algorithms = Array.isArray(offered) ? asymmetric.filter((name) => offered.includes(name)) : ["RS256"];
  return {
    issuer,
    keys: publishedKeys(endpointOf("jwks_uri", jwksUri, providerUrl)),
    algorithms,
    introspectionEndpoint:
      endpoint === undefined ? undefined : endpointOf("introspection_endpoint", endpoint, providerUrl),
  };
}

/** An endpoint of the provider; one that is asked over TLS doesn't send us to one that is not. */
function endpointOf(name: string, value: unknown, providerUrl: string): string {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  const allowed = providerUrl.startsWith("https:") ? ["https:"] : ["https:", "http:"];
  if (url === undefined || !allowed.includes(url.protocol)) {
    throw new ProviderUnavailableError(`${providerUrl} gives no ${name} that can be used`);
  }
  return url.href;
}
