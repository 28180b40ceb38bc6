/**
 * `node toolchain/bundle.ts`: puts the node program, with everything it needs, into dist/runtime/. That folder runs
 * anywhere that Node.js 24 does, without node_modules: container images and hosts get it.
 */
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import process from "node:process";
import { build, type Plugin } from "esbuild";

const root = join(import.meta.dirname, "..");
const source = join(root, "node-runtime");
const defaultOutput = join(root, "dist", "runtime");

/** Program files of the bundle: by what they are made from. A worker thread needs a file of its own. */
const entries = {
  "bin/quorumkit-node.ts": "quorumkit-node.mjs",
  "store/embedded/worker.ts": "store/embedded/worker.js",
  "p2p/worker/worker.ts": "p2p/worker/worker.js",
  "http/access/login/password-worker.ts": "http/access/login/password-worker.js",
} as const;

/** The messages of etcd, read at the start of a node that has one. */
const protocol = "store/etcd/etcd.proto";

/** What a bundle holds. */
export interface RuntimeBundle {
  directory: string;
  /** Path of the program that starts a node. */
  entry: string;
  /** Size of all files together. */
  bytes: number;
  /** Modules that it was made from, as paths from the repository's root. */
  inputs: string[];
}

/** Makes the bundle in a folder, which is emptied first. */
export async function bundleRuntime(directory: string = defaultOutput): Promise<RuntimeBundle> {
  rmSync(directory, { recursive: true, force: true });
  const inputs = new Set<string>();
  for (const [from, to] of Object.entries(entries)) {
    for (const input of await bundleEntry(join(source, from), directory, to)) inputs.add(input);
  }
  copyStatusPage(join(directory, "status-page"));
  cpSync(join(source, protocol), join(directory, protocol));
  writeManifest(join(directory, "package.json"));
  const entry = join(directory, entries["bin/quorumkit-node.ts"]);
  chmodSync(entry, 0o755);
  return { directory, entry, bytes: sizeOf(directory), inputs: [...inputs].sort() };
}

/** Gives the modules of which something is left in the file. */
async function bundleEntry(from: string, directory: string, to: string): Promise<string[]> {
  const top = relative(dirname(join(directory, to)), directory).replaceAll(sep, "/");
  const { metafile } = await build({
    // The bundle names modules by their paths from here: it is the same wherever it is made.
    absWorkingDir: root,
    metafile: true,
    entryPoints: [from],
    outfile: join(directory, to),
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // Error messages and metrics name classes and functions, and a stack trace has to stay readable.
    keepNames: true,
    logLevel: "warning",
    legalComments: "eof",
    plugins: [keepPlaces],
    banner: { js: preamble(top === "" ? "." : top) },
  });
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((input) => (inputs[input]?.bytesInOutput ?? 0) > 0),
  );
}

/**
 * What CommonJS packages expect to find, and the folder that {@link keepPlaces} counts from. Names begin with
 * `bundle`, because the modules of the bundle share this scope.
 */
function preamble(top: string): string {
  return [
    'import { createRequire as bundleCreateRequire } from "node:module";',
    `const bundleRoot = new URL("${top}/", import.meta.url).href;`,
    "const require = bundleCreateRequire(import.meta.url);",
    "const __filename = import.meta.filename;",
    "const __dirname = import.meta.dirname;",
  ].join("\n");
}

/**
 * Modules of the runtime find files beside themselves (the status page, the worker) by `import.meta.url`. In the
 * bundle it keeps the value it would have if every module still stood in its own file, as JavaScript.
 */
const keepPlaces: Plugin = {
  name: "keep-places",
  setup(builder) {
    builder.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const place = relative(source, path).replaceAll(sep, "/");
      if (place.startsWith("..")) return undefined;
      const url = `new URL(${JSON.stringify(place.replace(/\.ts$/, ".js"))}, bundleRoot).href`;
      return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", url), loader: "ts" };
    });
  },
};

function copyStatusPage(directory: string): void {
  cpSync(join(source, "status-page"), directory, { recursive: true, filter: (path) => !/\.test\.[^/]*$/.test(path) });
}

/** Its version is what the node says of itself, and `type` makes the worker's file a module. */
function writeManifest(file: string): void {
  const { name, version, license, engines } = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as Partial<
    Record<string, unknown>
  >;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ name, version, license, type: "module", engines }, null, 2)}\n`);
}

function sizeOf(directory: string): number {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(directory, name)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}

if (import.meta.main) {
  const { directory, bytes } = await bundleRuntime();
  console.log(`built ${relative(process.cwd(), directory)} (${(bytes / 1024 / 1024).toFixed(1)} MiB)`);
}
