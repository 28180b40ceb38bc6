/** Finds the credential in the headers of a request. */
import type { NodeConfig } from "@quorumkit/schema";
import type { FastifyRequest } from "fastify";

/** Headers that keys may come in, lower-case. */
export function keyHeaders({ auth }: NodeConfig["security"]): readonly string[] {
  const named = auth.providers.flatMap((provider) =>
    provider.type === "api_key" ? [provider.header.toLowerCase()] : [],
  );
  return [...new Set(["x-api-key", ...named])];
}

/** What was shown. Only a bearer credential may be a token of another issuer. */
export interface ShownCredential {
  text: string;
  bearer: boolean;
}

/** The credential of a request; undefined where there is none. */
export function credentialOf(request: FastifyRequest, headers: readonly string[]): ShownCredential | undefined {
  const text = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? "")?.[1];
  if (text !== undefined) return { text, bearer: true };
  for (const name of headers) {
    const value = request.headers[name];
    if (typeof value === "string" && value !== "") return { text: value, bearer: false };
  }
  return undefined;
}
