/** Checks a JWT and says in a sentence why it is not accepted. */
import type { errors as JoseErrors, JWTPayload, JWTVerifyGetKey } from "jose";
import type { KeyObject } from "node:crypto";
import { clockToleranceSeconds, ProviderUnavailableError, TokenRefusedError } from "./token.ts";

/** Loaded with the first token that is checked: a node without tokens does without its memory. */
const loadJose = () => import("jose");

/** What a token has to be. */
export interface JwtRules {
  key: KeyObject | JWTVerifyGetKey;
  algorithms: readonly string[];
  issuer: string | undefined;
  audience: string | undefined;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** A checked payload: it has an end. */
export type EndingPayload = JWTPayload & { exp: number };

/** @throws TokenRefusedError, ProviderUnavailableError */
export async function verifyJwt(token: string, rules: JwtRules): Promise<EndingPayload> {
  const { errors, jwtVerify } = await loadJose();
  const options = {
    algorithms: [...rules.algorithms],
    clockTolerance: clockToleranceSeconds,
    currentDate: new Date(rules.now()),
    // A token without an end could never be taken back.
    requiredClaims: ["exp"],
    ...(rules.issuer === undefined ? {} : { issuer: rules.issuer }),
    ...(rules.audience === undefined ? {} : { audience: rules.audience }),
  };
  try {
    const { key } = rules;
    const { payload } = await (typeof key === "function"
      ? jwtVerify(token, key, options)
      : jwtVerify(token, key, options));
    if (payload.exp === undefined) throw new TokenRefusedError("the token has no exp");
    return { ...payload, exp: payload.exp };
  } catch (error) {
    if (error instanceof TokenRefusedError || error instanceof ProviderUnavailableError) throw error;
    throw new TokenRefusedError(reasonOf(error, errors));
  }
}

function reasonOf(error: unknown, errors: typeof JoseErrors): string {
  if (error instanceof errors.JWTExpired) return "the token has expired";
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.reason === "missing"
      ? `the token has no ${error.claim}`
      : `the ${error.claim} of the token is not the one that is wanted`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return "the token is signed with another algorithm";
  if (error instanceof errors.JWKSNoMatchingKey) return "the token is signed with a key that is not published";
  if (error instanceof errors.JWKSMultipleMatchingKeys) return "the token does not name the key it is signed with";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "the signature of the token does not match";
  return "the token is not a JWT that can be checked";
}

/** The published keys at a URL. Without them a token can't be checked, which is not the token's fault. */
export function publishedKeys(url: string): JWTVerifyGetKey {
  let keys: JWTVerifyGetKey | undefined;
  return async (header, token) => {
    const { createRemoteJWKSet, errors } = await loadJose();
    keys ??= createRemoteJWKSet(new URL(url), { timeoutDuration: 5_000 });
    try {
      return await keys(header, token);
    } catch (error) {
      const ofTheToken =
        error instanceof errors.JWKSNoMatchingKey ||
        error instanceof errors.JWKSMultipleMatchingKeys ||
        error instanceof errors.JOSENotSupported;
      if (ofTheToken) throw error;
      const { origin } = new URL(url);
      throw new ProviderUnavailableError(`the keys at ${origin} can't be fetched`, { cause: error });
    }
  };
}
