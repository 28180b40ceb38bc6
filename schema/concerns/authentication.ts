/** Who counts as known: the providers of tokens and keys. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { httpUrl } from "../kit/http-url.ts";
import { option, section } from "../kit/option.ts";
import { absolutePath } from "../kit/text.ts";

const claim = () => z.string().regex(/^[A-Za-z0-9_./:-]{1,128}$/, "the name of a claim");
const text = () => z.string().regex(/^[\x20-\x7e]{1,512}$/, "1 to 512 printable ASCII characters");

const rolesClaim = (source: string) =>
  option(claim().default("roles"), { description: "Claim of a token that lists its roles.", source, apply: "hot" });

const jwtProvider = section(
  {
    title: "JWT provider",
    description: "Accepts bearer tokens that are signed with a shared secret (HS256) or a private key (RS256).",
  },
  {
    type: option(z.literal("jwt"), { description: "Kind of the provider.", source: "000:960", apply: "hot" }),
    secret: option(z.string().min(1).optional(), {
      description:
        "Shared secret of HS256 signatures, at least 32 bytes. Tokens of users who log in are signed with it.",
      source: "000:962",
      apply: "hot",
      secret: true,
    }),
    algorithm: option(z.enum(["HS256", "RS256"]).default("HS256"), {
      description: "How tokens are signed; no other algorithm is accepted.",
      source: "quorumkit",
      apply: "hot",
    }),
    publicKeyFile: option(absolutePath().optional(), {
      description: "Public key of RS256 signatures, in PEM.",
      source: "quorumkit",
      apply: "hot",
      example: "/etc/quorumkit/jwt.pub",
    }),
    jwksUrl: option(httpUrl().optional(), {
      description:
        "Where the public keys of RS256 signatures are published (JWKS). They are fetched again for an unknown key id.",
      source: "quorumkit",
      apply: "hot",
      example: "https://login.example.com/.well-known/jwks.json",
    }),
    tokenLifetime: option(duration({ min: "1m", max: "30d" }).default("1h"), {
      description: "How long the token of a user who logged in is good.",
      source: "quorumkit",
      apply: "hot",
    }),
    issuer: option(text().optional(), {
      description: "Issuer that a token must name. Without it any.",
      source: "000:963",
      apply: "hot",
      example: "ollama-distributed",
    }),
    audience: option(text().optional(), {
      description: "Audience that a token must name. Without it any.",
      source: "000:964",
      apply: "hot",
      example: "api-clients",
    }),
    rolesClaim: rolesClaim("quorumkit"),
  },
);

const oauth2Provider = section(
  {
    title: "OAuth2 provider",
    description: "Accepts tokens of an OpenID Connect provider, checked by its published keys.",
  },
  {
    type: option(z.literal("oauth2"), { description: "Kind of the provider.", source: "000:965", apply: "hot" }),
    clientId: option(text(), {
      description: "Id of this cluster at the provider.",
      source: "000:967",
      apply: "hot",
      example: "ollama",
    }),
    clientSecret: option(z.string().min(1).optional(), {
      description: "Secret of this cluster at the provider; needed for opaque tokens, which are looked up there.",
      source: "000:968",
      apply: "hot",
      secret: true,
    }),
    providerUrl: option(httpUrl(), {
      description: "Address of the provider; its keys are found by OpenID Connect discovery.",
      source: "000:969",
      apply: "hot",
      example: "https://login.example.com",
    }),
    rolesClaim: rolesClaim("quorumkit"),
  },
);

const apiKeyProvider = section(
  { title: "API key provider", description: "Accepts the keys of api_keys and api_keys_file." },
  {
    type: option(z.literal("api_key"), { description: "Kind of the provider.", source: "004:531", apply: "hot" }),
    header: option(
      z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, "the name of an HTTP header")
        .default("X-API-Key"),
      { description: "Header that carries the key.", source: "004:531", apply: "hot" },
    ),
  },
);

/** `security.auth` in files. */
export const authentication = section(
  {
    title: "Authentication",
    description: "Who may use the API. Admin paths need a credential whether it is on or not.",
  },
  {
    enabled: option(z.boolean().default(false), {
      description: "Refuses every API request without a credential; health and readiness stay open.",
      source: "000:958",
      apply: "hot",
    }),
    providers: option(
      z
        .array(z.discriminatedUnion("type", [jwtProvider, oauth2Provider, apiKeyProvider]))
        .max(8)
        .default([]),
      {
        description: "What counts as a credential, asked in this order. API keys count without being named here.",
        source: "000:959",
        apply: "hot",
      },
    ),
  },
);
