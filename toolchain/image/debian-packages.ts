/** What Debian's package database says of a root file system. This runs while an image is built, with Node.js alone. */
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** An installed package. */
export interface DebianPackage {
  name: string;
  version: string;
  architecture: string;
  /** The source package that it was built from, and its version. */
  source: { name: string; version: string };
  /** What the database says of it, as it is written there. */
  stanza: string;
}

/** The packages of a dpkg status file, or of a part of one. */
export function parsePackages(text: string): DebianPackage[] {
  return text
    .split(/\n{2,}/)
    .filter((stanza) => /^Package: /m.test(stanza) && /^Status: .* installed$/m.test(stanza))
    .map((stanza) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(stanza)?.[1]?.trim();
      const [name, version, architecture] = [field("Package"), field("Version"), field("Architecture")];
      if (name === undefined || version === undefined || architecture === undefined) {
        throw new Error(`a package of the database has no name, version or architecture:\n${stanza}`);
      }
      // For example `glibc`, or `util-linux (2.38.1-5)` where the versions differ.
      const source = /^(\S+)(?: \((.+)\))?$/.exec(field("Source") ?? name);
      return {
        name,
        version,
        architecture,
        source: { name: source?.[1] ?? name, version: source?.[2] ?? version },
        stanza: stanza.trim(),
      };
    });
}

/** The packages that an image says it has: one file each, as images without a package manager write them. */
export function readStatusFolder(root: string): DebianPackage[] {
  const folder = join(root, statusFolder);
  return readdirSync(folder)
    .sort()
    .flatMap((name) => parsePackages(readFileSync(join(folder, name), "utf8")));
}

/** Where {@link readStatusFolder} looks; scanners of images look there too. */
export const statusFolder = "var/lib/dpkg/status.d";

/** The packages of the running system, and which of them each path is from. */
export interface DebianDatabase {
  packages: ReadonlyMap<string, DebianPackage>;
  /** Real paths (no link among their folders) of what a package holds, folders among them. */
  pathsOf: (name: string) => string[];
  ownerOf: (path: string) => string | undefined;
}

/** Reads the database of the running system. */
export function readDatabase(folder = "/var/lib/dpkg"): DebianDatabase {
  const packages = new Map(
    parsePackages(readFileSync(join(folder, "status"), "utf8")).map((one) => [one.name, one] as const),
  );
  const paths = new Map<string, string[]>();
  const owners = new Map<string, string>();
  for (const { name, architecture } of packages.values()) {
    const list = [`${name}.list`, `${name}:${architecture}.list`]
      .map((file) => join(folder, "info", file))
      .find(existsSync);
    const found = list === undefined ? [] : readFileSync(list, "utf8").split("\n").filter(isBelowRoot).map(realPlace);
    paths.set(name, found);
    for (const path of found) owners.set(path, name);
  }
  return {
    packages,
    pathsOf: (name) => paths.get(name) ?? [],
    ownerOf: (path) => owners.get(realPlace(path)),
  };
}

function isBelowRoot(path: string): boolean {
  return path.startsWith("/") && path !== "/.";
}

/** The database says /bin/sh, which is /usr/bin/sh. What was left out of the system stays as it is said. */
export function realPlace(path: string): string {
  const folder = dirname(path);
  return existsSync(folder) ? join(realpathSync(folder), basename(path)) : path;
}
