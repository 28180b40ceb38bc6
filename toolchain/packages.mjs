import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { Problem } from "./problem.mjs";
import { capture } from "./process.mjs";
import { startProgress } from "./terminal.mjs";
import { minimumNodeVersion } from "./tools.mjs";
import { isAtLeast } from "./versions.mjs";

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** @param {string} root @returns {string} */
function lockHash(root) {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

/** @param {string} root @returns {string} where the hash of the installed lock file is kept */
function hashFile(root) {
  return join(root, "node_modules", ".quorumkit-lock-hash");
}

/**
 * Whether npm's own record of what is in node_modules agrees with the lock file, as after `npm install` by hand.
 *
 * @param {string} root
 */
function npmRecordAgrees(root) {
  const record = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = readJson(record).packages;
  return Object.entries(readJson(join(root, "package-lock.json")).packages).every(([path, wanted]) => {
    if (!path.includes("node_modules/") || wanted.link) return true;
    const found = installed[path];
    return found ? found.version === wanted.version : Boolean(wanted.optional || wanted.devOptional || wanted.peer);
  });
}

/** @param {string} root @returns {boolean} whether node_modules is what package-lock.json says */
export function packagesAreInstalled(root) {
  if (!existsSync(join(root, "node_modules", ".bin", "node"))) return false;
  if (!existsSync(hashFile(root))) return npmRecordAgrees(root);
  return readFileSync(hashFile(root), "utf8").trim() === lockHash(root);
}

/** Fails when the Node.js that runs this is too old for these scripts. */
export function checkNodeVersion() {
  if (isAtLeast(process.version, minimumNodeVersion)) return;
  throw new Problem("Starting", `Node.js is ${process.version}, older than ${minimumNodeVersion}`, [
    "install a newer Node.js: https://nodejs.org",
  ]);
}

/**
 * Installs the packages by `npm ci`, the pinned Node.js among them, when they aren't what package-lock.json says.
 *
 * @param {string} root
 */
export async function ensurePackages(root) {
  if (packagesAreInstalled(root)) return;
  const progress = startProgress("installing the npm packages");
  // npm runs on the Node.js that is outside node_modules: it is about to replace the one inside.
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const result = await capture("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    env: { ...process.env, PATH: path.join(delimiter) },
  });
  if (result.code !== 0) {
    progress.clear();
    const reason = result.stderr.trim().split("\n").slice(-12).join("\n") || `npm ci ended with ${result.code}`;
    throw new Problem("Installing the npm packages (npm ci)", reason, [
      "if the registry could not be reached: check the network and `npm config get registry`, then run this again",
      "if npm isn't installed: install it with Node.js, https://nodejs.org",
    ]);
  }
  writeFileSync(hashFile(root), `${lockHash(root)}\n`);
  progress.succeed("installed the npm packages");
}
