/** Rules about credentials, roles and an API that others can reach. */
import type { z } from "zod";
import type { api } from "../concerns/api.ts";
import { isLoopback } from "../concerns/loopback.ts";
import type { security } from "../concerns/security.ts";
import type { Rule, Violation } from "./rule.ts";

type Security = z.output<typeof security>;

interface Scope {
  api: z.output<typeof api>;
  security: Security;
}

/** Secrets that stand in the guides, so everybody has them. All others of the guides start with `your-`. */
const publishedSecrets = new Set(["sk-prod-cluster-admin-abc123", "sk-prod-api-service-def456"]);
const sampleHash = `$2b$12$${"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234".slice(0, 53)}`;

function isPublished(secret: string): boolean {
  return publishedSecrets.has(secret) || secret.startsWith("your-");
}

/** True where somebody can get in at all. */
function hasCredential({ adminToken, adminTokenFile, apiKeys, apiKeysFile, auth }: Security): boolean {
  return (
    adminToken !== undefined ||
    adminTokenFile !== undefined ||
    apiKeys.length > 0 ||
    apiKeysFile !== undefined ||
    auth.providers.some((provider) => provider.type !== "api_key")
  );
}

/** Every secret of the section with its path. */
function listSecrets({ adminToken, apiKeys, auth }: Security): { path: string; secret: string }[] {
  return [
    ...(adminToken === undefined ? [] : [{ path: "security.adminToken", secret: adminToken }]),
    ...apiKeys.map(({ key }, index) => ({ path: `security.apiKeys.${index}.key`, secret: key })),
    ...auth.providers.flatMap((provider, index) => {
      const path = `security.auth.providers.${index}`;
      if (provider.type === "jwt" && provider.secret !== undefined)
        return [{ path: `${path}.secret`, secret: provider.secret }];
      if (provider.type === "oauth2" && provider.clientSecret !== undefined)
        return [{ path: `${path}.clientSecret`, secret: provider.clientSecret }];
      return [];
    }),
  ];
}

function duplicates(path: string, key: string, names: readonly string[]): Violation[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [
          {
            path: `${path}.${index}.${key}`,
            message: `${JSON.stringify(name)} is there twice`,
            want: "a name of its own",
          },
        ],
  );
}

const quoted = (names: readonly string[]) => (names.length === 0 ? "none, since there are no roles" : names.join(", "));

export const securityRules: readonly Rule<Scope>[] = [
  {
    id: "jwt-provider-needs-a-public-key",
    severity: "error",
    source: "design",
    description: "A JWT provider of RS256 has one place that its public key comes from, and one of HS256 has none.",
    reads: ["security.auth.providers"],
    check: ({ security: { auth } }) =>
      auth.providers.flatMap((provider, index) => {
        if (provider.type !== "jwt") return [];
        const given = [provider.publicKeyFile, provider.jwksUrl].filter((place) => place !== undefined).length;
        if (given === (provider.algorithm === "RS256" ? 1 : 0)) return [];
        return [
          {
            path: `security.auth.providers.${index}.publicKeyFile`,
            message: `a jwt provider of ${provider.algorithm} has ${given} sources of public keys`,
            want:
              provider.algorithm === "RS256" ? "public_key_file or jwks_url" : "neither public_key_file nor jwks_url",
          },
        ];
      }),
    counterexample: { security: { auth: { providers: [{ type: "jwt", algorithm: "RS256" }] } } },
  },
  {
    id: "jwt-provider-needs-secret",
    severity: "error",
    source: "000:962",
    description: "A JWT provider of HS256 has a secret to check signatures with.",
    reads: ["security.auth.providers"],
    check: ({ security: { auth } }) =>
      auth.providers.flatMap((provider, index) =>
        provider.type === "jwt" && provider.algorithm === "HS256" && provider.secret === undefined
          ? [
              {
                path: `security.auth.providers.${index}.secret`,
                message: "a jwt provider needs a secret to check signatures with",
                want: "a random secret of at least 32 bytes",
              },
            ]
          : [],
      ),
    counterexample: { security: { auth: { providers: [{ type: "jwt" }] } } },
  },
  {
    id: "jwt-secret-at-least-32-bytes",
    severity: "error",
    source: "design",
    description:
      "The secret of HS256 signatures has at least 32 bytes (RFC 7518, section 3.2); a shorter one can be guessed.",
    reads: ["security.auth.providers"],
    check: ({ security: { auth } }) =>
      auth.providers.flatMap((provider, index) =>
        provider.type === "jwt" &&
        provider.secret !== undefined &&
        new TextEncoder().encode(provider.secret).length < 32
          ? [
              {
                path: `security.auth.providers.${index}.secret`,
                message: "the secret of a jwt provider must have at least 32 bytes",
                want: "a random secret of at least 32 bytes",
              },
            ]
          : [],
      ),
    counterexample: { security: { auth: { providers: [{ type: "jwt", secret: "too-short" }] } } },
  },
  {
    id: "no-published-secrets",
    severity: "error",
    source: "004:963",
    description: "A secret that stands in one of the guides is no secret.",
    reads: ["security"],
    check: ({ security: value }) =>
      listSecrets(value)
        .filter(({ secret }) => isPublished(secret))
        .map(({ path }) => ({
          path,
          message: "this secret stands in a deployment guide, so everybody has it",
          want: "a random secret of your own",
        })),
    counterexample: {
      security: {
        api_keys: [{ key: "sk-prod-cluster-admin-abc123", name: "Production Admin", permissions: ["admin"] }],
      },
    },
  },
  {
    id: "authentication-needs-a-credential",
    severity: "error",
    source: "000:958",
    description: "Where authentication is on, there is some credential to get in with.",
    reads: ["security"],
    check: ({ security: value }) =>
      value.auth.enabled && !hasCredential(value)
        ? [
            {
              path: "security.auth.enabled",
              message: "authentication is on, but nobody can get in",
              want: "a jwt or oauth2 provider, an API key or an admin token; or false",
            },
          ]
        : [],
    counterexample: { security: { auth: { enabled: true } } },
  },
  {
    id: "reachable-api-needs-a-credential",
    severity: "warning",
    source: "design",
    description:
      "An API that listens beyond this machine has some credential; without one its admin paths stay closed.",
    reads: ["api.host", "security"],
    check: ({ api: { host }, security: value }) =>
      !isLoopback(host) && !hasCredential(value)
        ? [
            {
              path: "api.host",
              message: "the API listens beyond this machine without any credential; its admin paths stay closed",
              want: "127.0.0.1, or security.admin_token, security.api_keys or security.auth.providers",
            },
          ]
        : [],
    counterexample: { api: { host: "0.0.0.0" } },
  },
  {
    id: "reachable-api-needs-authentication",
    severity: "warning",
    source: "003:592",
    description: "An API that listens beyond this machine asks for credentials.",
    reads: ["api.host", "security"],
    check: ({ api: { host }, security: value }) =>
      !isLoopback(host) && hasCredential(value) && !value.auth.enabled
        ? [
            {
              path: "security.auth.enabled",
              message: "the API listens beyond this machine and, but for its admin paths, takes requests from anybody",
              want: "true, or api.host: 127.0.0.1",
            },
          ]
        : [],
    counterexample: { api: { host: "0.0.0.0" }, security: { admin_token: "T6b1uJ0aVq8Zc3Xe" } },
  },
  {
    id: "one-admin-token",
    severity: "error",
    source: "design",
    description: "The admin token is given as itself or as a file, not both.",
    reads: ["security.adminToken", "security.adminTokenFile"],
    check: ({ security: { adminToken, adminTokenFile } }) =>
      adminToken !== undefined && adminTokenFile !== undefined
        ? [
            {
              path: "security.adminTokenFile",
              message: "admin_token and admin_token_file exclude each other",
              want: "one of the two",
            },
          ]
        : [],
    counterexample: { security: { admin_token: "T6b1uJ0aVq8Zc3Xe", admin_token_file: "/etc/quorumkit/admin-token" } },
  },
  {
    id: "roles-exist",
    severity: "error",
    source: "004:947",
    description: "Roles of users, and roles and plain permissions of API keys, are those of rbac.roles.",
    reads: ["security.users", "security.apiKeys", "security.rbac"],
    check: ({ security: { users, apiKeys, rbac } }) => {
      if (!rbac.enabled) return [];
      const roles = rbac.roles.map(({ name }) => name);
      const known = new Set([...roles, ...rbac.roles.flatMap(({ permissions }) => permissions)]);
      const unknownRoles = users.flatMap((user, index) =>
        user.roles.flatMap((role, position) =>
          roles.includes(role) ? [] : [{ path: `security.users.${index}.roles.${position}`, role }],
        ),
      );
      const unknownPermissions = apiKeys.flatMap((key, index) =>
        key.permissions.flatMap((role, position) =>
          role === "*" || role.includes(":") || known.has(role)
            ? []
            : [{ path: `security.apiKeys.${index}.permissions.${position}`, role }],
        ),
      );
      return [...unknownRoles, ...unknownPermissions].map(({ path, role }) => ({
        path,
        message: `there is no role ${JSON.stringify(role)}`,
        want: `one of ${quoted(roles)}`,
      }));
    },
    counterexample: {
      security: { api_keys: [{ key: "T6b1uJ0aVq8Zc3Xe", name: "API Service", permissions: ["nobody"] }] },
    },
  },
  {
    id: "unique-security-names",
    severity: "error",
    source: "design",
    description: "No two users, API keys or roles have the same name.",
    reads: ["security.users", "security.apiKeys", "security.rbac.roles"],
    check: ({ security: { users, apiKeys, rbac } }) => [
      ...duplicates(
        "security.users",
        "username",
        users.map(({ username }) => username),
      ),
      ...duplicates(
        "security.apiKeys",
        "name",
        apiKeys.map(({ name }) => name),
      ),
      ...duplicates(
        "security.rbac.roles",
        "name",
        rbac.roles.map(({ name }) => name),
      ),
    ],
    counterexample: {
      security: {
        rbac: {
          roles: [
            { name: "reader", permissions: ["read"] },
            { name: "reader", permissions: ["data:read"] },
          ],
        },
      },
    },
  },
  {
    id: "users-need-a-jwt-provider",
    severity: "warning",
    source: "003:599",
    description: "Users log in for a token, which a JWT provider signs with its secret.",
    reads: ["security.users", "security.auth.providers"],
    check: ({ security: { users, auth } }) =>
      users.length > 0 && !auth.providers.some((provider) => provider.type === "jwt" && provider.algorithm === "HS256")
        ? [
            {
              path: "security.users",
              message: "users can't log in without a jwt provider of HS256, which signs their tokens",
              want: "no users, or a provider of type jwt with a secret",
            },
          ]
        : [],
    counterexample: { security: { users: [{ username: "admin", password_hash: sampleHash, roles: ["admin"] }] } },
  },
];
