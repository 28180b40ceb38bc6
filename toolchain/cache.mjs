import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir, hostname } from "node:os";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

const staleAfter = 30_000;
const refreshEvery = 5_000;

/** @param {NodeJS.ProcessEnv} env @returns {string} the folder of everything that was downloaded or built */
export function toolsDirectory(env = process.env) {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "quorumkit", "tools");
}

/** @param {string} folder @returns {string[]} every file under it, in an order that is the same everywhere */
function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

/**
 * A short key of everything that decides what a build gives: the same content has the same key wherever it lies.
 *
 * @param {string[]} folders whose files are read @param {string[]} settings flags, versions, platform
 * @returns {string} 16 hexadecimal digits
 */
export function contentKey(folders, settings) {
  const hash = createHash("sha256");
  for (const folder of folders) {
    for (const file of filesUnder(folder)) {
      hash
        .update(`${relative(folder, file).replaceAll("\\", "/")}\0`)
        .update(readFileSync(file))
        .update("\0");
    }
  }
  return hash.update(JSON.stringify(settings)).digest("hex").slice(0, 16);
}

/**
 * Makes a folder whole or not at all: `fill` writes into a temporary one, which then gets the name. A run that finds
 * the folder made by another meanwhile takes that one.
 *
 * @param {string} directory @param {(temporary: string) => Promise<void>} fill
 */
export async function publishDirectory(directory, fill) {
  mkdirSync(dirname(directory), { recursive: true });
  const temporary = mkdtempSync(join(dirname(directory), ".making-"));
  try {
    await fill(temporary);
    try {
      renameSync(temporary, directory);
    } catch (error) {
      if (!existsSync(directory)) throw error;
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** @param {string} file @returns {{ pid: number, stale: boolean } | undefined} */
function readLock(file) {
  try {
    const { pid, host } = JSON.parse(readFileSync(file, "utf8"));
    if (Date.now() - statSync(file).mtimeMs > staleAfter) return { pid, stale: true };
    if (host !== hostname()) return { pid, stale: false };
    try {
      process.kill(pid, 0);
      return { pid, stale: false };
    } catch (error) {
      return { pid, stale: /** @type {NodeJS.ErrnoException} */ (error).code === "ESRCH" };
    }
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return undefined;
    // Half written: its owner is about to finish it, or died while writing.
    return { pid: 0, stale: existsSync(file) && Date.now() - statSync(file).mtimeMs > staleAfter };
  }
}

/**
 * Runs `work` while holding the lock file, so that two runs don't build the same thing at once. It only saves work:
 * {@link publishDirectory} keeps results right without it, so a lock whose owner died is simply taken over.
 *
 * @template T
 * @param {string} file @param {(pid: number) => void} onWait told once whom it waits for
 * @param {() => Promise<T>} work @returns {Promise<T>}
 */
export async function withLock(file, onWait, work) {
  mkdirSync(dirname(file), { recursive: true });
  const token = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  let told = false;
  for (;;) {
    try {
      writeFileSync(file, token, { flag: "wx" });
      break;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    }
    const owner = readLock(file);
    if (owner?.stale) rmSync(file, { force: true });
    else if (owner) {
      if (!told) onWait(owner.pid);
      told = true;
      await sleep(250);
    }
  }
  const timer = setInterval(() => {
    if (existsSync(file)) utimesSync(file, new Date(), new Date());
  }, refreshEvery);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (existsSync(file) && readFileSync(file, "utf8") === token) rmSync(file, { force: true });
  }
}
