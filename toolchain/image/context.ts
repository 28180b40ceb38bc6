/** Puts together what node-runtime/Dockerfile builds from: programs, our bundle, and what is known of them. */
import { execFileSync } from "node:child_process";
import { constants, copyFileSync, cpSync, existsSync, linkSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { bundleRuntime } from "../bundle.ts";
import { Problem, provideEtcd } from "../scripts.ts";
import type { Inventory } from "./sbom/cyclonedx.ts";
import { joinInventories } from "./sbom/document.ts";
import { describeBundle, describeGoProgram, describeNode } from "./sbom/programs.ts";

const root = join(import.meta.dirname, "..", "..");

/** What runs while an image is built. */
const scripts = [
  "debian-packages.ts",
  "make-root.ts",
  "finish-root.sh",
  "fix-times.sh",
  "install-runtime.sh",
  "sbom/cyclonedx.ts",
  "sbom/document.ts",
  "sbom/write.ts",
] as const;

const etcdPrograms = {
  etcd: "keeps the data of a cluster and agrees on it",
  etcdctl: "asks and changes an etcd that runs",
  etcdutl: "works on the data of an etcd that doesn't run",
} as const;

/** Makes the context in a folder, which is emptied first. */
export async function makeContext(folder: string): Promise<void> {
  if (process.platform !== "linux") {
    throw new Problem("Making the images", `their programs are those of this machine, which is ${process.platform}`, [
      "build them on Linux, or in a container or virtual machine with it",
    ]);
  }
  rmSync(folder, { recursive: true, force: true });
  for (const name of ["bin", "scripts/sbom"]) mkdirSync(join(folder, name), { recursive: true });
  for (const name of scripts) cpSync(join(import.meta.dirname, name), join(folder, "scripts", name));
  writeFileSync(join(folder, "scripts", "package.json"), '{ "type": "module" }\n');

  const { inputs } = await bundleRuntime(join(folder, "runtime"));
  const node = join(root, "node_modules", "node", "bin", "node");
  place(node, join(folder, "bin", "node"));
  const common = [describeBundle(root, inputs), describeNode(node, versionsOf(node))];
  writeInventory(join(folder, "load-balancer.json"), common);

  const etcd = (await findEtcdPrograms()).map((program) => {
    place(program.file, join(folder, "bin", program.name));
    return describeGoProgram(program.name, program.file, program.version, program.description);
  });
  writeInventory(join(folder, "node.json"), [...common, ...etcd]);
}

async function findEtcdPrograms(): Promise<{ name: string; file: string; version: string; description: string }[]> {
  const etcd = await provideEtcd();
  const version = /^etcd Version: (\S+)$/m.exec(execFileSync(etcd, ["--version"], { encoding: "utf8" }))?.[1] ?? "";
  return Object.entries(etcdPrograms).map(([name, description]) => {
    const file = join(dirname(etcd), name);
    if (existsSync(file)) return { name, file, version, description };
    throw new Problem("Making the images", `there is no ${name} beside ${etcd}`, [
      "put it there: https://github.com/etcd-io/etcd/releases has the three programs together",
      "unset QUORUMKIT_ETCD: etcd is then looked for, downloaded or built, with its tools",
    ]);
  });
}

/** Links a file where it can, for Node.js alone has 127 MB. */
function place(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  }
}

function versionsOf(node: string): Record<string, string> {
  const text = execFileSync(node, ["-p", "JSON.stringify(process.versions)"], { encoding: "utf8" });
  return JSON.parse(text) as Record<string, string>;
}

function writeInventory(file: string, inventories: readonly Inventory[]): void {
  writeFileSync(file, `${JSON.stringify(joinInventories(inventories), null, 2)}\n`);
}
