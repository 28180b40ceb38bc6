/** Looks opaque tokens up at the provider that issued them (RFC 7662). */
import { fetchJson } from "./fetch-json.ts";
import { clockToleranceSeconds, ProviderUnavailableError, TokenRefusedError } from "./token.ts";

/** Who asks, and whom. */
export interface IntrospectionClient {
  endpoint: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** A refusal is repeated for this long without asking again. */
const refusalMilliseconds = 10_000;

/** Look-ups at once; more would let anybody use this node against the provider. */
const limitAtOnce = 32;
let running = 0;

/** The claims of a token that is good now. @throws TokenRefusedError, ProviderUnavailableError */
export async function introspect(
  token: string,
  { endpoint, issuer, clientId, clientSecret }: IntrospectionClient,
  now: number,
): Promise<Record<string, unknown>> {
  if (running >= limitAtOnce) throw new ProviderUnavailableError("too many tokens are being looked up at once");
  running += 1;
  try {
    const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString("base64");
    const claims = await fetchJson(endpoint, {
      method: "POST",
      headers: { authorization: `Basic ${basic}`, accept: "application/json" },
      body: new URLSearchParams({ token, token_type_hint: "access_token" }),
    });
    const refusal = refusalOf(claims, { issuer, clientId }, now);
    if (refusal !== undefined) throw new TokenRefusedError(refusal, refusalMilliseconds);
    return claims;
  } finally {
    running -= 1;
  }
}

function refusalOf(
  claims: Readonly<Record<string, unknown>>,
  { issuer, clientId }: { issuer: string; clientId: string },
  now: number,
): string | undefined {
  const { active, exp, nbf, iss, aud, client_id: client } = claims;
  if (active !== true) return "the token is not active";
  const seconds = now / 1000;
  if (typeof exp === "number" && exp <= seconds - clockToleranceSeconds) return "the token has expired";
  if (typeof nbf === "number" && nbf > seconds + clockToleranceSeconds) return "the token is not good yet";
  if (iss !== undefined && iss !== issuer) return "the iss of the token is not the one that is wanted";
  // A token that was issued for somebody else's service must not open this one.
  const audiences: unknown[] = aud === undefined ? [client] : [aud].flat();
  return audiences.includes(clientId) ? undefined : "the aud of the token is not the one that is wanted";
}
