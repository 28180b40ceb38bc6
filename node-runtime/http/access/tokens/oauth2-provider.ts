/** Providers of type oauth2: JWTs are checked with the provider's published keys, opaque tokens are looked up there. */
import type { NodeConfig } from "@quorumkit/schema";
import { Discovery } from "./discovery.ts";
import { introspect } from "./introspection.ts";
import {
  longestReliance,
  looksLikeJwt,
  rolesOf,
  subjectOf,
  TokenRefusedError,
  type TokenProvider,
  type VerifiedToken,
} from "./token.ts";
import { verifyJwt } from "./verify-jwt.ts";

type OAuth2Config = Extract<NodeConfig["security"]["auth"]["providers"][number], { type: "oauth2" }>;

/** A token that was looked up is looked up again after this time, since it may have been revoked. */
const opaqueReliance = 60_000;

/** The audience of tokens is the client id. */
export function oauth2Provider(config: OAuth2Config, now: () => number): TokenProvider {
  const { clientId, clientSecret, rolesClaim } = config;
  const discovery = new Discovery(config.providerUrl, now);

  const verified = async (token: string): Promise<VerifiedToken> => {
    const { issuer, keys, algorithms } = await discovery.metadata();
    const payload = await verifyJwt(token, { key: keys, algorithms, issuer, audience: clientId, now });
    return {
      subject: subjectOf(payload.sub),
      roles: rolesOf(payload, rolesClaim),
      expiresAt: payload.exp * 1000,
      goodForMilliseconds: longestReliance,
    };
  };

  const lookedUp = async (token: string, secret: string): Promise<VerifiedToken> => {
    const { issuer, introspectionEndpoint: endpoint } = await discovery.metadata();
    if (endpoint === undefined) throw new TokenRefusedError("the provider does not look up opaque tokens");
    const claims = await introspect(token, { endpoint, issuer, clientId, clientSecret: secret }, now());
    const { sub, username, client_id: client, exp } = claims;
    return {
      subject: subjectOf(sub, username, client),
      roles: rolesOf(claims, rolesClaim),
      expiresAt: typeof exp === "number" ? exp * 1000 : now() + opaqueReliance,
      goodForMilliseconds: opaqueReliance,
    };
  };

  return {
    type: "oauth2",
    takes: (token) => clientSecret !== undefined || looksLikeJwt(token),
    verify: (token) =>
      looksLikeJwt(token) || clientSecret === undefined ? verified(token) : lookedUp(token, clientSecret),
  };
}
