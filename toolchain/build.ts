/**
 * `npm run build`: makes what is published. Node runs TypeScript itself but refuses to under node_modules, so the
 * packages in dist/packages hold JavaScript, types, and a package.json whose exports point to them.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const output = join(root, "dist", "packages");

/** What is copied as it is beside the compiled code. */
const packages = [
  { name: "schema", assets: ["generated/*.json"] },
  { name: "alerts", assets: [] },
  { name: "dashboards", assets: [] },
  { name: "components", assets: ["provider/pulumi-resource-quorumkit"] },
  { name: "node-runtime", assets: ["status-page/*", "store/etcd/etcd.proto"] },
] as const;

/** What only tests use: it may reach across packages, and users have no need of it. */
const onlyForTests = [
  "**/*.test.ts",
  "**/test-support.ts",
  "**/testing/**",
  "**/fixtures/**",
  "store/contract.ts",
  "store/contract/**",
];

interface Manifest {
  bin?: Record<string, string>;
  exports: unknown;
  files?: readonly string[];
  [key: string]: unknown;
}

rmSync(output, { recursive: true, force: true });
for (const { name, assets } of packages) {
  compile(name);
  for (const pattern of assets) {
    const files = globSync(pattern, { cwd: join(root, name), exclude: (file) => /\.(?:test\.mjs|d\.ts)$/.test(file) });
    for (const file of files) copy(name, file);
  }
  writeManifest(name);
  console.log(`built dist/packages/${name}`);
}

/** Compiles one package. Packages that were built before it are seen through their types in dist. */
function compile(name: string): void {
  const config = join(output, `tsconfig.${name}.json`);
  mkdirSync(output, { recursive: true });
  const options = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      noEmit: false,
      incremental: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: join(root, name),
      outDir: join(output, name),
      typeRoots: [join(root, "node_modules", "@types")],
      paths: Object.fromEntries(
        packages
          .filter((other) => other.name !== name)
          .map((other) => [`@quorumkit/${other.name}`, [join(output, other.name, "index.d.ts")]]),
      ),
    },
    include: [join(root, name, "**/*.ts")],
    exclude: [...onlyForTests.map((pattern) => join(root, name, pattern)), join(root, "**/node_modules")],
  };
  writeFileSync(config, JSON.stringify(options));
  execFileSync(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), "-p", config], {
    stdio: "inherit",
  });
  rmSync(config);
}

function copy(name: string, file: string): void {
  const target = join(output, name, file);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join(root, name, file), target);
}

function writeManifest(name: string): void {
  const manifest = JSON.parse(readFileSync(join(root, name, "package.json"), "utf8")) as Manifest;
  const published: Manifest = { ...manifest, exports: { ".": { types: "./index.d.ts", default: "./index.js" } } };
  if (manifest.bin !== undefined) {
    published.bin = Object.fromEntries(
      Object.entries(manifest.bin).map(([command, file]) => [command, file.replace(/\.ts$/, ".js")]),
    );
    for (const file of Object.values(published.bin)) chmodSync(join(output, name, file), 0o755);
  }
  writeFileSync(join(output, name, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
}
