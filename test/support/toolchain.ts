/** What tests use of toolchain/. Those scripts are plain JavaScript, for any Node.js, so their types stand here. */
import { dirname, join } from "node:path";

/** The repository's root. */
export const root = join(import.meta.dirname, "..", "..");

interface DebianScript {
  ensureDebianPackages: (packages: readonly string[]) => Promise<void>;
}

interface CacheScript {
  toolsDirectory: () => string;
  publishDirectory: (directory: string, fill: (temporary: string) => Promise<void>) => Promise<void>;
  withLock: <Result>(file: string, onWait: (pid: number) => void, work: () => Promise<Result>) => Promise<Result>;
}

interface CheckerScript {
  provideChecker: () => Promise<string>;
}

interface EtcdScript {
  provideEtcd: () => Promise<string>;
}

const debian = (await load("debian.mjs")) as DebianScript;
const cache = (await load("cache.mjs")) as CacheScript;

const checker = (await load("provide-checker.mjs")) as CheckerScript;
const etcd = (await load("provide-etcd.mjs")) as EtcdScript;

export const { provideChecker } = checker;
export const { provideEtcd } = etcd;
export const { ensureDebianPackages } = debian;
export const { publishDirectory, withLock } = cache;

/** A folder for one kind of thing that tests make once, beside the tools that were downloaded or built. */
export function cacheDirectory(kind: string): string {
  return join(dirname(cache.toolsDirectory()), kind);
}

function load(name: string): Promise<unknown> {
  return import(new URL(`../../toolchain/${name}`, import.meta.url).href);
}
