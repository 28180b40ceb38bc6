import { cpSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { executableName } from "./locate.mjs";
import { capture } from "./process.mjs";
import { minimumGoVersion } from "./tools.mjs";
import { isAtLeast } from "./versions.mjs";

const modules = join(dirname(fileURLToPath(import.meta.url)), "go");
const goSettings = { CGO_ENABLED: "0", GOTOOLCHAIN: "local", GOFLAGS: "-mod=readonly -buildvcs=false" };

/** @param {import("./tools.mjs").GoBuild} build @returns {string} the folder of its Go module */
export function sourceFolder(build) {
  return join(modules, build.folder);
}

/** @param {import("./tools.mjs").GoBuild} build @returns {string[]} the flags of `go build` */
export function buildFlags(build) {
  return ["-trimpath", "-ldflags", ["-s", "-w", build.ldflags].filter(Boolean).join(" ")];
}

/**
 * The installed Go, or why there is none that can build the pinned modules.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ version: string, missing?: undefined } | { version?: undefined, missing: string }>}
 */
export async function findGo(env = process.env) {
  const result = await capture("go", ["env", "GOVERSION"], { env: { ...env, GOTOOLCHAIN: "local" }, timeout: 20_000 });
  if (result.code !== 0) return { missing: "Go isn't installed (no `go` on PATH)" };
  const version = result.stdout.trim();
  if (!isAtLeast(version, minimumGoVersion)) return { missing: `Go is ${version}, older than ${minimumGoVersion}` };
  return { version };
}

/** @param {string} text @returns {string} the lines of Go's output that say what went wrong */
function errorLines(text) {
  const lines = text.split("\n").filter((line) => line.trim() && !/^go: (downloading|extracting|finding)/.test(line));
  return lines.slice(-8).join("\n");
}

/**
 * Builds one pinned Go program into a folder.
 *
 * @param {import("./tools.mjs").GoBuild} build @param {string} folder @param {(text: string) => void} onProgress
 */
export async function goBuild(build, folder, onProgress) {
  const env = { ...process.env, ...goSettings };
  const cwd = join(folder, `source-${build.folder}`);
  cpSync(sourceFolder(build), cwd, { recursive: true });

  let fetched = 0;
  const list = ["list", "-deps", "-trimpath", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", build.package];
  const stale = await capture("go", list, {
    cwd,
    env,
    onLine: (line, stream) => {
      if (stream === "stderr" && line.startsWith("go: downloading")) onProgress(`${++fetched} Go modules fetched`);
    },
  });
  if (stale.code !== 0) throw new Error(`fetching its Go modules: ${errorLines(stale.stderr)}`);

  const total = stale.stdout.split("\n").filter(Boolean).length;
  let compiled = 0;
  const tell = () => onProgress(compiled < total - 1 ? `${compiled} of ${total} packages` : "linking");
  tell();
  const output = join(folder, executableName(build.binary));
  const result = await capture("go", ["build", "-v", ...buildFlags(build), "-o", output, build.package], {
    cwd,
    env,
    onLine: (line, stream) => {
      if (stream !== "stderr" || !/^[\w./-]+$/.test(line)) return;
      compiled++;
      tell();
    },
  });
  if (result.code !== 0) throw new Error(`go build ended with ${result.code}: ${errorLines(result.stderr)}`);
}
