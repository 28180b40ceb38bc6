/**
 * A network of this machine's own: each host is a network namespace with one address, all on a bridge in a namespace
 * besides. Nothing of the machine's own network changes but for one link, through which the tests reach the hosts; so
 * a partition between hosts never hides a host from the tests. Needs root.
 */
import { networkInterfaces } from "node:os";
import { attempt, run } from "../support/command.ts";
import { ensureDebianPackages } from "../support/toolchain.ts";

const prefix = "qkf";

/** One host of the network. */
export interface Host {
  /** For `ip netns exec`. */
  namespace: string;
  address: string;
}

let made = 0;

export class Network {
  readonly hosts: readonly Host[];
  readonly #hub: string;

  private constructor(hub: string, hosts: readonly Host[]) {
    this.#hub = hub;
    this.hosts = hosts;
  }

  /** Makes a network of so many hosts. */
  static async make(count: number): Promise<Network> {
    if (process.getuid?.() !== 0)
      throw new Error("the fault tests make network namespaces, which needs root: use sudo");
    await ensureDebianPackages(["iproute2", "iptables"]);
    await removeLeftovers();
    made += 1;
    const name = `${prefix}-${process.pid}-${made}`;
    const base = freeSubnet();
    const hub = `${name}-hub`;
    const hosts = Array.from({ length: count }, (_, index) => ({
      namespace: `${name}-${index + 1}`,
      address: `${base}.${11 + index}`,
    }));
    const network = new Network(hub, hosts);
    try {
      await network.#build(`${prefix}${process.pid % 1_000_000}x${made}`, base);
    } catch (error) {
      await network.remove();
      throw error;
    }
    return network;
  }

  async #build(link: string, base: string): Promise<void> {
    await ip("netns", "add", this.#hub);
    await ip("-netns", this.#hub, "link", "add", "bridge", "type", "bridge");
    await ip("-netns", this.#hub, "link", "set", "bridge", "up");
    await ip("link", "add", link, "type", "veth", "peer", "name", "tests", "netns", this.#hub);
    await ip("-netns", this.#hub, "link", "set", "tests", "master", "bridge", "up");
    await ip("address", "add", `${base}.1/24`, "dev", link);
    await ip("link", "set", link, "up");
    for (const [index, { namespace, address }] of this.hosts.entries()) {
      const port = `host${index + 1}`;
      await ip("netns", "add", namespace);
      await ip("-netns", this.#hub, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", namespace);
      await ip("-netns", this.#hub, "link", "set", port, "master", "bridge", "up");
      await ip("-netns", namespace, "address", "add", `${address}/24`, "dev", "eth0");
      await ip("-netns", namespace, "link", "set", "eth0", "up");
      await ip("-netns", namespace, "link", "set", "lo", "up");
    }
  }

  /** Loses whatever one host sends to another, from now on; the other direction goes on. */
  async cut(from: Host, to: Host): Promise<void> {
    await inside(to, "iptables", "--wait", "--append", "INPUT", "--source", from.address, "--jump", "DROP");
  }

  /** Lets everything through again. */
  async mend(): Promise<void> {
    await Promise.all(this.hosts.map((host) => inside(host, "iptables", "--wait", "--flush", "INPUT")));
  }

  /** Takes the network down, with every process on it. */
  async remove(): Promise<void> {
    for (const name of [...this.hosts.map(({ namespace }) => namespace), this.#hub]) await removeNamespace(name);
  }
}

/** The processes of a host, first the one that was started first. */
export async function processesOf(host: Host): Promise<number[]> {
  const text = await ip("netns", "pids", host.namespace);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map(Number)
    .sort((a, b) => a - b);
}

function ip(...args: string[]): Promise<string> {
  return run("ip", args);
}

function inside(host: Host, ...command: string[]): Promise<string> {
  return ip("netns", "exec", host.namespace, ...command);
}

/** The first three numbers of a /24 that no interface of this machine has a part of. */
function freeSubnet(): string {
  const taken = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address);
  for (let third = 0; third < 256; third += 1) {
    const base = `10.231.${(process.pid + third) % 256}`;
    if (!taken.some((address) => address.startsWith(`${base}.`))) return base;
  }
  throw new Error("every network of 10.231.0.0/16 is in use on this machine");
}

async function namespaces(): Promise<string[]> {
  const text = await ip("netns", "list");
  return text.split("\n").flatMap((line) => line.split(" ")[0] || []);
}

async function removeNamespace(name: string): Promise<void> {
  if (!(await namespaces()).includes(name)) return;
  for (const pid of await processesOf({ namespace: name, address: "" })) kill(pid);
  await attempt("ip", ["netns", "delete", name]);
}

/** What a run left that was killed itself. */
async function removeLeftovers(): Promise<void> {
  for (const name of await namespaces()) {
    const owner = new RegExp(`^${prefix}-(\\d+)-`).exec(name)?.[1];
    if (owner !== undefined && !isRunning(Number(owner))) await removeNamespace(name);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
