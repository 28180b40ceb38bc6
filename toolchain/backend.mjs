import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { pulumiHome } from "./locate.mjs";
import { Problem } from "./problem.mjs";
import { capture } from "./process.mjs";

const service = "https://api.pulumi.com";

/**
 * The state backend that the user has chosen, by environment or by `pulumi login`.
 *
 * @param {NodeJS.ProcessEnv} env @returns {string | undefined} its URL; undefined: none was chosen
 */
export function chosenBackend(env = process.env) {
  if (env.PULUMI_BACKEND_URL) return env.PULUMI_BACKEND_URL;
  const file = join(pulumiHome(env), "credentials.json");
  let current;
  try {
    if (existsSync(file)) ({ current } = JSON.parse(readFileSync(file, "utf8")));
  } catch {
    throw new Problem("Reading Pulumi's login", `${file} isn't valid JSON`, ["log in again: npx pulumi login --local"]);
  }
  return current || (env.PULUMI_ACCESS_TOKEN ? service : undefined);
}

/** @param {string} url @returns {boolean} whether it is a Pulumi service, which keeps the encryption keys itself */
export function isService(url) {
  return /^https?:/.test(url);
}

/** @param {NodeJS.ProcessEnv} env */
export function passphraseFile(env = process.env) {
  return join(env.XDG_CONFIG_HOME || join(homedir(), ".config"), "quorumkit", "passphrase");
}

/**
 * Makes the file with a random passphrase, readable by its owner only, unless it is there.
 *
 * @param {string} file @returns {boolean} whether it was made now
 */
export function ensurePassphrase(file) {
  if (existsSync(file)) return false;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const temporary = mkdtempSync(join(dirname(file), ".making-"));
  try {
    const draft = join(temporary, "passphrase");
    writeFileSync(draft, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * Makes sure that there is a backend and, where secrets are encrypted here, a passphrase: a local file backend and a
 * generated passphrase when the user has chosen none.
 *
 * @param {string} cli @param {(message: string) => void} say @param {NodeJS.ProcessEnv} env
 * @returns {Promise<NodeJS.ProcessEnv>} the variables to add for Pulumi
 */
export async function prepareBackend(cli, say, env = process.env) {
  let backend = chosenBackend(env);
  if (!backend) {
    const result = await capture(cli, ["login", "--local"], {
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: 60_000,
    });
    if (result.code !== 0) {
      throw new Problem("Logging in to a local Pulumi backend", result.stderr.trim(), [
        "choose a backend yourself: npx pulumi login <url>",
      ]);
    }
    say(
      `logged in to a local Pulumi backend: the state is in ${join(userInfo().homedir, ".pulumi")} (choose another: npx pulumi login <url>)`,
    );
    backend = "file://~";
  }
  if (isService(backend) || env.PULUMI_CONFIG_PASSPHRASE !== undefined || env.PULUMI_CONFIG_PASSPHRASE_FILE) return {};
  const file = passphraseFile(env);
  if (ensurePassphrase(file))
    say(`made a passphrase for the secrets of your stacks: ${file} (keep it: the state can't be read without it)`);
  return { PULUMI_CONFIG_PASSPHRASE_FILE: file };
}
