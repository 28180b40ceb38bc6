/** Providers of type jwt: HS256 with a shared secret, RS256 with a key from a file or with published keys. */
import { createSecretKey, type KeyObject } from "node:crypto";
import type { NodeConfig } from "@quorumkit/schema";
import type { JWTVerifyGetKey } from "jose";
import { longestReliance, looksLikeJwt, rolesOf, subjectOf, type TokenProvider } from "./token.ts";
import { publishedKeys, verifyJwt } from "./verify-jwt.ts";

/** One entry of `security.auth.providers` of type jwt. */
export type JwtProviderConfig = Extract<NodeConfig["security"]["auth"]["providers"][number], { type: "jwt" }>;

/** @param publicKeys the keys of the files that providers name, by path */
export function jwtProvider(
  config: JwtProviderConfig,
  publicKeys: ReadonlyMap<string, KeyObject>,
  now: () => number,
): TokenProvider {
  const rules = {
    key: keyOf(config, publicKeys),
    algorithms: [config.algorithm],
    issuer: config.issuer,
    audience: config.audience,
    now,
  };
  return {
    type: "jwt",
    takes: looksLikeJwt,
    verify: async (token) => {
      const payload = await verifyJwt(token, rules);
      return {
        subject: subjectOf(payload.sub),
        roles: rolesOf(payload, config.rolesClaim),
        expiresAt: payload.exp * 1000,
        goodForMilliseconds: longestReliance,
      };
    },
  };
}

function keyOf(
  { algorithm, secret, publicKeyFile, jwksUrl }: JwtProviderConfig,
  publicKeys: ReadonlyMap<string, KeyObject>,
): KeyObject | JWTVerifyGetKey {
  if (algorithm === "HS256" && secret !== undefined) return hmacKey(secret);
  const key = publicKeyFile === undefined ? undefined : publicKeys.get(publicKeyFile);
  if (key !== undefined) return key;
  if (jwksUrl !== undefined) return publishedKeys(jwksUrl);
  throw new Error("a jwt provider has no key; the rules of the schema keep such a config out");
}

/** The key of HS256 signatures. */
export function hmacKey(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret, "utf8"));
}
