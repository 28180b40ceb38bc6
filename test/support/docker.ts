/**
 * A Docker daemon for tests: the one that answers on this machine, else one of their own, which leaves nothing behind.
 *
 * Measured (Debian 12, docker.io 20.10, cgroup v1, no registry): daemon up 2 s, base image imported 2 s, node image
 * built 4 s.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundleRuntime } from "../../toolchain/bundle.ts";
import { attempt, run } from "./command.ts";
import { provideBaseRoot } from "./debian-root.ts";
import { temporaryFolder } from "./temporary.ts";
import { ensureDebianPackages, root } from "./toolchain.ts";
import { until } from "./until.ts";

/** The image that the Dockerfile starts from, and the one that it makes. */
const baseImage = "debian:bookworm-slim";
export const nodeImage = "quorumkit/node:0.1.0";

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

/** Makes the node's image from its Dockerfile. Where the base image can't be pulled, a Debian of debootstrap stands in. */
export async function buildNodeImage({ host, docker }: Docker): Promise<void> {
  await bundleRuntime();
  if ((await attempt("docker", ["--host", host, "image", "inspect", baseImage])).code !== 0) {
    const pulled = await attempt("docker", ["--host", host, "pull", "--quiet", baseImage]);
    if (pulled.code !== 0) await importBaseImage(host);
  }
  await docker("build", "--quiet", "--file", join(root, "node-runtime", "Dockerfile"), "--tag", nodeImage, root);
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
  const addresses = ["--default-address-pool", "base=10.213.0.0/16,size=24"];
  const daemon = spawn("dockerd", [...args, ...networks, ...addresses], { stdio: ["ignore", "pipe", "pipe"] });
  const log = createWriteStream(logFile);
  daemon.stdout.pipe(log, { end: false });
  daemon.stderr.pipe(log, { end: false });
  const ended = once(daemon, "close");
  const stop = async () => {
    await removeContainersAndNetworks(host);
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
