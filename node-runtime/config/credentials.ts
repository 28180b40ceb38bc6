/** The credentials of the API: those in the config, and those in the files that it names. */
import type { KeyObject } from "node:crypto";
import { readNodeConfig, type NodeConfig } from "@quorumkit/schema";
import { readConfigFile, readText } from "./file.ts";
import { ConfigError, fileProblem, type LocatedProblem } from "./problems.ts";
import { readPublicKey } from "./public-key.ts";

/** One API key of the config. */
export type ApiKey = NodeConfig["security"]["apiKeys"][number];

/** Everything that may open the API. */
export interface Credentials {
  /** Bearer token with every permission; undefined where there is none. */
  adminToken: string | undefined;
  apiKeys: readonly ApiKey[];
  /** Keys of the `public_key_file` of jwt providers, by path; absent where there are none. */
  publicKeys?: ReadonlyMap<string, KeyObject>;
}

/**
 * Reads the files that the config names and puts them beside what stands in the config itself.
 * @throws ConfigError
 */
export async function readCredentials(security: NodeConfig["security"]): Promise<Credentials> {
  const keyFiles = security.auth.providers.flatMap((provider) =>
    provider.type === "jwt" && provider.publicKeyFile !== undefined ? [provider.publicKeyFile] : [],
  );
  const [fromFile, furtherKeys, publicKeys] = await Promise.all([
    security.adminTokenFile === undefined ? undefined : readAdminToken(security.adminTokenFile),
    security.apiKeysFile === undefined ? [] : readApiKeys(security.apiKeysFile),
    Promise.all(keyFiles.map(async (path) => [path, await readPublicKey(path)] as const)),
  ]);
  return {
    adminToken: security.adminToken ?? fromFile,
    apiKeys: [...security.apiKeys, ...furtherKeys],
    ...(publicKeys.length === 0 ? {} : { publicKeys: new Map(publicKeys) }),
  };
}

async function readAdminToken(path: string): Promise<string> {
  const token = (await readText(path, 4096)).trim();
  if (!/^[\x21-\x7e]{16,512}$/.test(token)) {
    const want = "16 to 512 printable ASCII characters without spaces, alone in the file";
    throw new ConfigError([
      { ...fileProblem(path, "holds no admin token", want), path: "security.admin_token_file", rule: "format" },
    ]);
  }
  return token;
}

/** A list of keys, or a map with the list under `api_keys` as guide 004:962 has it. */
async function readApiKeys(path: string): Promise<readonly ApiKey[]> {
  const file = await readConfigFile(path);
  const nested = typeof file.value === "object" && file.value !== null && "api_keys" in file.value;
  const list = nested ? (file.value as { api_keys: unknown }).api_keys : file.value;
  // The smallest config around the keys, so that they are checked as those of the config are.
  const { value, errors } = readNodeConfig({
    system: "coordinator",
    node: { id: "node" },
    security: { api_keys: list },
  });
  if (value !== undefined) return value.security.apiKeys;
  throw new ConfigError(
    errors.map((problem): LocatedProblem => {
      const inside = problem.path.replace(/^security\.api_keys\.?/, "");
      const place = inside.replace(/^\[(\d+)\]/, "$1");
      return { ...problem, path: inside, where: file.where(nested ? `api_keys${inside}` : place) };
    }),
  );
}
