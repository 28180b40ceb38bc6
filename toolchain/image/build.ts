/** Builds the images of node-runtime/Dockerfile by the docker command. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { capture, Problem } from "../scripts.ts";
import { imageNames, type ImageTarget } from "./names.ts";

const root = join(import.meta.dirname, "..", "..");
/** What the images are built by. */
export const dockerfile = join(root, "node-runtime", "Dockerfile");
const step = "Building the images";

/** What is built, and how. */
export interface BuildRequest {
  target: ImageTarget;
  /** Folder that makeContext filled. */
  context: string;
  /** As in DOCKER_HOST; without it the docker command finds its engine itself. */
  host?: string | undefined;
  /** Name of the image; its default where none is given. */
  name?: string;
  /** Builds every step again. */
  fresh?: boolean;
  /** Told which step runs. */
  onProgress?: (detail: string) => void;
}

/** An image that was built. */
export interface BuiltImage {
  name: string;
  id: string;
  /** In bytes. */
  size: number;
  /** Digests of its layers: the same for the same input. */
  layers: string[];
}

/** Builds one image. @throws Problem that says what to do */
export async function buildImage(request: BuildRequest): Promise<BuiltImage> {
  const { target, context, host, fresh = false, onProgress } = request;
  const name = request.name ?? imageNames()[target];
  const parameters = {
    IMAGE: name.replace(/:[^/]*$/, ""),
    VERSION: versionOfRuntime(),
    SOURCE_DATE_EPOCH: sourceDate(),
  };
  const { code, stderr, stdout } = await docker(
    [
      "build",
      ...["--file", dockerfile, "--target", target, "--tag", name],
      ...(fresh ? ["--no-cache"] : []),
      ...(await networkOf(host)),
      ...Object.entries(parameters).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]),
      ...proxies().flatMap((key) => ["--build-arg", key]),
      context,
    ],
    host,
    onProgress,
  );
  if (code !== 0) throw failure(name, `${stdout}\n${stderr}`);
  return inspectImage(name, host);
}

/** Says of an image that the engine has what it is. */
export async function inspectImage(name: string, host?: string): Promise<BuiltImage> {
  const { code, stdout, stderr } = await docker(["image", "inspect", name], host);
  if (code !== 0) throw new Problem(`Looking at ${name}`, stderr.trim(), [`build it: npm run images`]);
  const [image] = JSON.parse(stdout) as { Id: string; Size: number; RootFS: { Layers: string[] } }[];
  if (image === undefined) throw new Error(`docker knows ${name}, but says nothing of it`);
  return { name, id: image.Id, size: image.Size, layers: image.RootFS.Layers };
}

/** Copies a file out of an image. */
export async function copyFromImage(name: string, path: string, to: string, host?: string): Promise<void> {
  const { stdout: container } = await must(["create", "--network", "none", name], host);
  try {
    await must(["cp", `${container.trim()}:${path}`, to], host);
  } finally {
    await must(["rm", container.trim()], host);
  }
}

/** Fails with what to do, where no engine answers. */
export async function checkEngine(host?: string): Promise<void> {
  const { code, stderr } = await docker(["version", "--format", "{{.Server.Version}}"], host);
  if (code === 0) return;
  const missing = code === 127;
  throw new Problem(step, missing ? "there is no docker command on the PATH" : stderr.trim(), [
    missing
      ? "install Docker: https://docs.docker.com/engine/install, or apt-get install docker.io"
      : "start Docker: systemctl start docker, or Docker Desktop",
    "if the engine is elsewhere: name it in DOCKER_HOST, or choose it by docker context use",
  ]);
}

async function must(args: readonly string[], host?: string): Promise<{ stdout: string }> {
  const { code, stdout, stderr } = await docker(args, host);
  if (code !== 0) throw new Error(`docker ${args.join(" ")} ended with ${code}: ${stderr.trim()}`);
  return { stdout };
}

function docker(args: readonly string[], host?: string, onProgress?: (detail: string) => void) {
  return capture("docker", [...(host === undefined ? [] : ["--host", host]), ...args], {
    onLine: (line) => {
      // "Step 3/20 : COPY …" of the builder of old engines, "#7 [node 2/4] COPY …" of BuildKit.
      const found = /^Step (\d+\/\d+) : |^#\d+ \[([^\]]+)\] /.exec(line);
      if (found !== null) onProgress?.(`step ${found[1] ?? found[2] ?? ""}`);
    },
  });
}

/** An engine without a network of its own lets the steps use the host's. */
async function networkOf(host?: string): Promise<string[]> {
  const { code } = await docker(["network", "inspect", "bridge"], host);
  return code === 0 ? [] : ["--network", "host"];
}

/** Names of variables that hold a proxy; the engine hands them to the steps and keeps them out of the image. */
function proxies(): string[] {
  return ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]
    .flatMap((name) => [name, name.toLowerCase()])
    .filter((name) => process.env[name] !== undefined);
}

function versionOfRuntime(): string {
  const text = readFileSync(join(root, "node-runtime", "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** SOURCE_DATE_EPOCH, else the time of the last commit, else 1970: in seconds. */
function sourceDate(): string {
  const chosen = process.env["SOURCE_DATE_EPOCH"];
  if (chosen !== undefined && /^\d+$/.test(chosen)) return chosen;
  try {
    const text = execFileSync("git", ["log", "-1", "--format=%ct"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return text.trim() || "0";
  } catch {
    return "0";
  }
}

function failure(name: string, output: string): Error {
  const lines = output
    .trim()
    .split("\n")
    .filter((line) => line.trim() !== "");
  const reason = lines.slice(-12).join("\n");
  if (/pull access denied|registry-1\.docker\.io|failed to resolve source metadata|manifest unknown/.test(output)) {
    return new Problem(`Building ${name}`, reason, [
      "if the registry can't be reached: bring its base debian:bookworm-slim to the engine, by docker load",
      "check the network and the proxy of the engine, then run this again",
    ]);
  }
  return new Problem(`Building ${name}`, reason, [
    ...(/deb\.debian\.org|snapshot\.debian\.org/.test(output)
      ? ["nginx comes from Debian's archive: check that containers reach it, then run this again"]
      : []),
    "run this again with --no-cache, if an earlier step is out of date",
  ]);
}
