/** Where the node program is. It is a package of its own, so that projects which import components don't pull it in. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The node program that a process is started from. */
export interface Runtime {
  /** The Node.js that runs it. */
  node: string;
  /** Its entry file. */
  entry: string;
  version: string;
}

const packageName = "@quorumkit/node-runtime";

/** Finds the runtime: `directory` where one is given, else the package as the project or the kit itself sees it. */
export function locateRuntime(directory: string | undefined): Runtime {
  const places = directory === undefined ? [process.cwd(), dirname(fileURLToPath(import.meta.url))] : [directory];
  for (const place of places) {
    const manifest = directory === undefined ? findManifest(place) : join(resolve(place), "package.json");
    if (manifest !== undefined) return readRuntime(manifest);
  }
  throw new Error(
    `the node program is missing: ${packageName} was not found from ${places.join(" or ")}. ` +
      `Fix: npm install ${packageName}, or set \`runtime\` to the directory of the package.`,
  );
}

function findManifest(from: string): string | undefined {
  try {
    return createRequire(join(from, "resolve.js")).resolve(`${packageName}/package.json`);
  } catch {
    // Packages that don't export their manifest are looked up the way npm lays them out.
    for (let place = from; ; place = dirname(place)) {
      const manifest = join(place, "node_modules", packageName, "package.json");
      if (isThere(manifest)) return manifest;
      if (place === dirname(place)) return undefined;
    }
  }
}

function isThere(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

function readRuntime(manifest: string): Runtime {
  let content: { version?: unknown; bin?: Record<string, string> | undefined };
  try {
    content = JSON.parse(readFileSync(manifest, "utf8")) as typeof content;
  } catch (error) {
    throw new Error(`runtime: no node program in ${dirname(manifest)}: ${(error as Error).message}`, { cause: error });
  }
  const entry = content.bin?.["quorumkit-node"];
  if (entry === undefined) throw new Error(`runtime: ${manifest} names no program quorumkit-node`);
  return {
    node: process.execPath,
    entry: join(dirname(manifest), entry),
    version: typeof content.version === "string" ? content.version : "unknown",
  };
}
