/** An identity provider for tests: discovery, published keys and token introspection on the loopback address. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type JWTPayload } from "jose";

/** A running provider. */
export interface TestProvider {
  url: string;
  publicKey: string;
  /** Requests by path. */
  asked: Map<string, number>;
  /** Answers of token introspection, by token. */
  opaque: Map<string, Record<string, unknown>>;
  /** `authorization` headers that introspection was asked with. */
  clients: string[];
  /** While true every request is answered with 500. */
  broken: boolean;
  sign: (claims: JWTPayload, alg?: string) => Promise<string>;
  /** Publishes another key, which signs from then on. */
  rotate: () => Promise<void>;
}

/** Starts a provider that stops when the test ends. */
export async function startTestProvider(test: Pick<TestContext, "after">): Promise<TestProvider> {
  let number = 0;
  const makeKey = async () => {
    number += 1;
    const pair = await generateKeyPair("RS256", { extractable: true });
    return { ...pair, jwk: { ...(await exportJWK(pair.publicKey)), kid: `key-${number}`, alg: "RS256", use: "sig" } };
  };
  let key = await makeKey();
  const provider: TestProvider = {
    url: "",
    publicKey: await exportSPKI(key.publicKey),
    asked: new Map(),
    opaque: new Map(),
    clients: [],
    broken: false,
    sign: (claims, alg = "RS256") =>
      new SignJWT(claims).setProtectedHeader({ alg, kid: key.jwk.kid }).sign(key.privateKey),
    rotate: async () => {
      key = await makeKey();
    },
  };
  const answers: Record<string, (body: URLSearchParams) => unknown> = {
    "/.well-known/openid-configuration": () => ({
      issuer: provider.url,
      jwks_uri: `${provider.url}/keys`,
      introspection_endpoint: `${provider.url}/introspect`,
      id_token_signing_alg_values_supported: ["RS256", "HS256"],
    }),
    "/keys": () => ({ keys: [key.jwk] }),
    "/introspect": (body) => provider.opaque.get(body.get("token") ?? "") ?? { active: false },
  };
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    provider.asked.set(path, (provider.asked.get(path) ?? 0) + 1);
    if (path === "/introspect") provider.clients.push(request.headers.authorization ?? "");
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const answer = provider.broken ? undefined : answers[path];
      response.writeHead(answer === undefined ? 500 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer?.(new URLSearchParams(Buffer.concat(chunks).toString())) ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  test.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return provider;
}
