import { existsSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { Problem } from "./problem.mjs";
import { capture } from "./process.mjs";
import { startProgress } from "./terminal.mjs";

/** Asked by Debian's packages before they start a service; 101 forbids it. */
const policyFile = "/usr/sbin/policy-rc.d";

/** @param {string[]} packages @returns {Promise<string[]>} those that aren't installed */
async function missingPackages(packages) {
  const result = await capture("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Status}\n", ...packages]);
  const installed = new Set(
    result.stdout
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  return packages.filter((name) => !installed.has(name));
}

/** @param {string[]} args */
async function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const result = await capture("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=300", ...args], { env });
  if (result.code !== 0)
    throw new Error(`apt-get ${args[0]}: ${result.stderr.trim().split("\n").slice(-6).join("\n")}`);
}

/** @param {string[]} packages */
async function install(packages) {
  const ownPolicy = !existsSync(policyFile);
  if (ownPolicy) writeFileSync(policyFile, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await apt(["update"]);
    await apt(["install", "--yes", "--no-install-recommends", ...packages]);
  } finally {
    if (ownPolicy) rmSync(policyFile, { force: true });
  }
}

/**
 * Makes sure that these Debian packages are installed. As root it installs them, without starting their services;
 * otherwise it fails with the command that would.
 *
 * @param {string[]} packages
 */
export async function ensureDebianPackages(packages) {
  const missing = await missingPackages(packages);
  if (missing.length === 0) return;
  const step = `Installing ${missing.join(", ")}`;
  const command = `apt-get update && apt-get install --no-install-recommends ${missing.join(" ")}`;
  if ((await capture("apt-get", ["--version"])).code !== 0) {
    throw new Problem(step, "this isn't a Debian system, so they can't be installed from here", [
      `install what these Debian packages hold: ${missing.join(", ")}`,
    ]);
  }
  if (process.getuid?.() !== 0)
    throw new Problem(step, "only root may install packages", [`run: sudo sh -c '${command}'`]);
  const progress = startProgress(`installing ${missing.join(", ")} (apt-get)`);
  try {
    await install(missing);
    progress.succeed(`installed ${missing.join(", ")}`);
  } catch (error) {
    progress.clear();
    throw new Problem(step, /** @type {Error} */ (error).message, [`run it yourself: ${command}`]);
  }
}
