/**
 * A host with a real systemd and a real ssh server, made of namespaces of this machine: the system's ssh reaches it
 * over a network of its own. It has no Node.js and nothing of this project.
 *
 * Measured (Debian 12, kernel 6.18, cgroup v1, 2 cores): from nothing to `systemctl is-system-running` = running over
 * ssh in 3 s; the file system beneath it is made once, in 32 s. systemd 252 applies every hardening setting of the
 * unit there. What differs from a machine of its own: the kernel, and here no CAP_SYS_RESOURCE.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createConnection } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { attempt, run, type Ended } from "../support/command.ts";
import { provideHostRoot } from "../support/debian-root.ts";
import { freePorts } from "../support/ports.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { ensureDebianPackages } from "../support/toolchain.ts";
import { until } from "../support/until.ts";

/** A host that runs. */
export interface SystemdHost {
  address: string;
  sshPort: number;
  /** Private key that root accepts, and the file that holds the host's own key. */
  identityFile: string;
  knownHostsFile: string;
  /** Runs a shell command on the host as root, over ssh, whatever its exit code is. */
  attempt: (command: string) => Promise<Ended>;
  /** The same for one that has to succeed; gives what it printed. */
  run: (command: string) => Promise<string>;
  /** Opens a way to a port that listens on the host's own loopback only. */
  forward: (port: number) => Promise<Tunnel>;
  /** Shuts the host down and removes everything of it. */
  stop: () => Promise<void>;
}

/** A way through ssh. */
export interface Tunnel {
  /** For example `http://127.0.0.1:40211`. */
  address: string;
  close: () => Promise<void>;
}

/** SIGRTMIN+3 tells a systemd that is PID 1 to halt; the C library keeps the first two real-time signals. */
const haltSignal = "RTMIN+3";

/** Boots a host. */
export async function startSystemdHost(): Promise<SystemdHost> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new Error(
      "a host in namespaces needs Linux and root: run the tests as root, or in a container with --privileged",
    );
  }
  await ensureDebianPackages(["openssh-client", "iproute2", "util-linux"]);
  const root = await provideHostRoot();
  const folder = temporaryFolder();
  const machine = await boot(folder.path, root);
  const stop = async () => {
    await halt(machine);
    folder[Symbol.dispose]();
  };
  try {
    const address = await connect(machine.pid);
    const host = await reach(folder.path, address);
    return { ...host, stop };
  } catch (error) {
    const console = readFileSync(join(folder.path, "console"), "utf8").slice(-4000);
    await stop();
    throw new Error(`the systemd host did not start; its console:\n${console}`, { cause: error });
  }
}

interface Machine {
  unshare: ChildProcess;
  /** Its PID 1, as this machine numbers it. */
  pid: number;
  cgroup: string;
}

async function boot(folder: string, root: string): Promise<Machine> {
  const cgroup = `quorumkit-test-${process.pid}`;
  const work = join(folder, "machine");
  await prepare(folder, work);
  const namespaces = ["--fork", "--pid", "--mount", "--net", "--uts", "--ipc", "--cgroup", "--kill-child=KILL"];
  const scripts = import.meta.dirname;
  // The machine dies with this process, however that ends.
  const args = ["--pdeathsig", "KILL", "sh", join(scripts, "enter.sh"), cgroup, "unshare", ...namespaces];
  const unshare = spawn("setpriv", [...args, "sh", join(scripts, "boot.sh"), work, root], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const console = createWriteStream(join(folder, "console"));
  unshare.stdout.pipe(console, { end: false });
  unshare.stderr.pipe(console, { end: false });
  unshare.once("close", () => console.end());
  const pid = await until("the machine's first process", 10_000, () => {
    if (unshare.exitCode !== null) throw new Error(`unshare ended with ${unshare.exitCode}`);
    return Promise.resolve(firstProcess(unshare.pid ?? 0));
  });
  return { unshare, pid, cgroup };
}

/** The child that is in another PID namespace than this process: those before it are helpers of a script. */
function firstProcess(parent: number): number | undefined {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim().split(" ");
  const space = (pid: string) => readlinkSync(`/proc/${pid}/ns/pid`);
  const found = children.find((pid) => pid !== "" && space(pid) !== space("self"));
  return found === undefined ? undefined : Number(found);
}

/** What the machine has of its own on its disk: a name, and the keys by which it and its visitor know each other. */
async function prepare(folder: string, work: string): Promise<void> {
  const etc = join(work, "upper", "etc");
  const ssh = join(work, "upper", "root", ".ssh");
  mkdirSync(join(etc, "ssh"), { recursive: true });
  mkdirSync(ssh, { recursive: true, mode: 0o700 });
  writeFileSync(join(etc, "hostname"), "systemd-host\n");
  writeFileSync(join(etc, "hosts"), "127.0.0.1 localhost systemd-host\n::1 localhost\n");
  const key = (file: string) => run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
  await Promise.all([key(join(etc, "ssh", "ssh_host_ed25519_key")), key(join(folder, "identity"))]);
  writeFileSync(join(ssh, "authorized_keys"), readFileSync(join(folder, "identity.pub")), { mode: 0o600 });
}

/** Joins the machine's network to this one's, and gives its address. */
async function connect(pid: number): Promise<string> {
  const { near, far } = freeNetwork();
  const link = `qk${pid}`;
  await run("ip", ["link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", String(pid)]);
  await run("ip", ["address", "add", `${near}/30`, "dev", link]);
  await run("ip", ["link", "set", link, "up"]);
  const inside = (...args: string[]) => run("nsenter", ["--target", String(pid), "--net", "ip", ...args]);
  await inside("link", "set", "lo", "up");
  await inside("address", "add", `${far}/30`, "dev", "eth0");
  await inside("link", "set", "eth0", "up");
  return far;
}

/** Two addresses for a link of their own, from the range that is reserved for test networks (RFC 2544). */
function freeNetwork(): { near: string; far: string } {
  const taken = new Set(
    Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
  );
  for (let third = 0; third < 256; third++) {
    const near = `198.18.${third}.1`;
    if (!taken.has(near)) return { near, far: `198.18.${third}.2` };
  }
  throw new Error("no free network in 198.18.0.0/16");
}

async function reach(folder: string, address: string): Promise<Omit<SystemdHost, "stop">> {
  const identityFile = join(folder, "identity");
  const knownHostsFile = join(folder, "known_hosts");
  const hostKey = readFileSync(join(folder, "machine", "upper", "etc", "ssh", "ssh_host_ed25519_key.pub"), "utf8");
  writeFileSync(knownHostsFile, `${address} ${hostKey}`);
  const options = [
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "ConnectTimeout=5",
    `UserKnownHostsFile=${knownHostsFile}`,
  ];
  const args = [...options.flatMap((option) => ["-o", option]), "-i", identityFile, "-l", "root", address];
  const host = {
    address,
    sshPort: 22,
    identityFile,
    knownHostsFile,
    attempt: (command: string) => attempt("ssh", [...args, command]),
    run: (command: string) => run("ssh", [...args, command]),
    forward: (port: number) => openTunnel(args, port),
  };
  await until("ssh reaches the host", 60_000, async () => {
    const { code, stderr } = await host.attempt("true");
    if (code !== 0) throw new Error(stderr);
    return true;
  });
  const state = await host.attempt("systemctl is-system-running --wait");
  if (state.stdout.trim() !== "running") {
    throw new Error(`systemd is ${state.stdout.trim()}:\n${await host.run("systemctl --failed --no-pager")}`);
  }
  return host;
}

async function openTunnel(args: readonly string[], port: number): Promise<Tunnel> {
  const near = await freePort();
  const forward = ["-N", "-o", "ExitOnForwardFailure=yes", "-L", `127.0.0.1:${near}:127.0.0.1:${port}`];
  const ssh = spawn("ssh", [...forward, ...args], { stdio: "ignore" });
  const ended = once(ssh, "close");
  await until(`ssh listens on port ${near}`, 10_000, () => accepts(near));
  return {
    address: `http://127.0.0.1:${near}`,
    close: async () => {
      ssh.kill();
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error("no free port");
  return port;
}

async function accepts(port: number): Promise<true> {
  const socket = createConnection(port, "127.0.0.1");
  await once(socket, "connect");
  socket.destroy();
  return true;
}

async function halt({ unshare, pid, cgroup }: Machine): Promise<void> {
  const ended = unshare.exitCode === null && unshare.signalCode === null ? once(unshare, "close") : undefined;
  await attempt("kill", ["-s", haltSignal, String(pid)]);
  const timer = setTimeout(() => unshare.kill("SIGKILL"), 30_000);
  await ended;
  clearTimeout(timer);
  for (const hierarchy of [
    "/sys/fs/cgroup",
    ...readdirSync("/sys/fs/cgroup").map((name) => join("/sys/fs/cgroup", name)),
  ]) {
    const group = join(hierarchy, cgroup);
    if (existsSync(group)) await until(`${group} is empty`, 10_000, () => Promise.resolve(removeGroup(group)));
  }
}

/** A cgroup can be removed once its processes are gone, the innermost first. */
function removeGroup(group: string): true {
  for (const name of readdirSync(group)) {
    if (statSync(join(group, name)).isDirectory()) removeGroup(join(group, name));
  }
  rmdirSync(group);
  return true;
}
