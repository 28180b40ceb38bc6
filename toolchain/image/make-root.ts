/**
 * `node make-root.ts --into DIR [--package NAME]… [--program FILE]… `: fills a folder with the packages of Debian that an
 * image needs, and no others: no package manager, no perl, no setuid programs. This runs while the image is built.
 *
 * A `program` is a file that comes into the image otherwise (Node.js), or one of a package of which nothing else is needed.
 * The libraries of all programs come along, each with its whole package.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  readSync,
  closeSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readDatabase, realPlace, statusFolder, type DebianDatabase } from "./debian-packages.ts";

/** Documentation, and what only the tools of a full system use. Copyright notices are kept. */
const leftOut = [
  /^\/usr\/share\/(man|info|locale|lintian|gdb|gcc|bug|doc-base|bash-completion|menu)(\/|$)/,
  /^\/usr\/share\/doc\/[^/]+\/(?!copyright$)/,
  /^\/usr\/lib\/[^/]+\/gconv(\/|$)/,
  /^\/(usr\/)?lib\/(systemd|udev)(\/|$)/,
  /^\/etc\/(init\.d|logrotate\.d|cron\.[a-z]+|update-motd\.d|ufw|pam\.d)(\/|$)/,
];

/** Bits of a mode that let whoever starts a program become someone else. */
const setIdentity = 0o6000;

class Root {
  readonly #into: string;
  readonly #database: DebianDatabase;
  readonly #packages = new Set<string>();
  readonly #copied = new Set<string>();

  constructor(into: string, database: DebianDatabase) {
    this.#into = into;
    this.#database = database;
    // On a system of today these are links, although packages have them as folders.
    for (const name of ["bin", "lib", "lib64", "sbin"]) this.#addFolderLink(name);
  }

  addPackage(name: string): void {
    if (this.#packages.has(name)) return;
    if (!this.#database.packages.has(name)) throw new Error(`${name} is not installed here`);
    this.#packages.add(name);
    for (const path of this.#database.pathsOf(name)) this.#copy(path);
  }

  /** A program of a package, without the rest of the package; one from elsewhere gives its libraries only. */
  addProgram(path: string): void {
    const owner = this.#database.ownerOf(path);
    if (owner === undefined) this.#addLibraries(path);
    else {
      this.#packages.add(owner);
      this.#copy(realPlace(path));
      this.#copy(`/usr/share/doc/${owner}/copyright`);
    }
  }

  /** Says which packages there are, for scanners and for the SBOM. */
  writeStatus(): string[] {
    const names = [...this.#packages].sort();
    mkdirSync(join(this.#into, statusFolder), { recursive: true });
    for (const name of names) {
      const { stanza } = this.#database.packages.get(name) ?? { stanza: "" };
      writeFileSync(join(this.#into, statusFolder, name), `${stanza}\n`);
    }
    return names;
  }

  #copy(path: string): void {
    if (this.#copied.has(path) || leftOut.some((pattern) => pattern.test(path)) || !existsHere(path)) return;
    this.#copied.add(path);
    if (dirname(path) !== "/") this.#copy(dirname(path));
    const target = join(this.#into, path);
    const state = lstatSync(path);
    if (state.isDirectory()) mkdirSync(target, { recursive: true });
    else if (state.isSymbolicLink()) symlinkSync(readlinkSync(path), target);
    else if (state.isFile()) copyFileSync(path, target);
    else return;
    lchownSync(target, state.uid, state.gid);
    if (!state.isSymbolicLink()) chmodSync(target, state.mode & 0o7777 & ~setIdentity);
    if (state.isSymbolicLink()) this.#addTarget(resolve(dirname(path), readlinkSync(path)));
    else if (state.isFile()) this.#addLibraries(path);
  }

  #addFolderLink(name: string): void {
    if (lstatSync(`/${name}`, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
    const target = readlinkSync(`/${name}`);
    mkdirSync(join(this.#into, target), { recursive: true });
    symlinkSync(target, join(this.#into, name));
    this.#copied.add(`/${name}`);
  }

  /** Where a link leads, if another package has that. */
  #addTarget(target: string): void {
    if (!existsSync(target)) return;
    const owner = this.#database.ownerOf(realpathSync(target));
    if (owner !== undefined) this.addPackage(owner);
  }

  #addLibraries(path: string): void {
    if (!isElf(path)) return;
    for (const library of librariesOf(path)) {
      const owner = this.#database.ownerOf(library) ?? this.#database.ownerOf(realpathSync(library));
      if (owner === undefined) throw new Error(`${path} needs ${library}, which no package has`);
      this.addPackage(owner);
    }
  }
}

function existsHere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isElf(path: string): boolean {
  const start = Buffer.alloc(4);
  const file = openSync(path, "r");
  readSync(file, start, 0, 4, 0);
  closeSync(file);
  return start.toString("latin1") === "\x7fELF";
}

/** What the dynamic linker would load for a program or a library. */
function librariesOf(path: string): string[] {
  let text: string;
  try {
    text = execFileSync("ldd", [path], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch {
    // It ends so where a program is static, and has none.
    return [];
  }
  const missing = /^\s*(\S+) => not found/m.exec(text)?.[1];
  if (missing !== undefined) throw new Error(`${path} needs ${missing}, which isn't there`);
  return [...text.matchAll(/(\/\S+) \(0x/g)].map(([, library = ""]) => library);
}

const { values } = parseArgs({
  options: {
    into: { type: "string" },
    package: { type: "string", multiple: true, default: [] },
    program: { type: "string", multiple: true, default: [] },
  },
});
if (values.into === undefined) throw new Error("--into says where to");
const root = new Root(values.into, readDatabase());
for (const name of values.package) root.addPackage(name);
for (const path of values.program) root.addProgram(path);
console.log(root.writeStatus().join(" "));
