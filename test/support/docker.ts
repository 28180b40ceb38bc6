/**
 * A Docker daemon for tests: the one that answers on this machine, else one of their own, which leaves nothing behind.
 *
 * Measured (Debian 12, docker.io 20.10, cgroup v1, no registry): daemon up 2 s, base image imported 2 s.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildImage, dockerfile, inspectImage, type BuiltImage } from "../../toolchain/image/build.ts";
import { makeContext } from "../../toolchain/image/context.ts";
import { imageNames, imageTargets, type ImageTarget } from "../../toolchain/image/names.ts";
import { contentKey } from "../../toolchain/scripts.ts";
import { attempt, run } from "./command.ts";
import { provideBaseRoot } from "./debian-root.ts";
import { imagesOnce } from "./image-cache.ts";
import { temporaryFolder } from "./temporary.ts";
import { ensureDebianPackages } from "./toolchain.ts";
import { until } from "./until.ts";

/** The image that the Dockerfiles start from. */
export const baseImage = "debian:bookworm-slim";

/** The images that node-runtime/Dockerfile makes, by the names that clusters look for. */
export const { node: nodeImage, "load-balancer": loadBalancerImage } = imageNames();

/** A Docker daemon. */
export interface Docker {
  /** As in DOCKER_HOST. */
  host: string;
  /** Runs a docker command that has to succeed, and gives what it printed. */
  docker: (...args: string[]) => Promise<string>;
  /** Stops the daemon if it was started here, and removes its data. */
  stop: () => Promise<void>;
}

/** Finds or starts a daemon. */
export async function provideDocker(): Promise<Docker> {
  const usual = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";
  if (await answers(usual)) return client(usual, () => Promise.resolve());
  await ensureDebianPackages(["docker.io"]);
  return startDaemon();
}

/** Makes the image of the node. */
export async function buildNodeImage(docker: Docker): Promise<void> {
  await buildImages(docker, ["node"]);
}

/** Makes images of node-runtime/Dockerfile from what this checkout has. */
export async function buildImages(
  docker: Docker,
  targets: readonly ImageTarget[] = imageTargets,
): Promise<BuiltImage[]> {
  const folder = temporaryFolder();
  try {
    const context = join(folder.path, "image");
    await Promise.all([makeContext(context), provideBaseImage(docker)]);
    const images: BuiltImage[] = [];
    for (const target of targets) images.push(await buildOnce(docker, target, context));
    return images;
  } finally {
    folder[Symbol.dispose]();
  }
}

async function buildOnce({ host, docker }: Docker, target: ImageTarget, context: string): Promise<BuiltImage> {
  const name = imageNames()[target];
  // Debian's archive may have another nginx tomorrow.
  const day = target === "load-balancer" ? new Date().toISOString().slice(0, 10) : "";
  const content = contentKey([context], [readFileSync(dockerfile, "utf8")]);
  const settings = [content, await baseLayers(docker), day];
  await imagesOnce(docker, { names: [name], kind: target, settings }, async () => {
    await buildImage({ target, context, host });
  });
  return inspectImage(name, host);
}

/** Digests of what the base image is made of: the same when it is imported again. */
export function baseLayers(docker: Docker["docker"]): Promise<string> {
  return docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", baseImage);
}

/** Sees to {@link baseImage}. Where it can't be pulled, a Debian of debootstrap stands in. */
export async function provideBaseImage({ host }: Docker): Promise<void> {
  if (!(await hasOrPulls(host, baseImage))) await importBaseImage(host);
}

/** Whether the daemon has an image, or can get it from a registry. */
export async function hasOrPulls(host: string, image: string): Promise<boolean> {
  if ((await attempt("docker", ["--host", host, "image", "inspect", image])).code === 0) return true;
  return (await attempt("docker", ["--host", host, "pull", "--quiet", image])).code === 0;
}

async function importBaseImage(host: string): Promise<void> {
  const directory = await provideBaseRoot();
  const script = 'tar -C "$1" -c . | docker --host "$2" import --change \'CMD ["bash"]\' - "$3"';
  await run("sh", ["-euc", script, "sh", directory, host, baseImage]);
}

function client(host: string, stop: () => Promise<void>): Docker {
  return { host, docker: (...args) => run("docker", ["--host", host, ...args]), stop };
}

async function answers(host: string): Promise<boolean> {
  try {
    return (await attempt("docker", ["--host", host, "version"], { timeout: 10_000 })).code === 0;
  } catch {
    return false;
  }
}

/** Networks of the containers of a daemon of our own. */
const addressPool = "10.213.0.0/16";

/**
 * Where a firewall forwards nothing by itself (Docker leaves it so when it ends), containers don't reach each other: this
 * lets them, until it is undone.
 */
async function forwardBetweenContainers(): Promise<() => Promise<void>> {
  const rule = ["FORWARD", "--source", addressPool, "--destination", addressPool, "--jump", "ACCEPT"];
  const policy = await attempt("iptables", ["--list-rules", "FORWARD"]).catch(() => undefined);
  if (policy?.stdout.includes("-P FORWARD DROP") !== true) return () => Promise.resolve();
  await run("iptables", ["--insert", ...rule]);
  return async () => {
    await run("iptables", ["--delete", ...rule]);
  };
}

async function startDaemon(): Promise<Docker> {
  const folder = temporaryFolder();
  const { path } = folder;
  const host = `unix://${path}/docker.sock`;
  const logFile = join(path, "log");
  mkdirSync(join(path, "data"));
  // It leaves this machine's network as it is: no docker0, no firewall rules. Ports are published by its proxy, and
  // containers have no way out; tests need none.
  const args = [
    "--host",
    host,
    "--data-root",
    `${path}/data`,
    "--exec-root",
    `${path}/exec`,
    "--pidfile",
    `${path}/pid`,
  ];
  const networks = ["--bridge", "none", "--iptables=false", "--ip-forward=false", "--ip-masq=false"];
  const addresses = ["--default-address-pool", `base=${addressPool},size=24`];
  const daemon = spawn("dockerd", [...args, ...networks, ...addresses], { stdio: ["ignore", "pipe", "pipe"] });
  const log = createWriteStream(logFile);
  daemon.stdout.pipe(log, { end: false });
  daemon.stderr.pipe(log, { end: false });
  const ended = once(daemon, "close");
  const stopForwarding = await forwardBetweenContainers();
  const stop = async () => {
    await removeContainersAndNetworks(host);
    await stopForwarding();
    daemon.kill("SIGTERM");
    await ended;
    log.end();
    await unmountBelow(path);
    folder[Symbol.dispose]();
  };
  try {
    await until("dockerd answers", 60_000, async () => {
      if (daemon.exitCode !== null) throw new Error(`dockerd ended with ${daemon.exitCode}`);
      return (await answers(host)) || undefined;
    });
  } catch (error) {
    const text = readFileSync(logFile, "utf8").slice(-4000);
    await stop();
    throw new Error(`dockerd did not start; it said:\n${text}`, { cause: error });
  }
  return client(host, stop);
}

/** A daemon that ends leaves the bridges of its networks behind. */
async function removeContainersAndNetworks(host: string): Promise<void> {
  const { stdout } = await attempt("docker", ["--host", host, "ps", "--all", "--quiet"]);
  const ids = stdout.split("\n").filter((id) => id !== "");
  if (ids.length > 0) await attempt("docker", ["--host", host, "rm", "--force", "--volumes", ...ids]);
  await attempt("docker", ["--host", host, "network", "prune", "--force"]);
}

/** A daemon that is killed leaves its mounts behind, and then its folder can't be removed. */
async function unmountBelow(directory: string): Promise<void> {
  const mounts = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(`${directory}/`))
    .reverse();
  for (const path of mounts) await attempt("umount", ["--lazy", path]);
}
