/** What is known of the programs of an image before it is built: our bundle, Node.js and etcd. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { licensesOf, packageUrl, type Component, type Inventory } from "./cyclonedx.ts";
import { readGoBuildInfo } from "./go-build-info.ts";

interface Manifest {
  name: string;
  version: string;
  description?: string;
  license?: string;
}

interface LockFile {
  packages: Record<string, { name?: string; version?: string; license?: string; integrity?: string }>;
}

/**
 * The bundled program with the packages that are in it.
 * @param inputs files that it was made from, relative to the repository's root
 */
export function describeBundle(root: string, inputs: readonly string[]): Inventory {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as LockFile;
  const program = workspaceComponent(root, "node-runtime", "application");
  const folders = [...new Set(inputs.map(packageFolder))].filter((folder) => folder !== "node-runtime").sort();
  const libraries = folders.map((folder) =>
    folder.includes("node_modules/") ? npmComponent(lock, folder) : workspaceComponent(root, folder, "library"),
  );
  const refs = new Set(libraries.map((library) => library["bom-ref"]));
  return {
    components: [program, ...libraries.filter((library) => refs.delete(library["bom-ref"]))],
    dependencies: [dependsOn(program, libraries)],
  };
}

/** `node_modules/pino`, `node_modules/a/node_modules/@b/c` or `schema` for a file in it. */
function packageFolder(file: string): string {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? file.split("/")[0] ?? file;
}

function workspaceComponent(root: string, folder: string, type: "application" | "library"): Component {
  const { name, version, description, license } = JSON.parse(
    readFileSync(join(root, folder, "package.json"), "utf8"),
  ) as Manifest;
  const purl = packageUrl("npm", name, version);
  const text = description === undefined ? {} : { description };
  return { type, "bom-ref": purl, name, version, ...text, ...licensesOf(license), purl };
}

function npmComponent(lock: LockFile, folder: string): Component {
  const entry = lock.packages[folder];
  const name = entry?.name ?? folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
  if (entry?.version === undefined) throw new Error(`package-lock.json doesn't say the version of ${folder}`);
  const { version, license, integrity } = entry;
  const purl = packageUrl("npm", name, version);
  const hash = /^sha512-(\S+)$/.exec(integrity ?? "")?.[1];
  return {
    type: "library",
    "bom-ref": purl,
    name,
    version,
    ...(hash === undefined
      ? {}
      : { hashes: [{ alg: "SHA-512", content: Buffer.from(hash, "base64").toString("hex") }] }),
    ...licensesOf(license),
    purl,
  };
}

/**
 * Node.js, with what is linked into it.
 * @param versions its `process.versions`
 */
export function describeNode(file: string, versions: Readonly<Record<string, string | undefined>>): Inventory {
  const version = versions["node"] ?? "";
  const purl = packageUrl("generic", "node", version);
  // The last two are numbers of interfaces, not of things.
  const parts = Object.entries(versions).filter(([name]) => !["node", "modules", "napi"].includes(name));
  const node: Component = {
    type: "application",
    "bom-ref": purl,
    name: "node",
    version,
    description: "Node.js, which runs the program",
    licenses: [{ license: { id: "MIT" } }],
    hashes: [{ alg: "SHA-256", content: sha256(file) }],
    purl,
    components: parts
      .map(([name, part = ""]): Component => {
        const inside = `${purl}#${name}`;
        return { type: "library", "bom-ref": inside, name, version: part };
      })
      .sort(byName),
  };
  return { components: [node], dependencies: [] };
}

/** etcd or one of its tools, with the modules of Go that it is built from. */
export function describeGoProgram(name: string, file: string, version: string, description: string): Inventory {
  const content = readFileSync(file);
  const { goVersion, modules } = readGoBuildInfo(content);
  const libraries = modules.map((one) => goComponent(one.name, one.version));
  const std = goComponent("std", goVersion.replace(/^go/, ""));
  const purl = packageUrl("generic", name, version);
  const program: Component = {
    type: "application",
    "bom-ref": purl,
    name,
    version,
    description,
    licenses: [{ license: { id: "Apache-2.0" } }],
    hashes: [{ alg: "SHA-256", content: createHash("sha256").update(content).digest("hex") }],
    purl,
  };
  return { components: [program, std, ...libraries], dependencies: [dependsOn(program, [std, ...libraries])] };
}

function goComponent(name: string, version: string): Component {
  const purl = packageUrl("golang", name, version);
  return { type: "library", "bom-ref": purl, name, version, purl };
}

function dependsOn(component: Component, others: readonly Component[]): { ref: string; dependsOn: string[] } {
  return { ref: component["bom-ref"], dependsOn: [...new Set(others.map((other) => other["bom-ref"]))].sort() };
}

function sha256(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

function byName(a: Component, b: Component): number {
  return a.name < b.name ? -1 : 1;
}
