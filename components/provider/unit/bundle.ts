/** Gathers the node program with everything it needs, so that a host needs no npm and no registry. */
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink } from "node:fs/promises";
import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative, sep } from "node:path";
import type { Runtime } from "../process/runtime.ts";

/** A directory that is ready to be copied to a host. */
export interface Bundle {
  directory: string;
  /** Entry file, relative to the directory. */
  entry: string;
  /** SHA-256 over paths and contents: equal bundles have equal names on the host. */
  checksum: string;
  remove: () => Promise<void>;
}

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
}

/** What a node never runs. */
const leftOut =
  /(?:^|\/)(?:node_modules|test|tests|docs|examples|benchmarks?|\.github)(?:\/|$)|\.test\.[cm]?[jt]s$|\.d\.[cm]?ts$|\.map$|\.md$/;

/**
 * Copies the runtime and its production dependencies. Packages of the kit go to `packages/` and are linked from
 * `node_modules/`: in a checkout they are TypeScript, which Node.js refuses to run below `node_modules/`.
 */
export async function makeBundle(runtime: Runtime): Promise<Bundle> {
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-bundle-"));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    const root = realpathSync(packageRoot(runtime.entry));
    await mkdir(join(directory, "node_modules", "@quorumkit"), { recursive: true });
    await mkdir(join(directory, "packages"));
    await copyTree(root, directory, new Map(), true);
    const entry = join("packages", "node-runtime", relative(root, realpathSync(runtime.entry)));
    return { directory, entry, checksum: await checksumTree(directory), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Copies a package and, below it, what it depends on. A second version of a package stays with the one that needs it. */
async function copyTree(source: string, directory: string, copied: Map<string, string>, own: boolean): Promise<void> {
  const manifest = JSON.parse(await readFile(join(source, "package.json"), "utf8")) as Manifest;
  const place = own
    ? join(directory, "packages", unscoped(manifest.name))
    : join(directory, "node_modules", manifest.name);
  copied.set(manifest.name, source);
  await copyPackage(source, place);
  if (own)
    await symlink(
      join("..", "..", "packages", unscoped(manifest.name)),
      join(directory, "node_modules", manifest.name),
    );
  await copyDependencies(source, manifest, directory, copied, place);
}

async function copyDependencies(
  source: string,
  manifest: Manifest,
  directory: string,
  copied: Map<string, string>,
  place: string,
): Promise<void> {
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const dependency = locatePackage(source, name);
    const known = copied.get(name);
    if (known === dependency) continue;
    if (known === undefined) await copyTree(dependency, directory, copied, name.startsWith("@quorumkit/"));
    else {
      const inner = JSON.parse(await readFile(join(dependency, "package.json"), "utf8")) as Manifest;
      const innerPlace = join(place, "node_modules", name);
      await copyPackage(dependency, innerPlace);
      await copyDependencies(dependency, inner, directory, copied, innerPlace);
    }
  }
}

async function copyPackage(source: string, place: string): Promise<void> {
  await cp(source, place, {
    recursive: true,
    dereference: true,
    filter: (path) => path === source || !leftOut.test(relative(source, path).split(sep).join("/")),
  });
}

function locatePackage(from: string, name: string): string {
  const paths = createRequire(join(from, "package.json")).resolve.paths(name) ?? [];
  for (const path of paths) {
    try {
      return dirname(realpathSync(join(path, name, "package.json")));
    } catch {
      // Not here; the next directory up.
    }
  }
  throw new Error(`the node program can't be bundled: its dependency ${name} is not installed. Fix: npm install`);
}

function packageRoot(file: string): string {
  for (let place = dirname(file); ; place = dirname(place)) {
    if (basename(place) === "bin") return dirname(place);
    if (place === dirname(place)) throw new Error(`${file} is not in the bin directory of a package`);
  }
}

function unscoped(name: string): string {
  return name.split("/").at(-1) ?? name;
}

async function checksumTree(directory: string): Promise<string> {
  const hash = createHash("sha256");
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) {
    hash.update(`${relative(directory, file)}\0`);
    hash.update(await readFile(file));
  }
  return hash.digest("hex");
}
