/** Security of the API: who gets in, what they may do, what is written down, and which TLS is spoken. */
import { z } from "zod";
import { option, section } from "../kit/option.ts";
import { absolutePath, cidr } from "../kit/text.ts";
import { authentication } from "./authentication.ts";

const name = () =>
  z
    .string()
    .regex(/^[A-Za-z0-9](?:[A-Za-z0-9 ._@-]{0,126}[A-Za-z0-9])?$/, "letters, digits, spaces and . _ @ - inside");
const roleName = () => z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/, "a lower-case name, for example admin");
const permission = () =>
  z
    .string()
    .regex(
      /^(?:\*|[a-z][a-z0-9_-]{0,62}(?::(?:\*|[a-z][a-z0-9_-]{0,62}))?)$/,
      "a permission or role: *, read, data:write or cluster:*",
    );
const token = () => z.string().regex(/^[\x21-\x7e]{16,512}$/, "16 to 512 printable ASCII characters without spaces");

const user = section(
  { title: "User", description: "Somebody who logs in with a password." },
  {
    username: option(name(), {
      description: "Name to log in with.",
      source: "003:602",
      apply: "hot",
      example: "admin",
    }),
    passwordHash: option(
      z
        .string()
        .regex(
          /^(?:\$2[aby]\$\d{2}\$[./A-Za-z0-9]{53}|\$scrypt\$ln=\d{1,2},r=\d{1,3},p=\d{1,3}\$[A-Za-z0-9+/=]{16,}\$[A-Za-z0-9+/=]{32,})$/,
          "a whole bcrypt ($2b$…) or scrypt ($scrypt$ln=…) hash of the password",
        ),
      { description: "Hash of the password, never the password.", source: "004:946", apply: "hot", secret: true },
    ),
    roles: option(z.array(roleName()).max(32).default([]), {
      description: "Roles of the user; without one the user may do nothing.",
      source: "004:947",
      apply: "hot",
      example: ["admin"],
    }),
  },
);

const role = section(
  { title: "Role", description: "A set of permissions." },
  {
    name: option(roleName(), { description: "Name of the role.", source: "004:923", apply: "hot", example: "writer" }),
    permissions: option(z.array(permission()).max(128), {
      description: "What the role may do: `*` is everything, `data:*` everything with data, `read` any reading.",
      source: "004:924",
      apply: "hot",
      example: ["data:write", "data:read", "search:execute"],
    }),
  },
);

const apiKey = section(
  { title: "API key", description: "A key of a program, with its permissions and limits." },
  {
    key: option(token(), { description: "The key itself.", source: "004:963", apply: "hot", secret: true }),
    name: option(name(), {
      description: "Name of the key, for logs and limits.",
      source: "004:964",
      apply: "hot",
      example: "API Service",
    }),
    permissions: option(z.array(permission()).max(128), {
      description: "Roles and permissions of the key.",
      source: "004:965",
      apply: "hot",
      example: ["writer"],
    }),
    rateLimits: section(
      { title: "Rate limits of a key", description: "How fast one node takes requests with the key." },
      {
        requestsPerSecond: option(z.int().min(1).max(1_000_000).optional(), {
          description: "Requests a second in the long run. Without it there is no limit.",
          unit: "requests per second",
          source: "004:967",
          apply: "hot",
          example: 100,
        }),
        burstSize: option(z.int().min(1).max(1_000_000).optional(), {
          description: "Requests taken at once. Without it, twice requests_per_second.",
          unit: "requests",
          source: "004:968",
          apply: "hot",
          example: 200,
        }),
      },
    ).prefault({}),
    quotas: section(
      { title: "Quotas of a key", description: "How much the whole cluster does for the key in a day (UTC)." },
      {
        documentsPerDay: option(z.int().min(0).optional(), {
          description: "Documents and key-value entries written in a day. Without it there is no limit.",
          unit: "documents per day",
          source: "004:981",
          apply: "hot",
          example: 1_000_000,
        }),
        searchesPerDay: option(z.int().min(0).optional(), {
          description: "Searches made in a day. Without it there is no limit.",
          unit: "searches per day",
          source: "004:982",
          apply: "hot",
          example: 10_000_000,
        }),
      },
    ).prefault({}),
    ipAllowlist: option(z.array(cidr()).max(256).default([]), {
      description: "Networks that the key may be used from. Empty: from anywhere.",
      source: "004:969",
      apply: "hot",
      example: ["10.0.0.0/8"],
    }),
    expiresAt: option(z.iso.datetime({ offset: true }).optional(), {
      description: "Time from which the key is refused. Without it the key doesn't expire.",
      source: "004:972",
      apply: "hot",
      example: "2027-12-31T23:59:59Z",
    }),
  },
);

const rbac = section(
  { title: "Roles and permissions", description: "What those who got in may do." },
  {
    enabled: option(z.boolean().default(true), {
      description: "Checks permissions. Off, whoever has a credential may do everything.",
      source: "000:972",
      apply: "hot",
    }),
    roles: option(
      z
        .array(role)
        .max(64)
        .default([
          { name: "admin", permissions: ["*"] },
          { name: "operator", permissions: ["read", "inference"] },
          { name: "readonly", permissions: ["read"] },
        ]),
      { description: "The roles.", source: "000:973", apply: "hot" },
    ),
  },
);

const audit = section(
  {
    title: "Audit log",
    description: "Who did what: one line of JSON for every request that changes something or is refused.",
  },
  {
    enabled: option(z.boolean().default(true), {
      description: "Writes the audit log.",
      source: "002:805",
      apply: "hot",
    }),
    file: option(absolutePath().optional(), {
      description: "File to write to. Without it the lines go into the node's log, marked as audit.",
      source: "quorumkit",
      apply: "rolling",
      example: "/var/log/quorumkit/audit.log",
    }),
    reads: option(z.boolean().default(false), {
      description: "Also writes down requests that only read.",
      source: "quorumkit",
      apply: "hot",
    }),
  },
);

const addressRateLimit = section(
  { title: "Rate limit of an address", description: "How fast one node takes requests from one client address." },
  {
    requestsPerSecond: option(z.int().min(1).max(1_000_000).optional(), {
      description: "Requests a second in the long run. Without it there is no limit.",
      unit: "requests per second",
      source: "004:380",
      apply: "hot",
      example: 100,
    }),
    burstSize: option(z.int().min(1).max(1_000_000).optional(), {
      description: "Requests taken at once. Without it, twice requests_per_second.",
      unit: "requests",
      source: "004:380",
      apply: "hot",
      example: 200,
    }),
  },
);

const tls = section(
  {
    title: "TLS policy",
    description: "What every TLS listener of the cluster speaks; certificates and versions stand with each listener.",
  },
  {
    ciphers: option(
      z
        .array(
          z
            .string()
            .regex(/^[A-Z0-9][A-Z0-9_-]{2,63}$/, "an OpenSSL cipher name, for example ECDHE-RSA-AES256-GCM-SHA384"),
        )
        .max(64)
        .default([]),
      {
        description: "Ciphers of TLS 1.2 in order of preference. Empty: those that OpenSSL thinks safe.",
        source: "004:399",
        apply: "rolling",
        example: ["ECDHE-RSA-AES256-GCM-SHA384"],
      },
    ),
    preferServerCiphers: option(z.boolean().default(false), {
      description: "Lets the server's order of ciphers win over the client's.",
      source: "004:400",
      apply: "rolling",
    }),
  },
);

/** `security` in files; `auth` and `rbac` in guide 000, `enable_auth` in guide 003, `security`, `rbac` and `api_keys` in guide 004. */
export const security = section(
  { title: "Security", description: "Credentials, permissions, audit and TLS policy." },
  {
    adminToken: option(token().optional(), {
      description: "Bearer token with every permission. Without any credential admin paths are closed.",
      source: "design",
      apply: "hot",
      secret: true,
      env: ["QUORUMKIT_ADMIN_TOKEN"],
    }),
    adminTokenFile: option(absolutePath().optional(), {
      description: "File that holds the admin token alone.",
      source: "design",
      apply: "hot",
      env: ["QUORUMKIT_ADMIN_TOKEN_FILE"],
      example: "/etc/quorumkit/admin-token",
    }),
    apiKeys: option(z.array(apiKey).max(1_000).default([]), {
      description: "API keys.",
      source: "004:962",
      apply: "hot",
    }),
    apiKeysFile: option(absolutePath().optional(), {
      description: "YAML file with further API keys, a list of the same form. It is read again on a reload.",
      source: "004:286",
      apply: "hot",
      example: "/etc/grape-vector-db/api_keys.yaml",
    }),
    users: option(z.array(user).max(1_000).default([]), {
      description: "Users; they log in for a token, which needs a JWT provider with a secret.",
      source: "003:601",
      apply: "hot",
    }),
    clientNetworks: option(z.array(cidr()).max(256).default([]), {
      description: "Networks that may reach the API, for firewalls and network policies. Empty: every network.",
      source: "003:619",
      apply: "hot",
      example: ["10.0.0.0/24"],
    }),
    addressRateLimit: addressRateLimit.prefault({}),
    auth: authentication.prefault({}),
    rbac: rbac.prefault({}),
    audit: audit.prefault({}),
    tls: tls.prefault({}),
  },
);
