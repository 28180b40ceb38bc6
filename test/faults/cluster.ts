/** A cluster of real node processes, each on a host of its own in a network that can be cut. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { provideEtcd, root } from "../support/toolchain.ts";
import { until } from "../support/until.ts";
import { askJson } from "./ask.ts";
import { testAuthority, writeCertificate, type CertificateFiles } from "./certificates.ts";
import { Network, processesOf, type Host } from "./network.ts";

const apiPort = 8080;
const enginePorts = { client_port: 2379, peer_port: 2380 };
const p2pPort = 4001;
const adminToken = "fault-tests-admin-token-of-this-cluster";
const joinToken = "fault-tests-join-token-of-this-cluster-only";

/** How long a cluster may take to be ready, in ms: after a start, and after a fault is over. */
const readyLimit = 60_000;

/** A node of the cluster. */
export interface Member {
  id: string;
  url: string;
  host: Host;
  configFile: string;
  dataDirectory: string;
  logFile: string;
}

/** What a node says of itself at `/api/status` (guide 003:409). */
interface Status {
  term: number;
  current_leader: string | null;
}

/** Headers of every request to a node. */
export const credentials = { authorization: `Bearer ${adminToken}` };

export class Cluster {
  readonly members: readonly Member[];
  readonly directory: string;
  readonly #network: Network;
  readonly #etcd: string;
  readonly #entry: string;

  private constructor(directory: string, network: Network, etcd: string, entry: string) {
    this.directory = directory;
    this.#network = network;
    this.#etcd = etcd;
    this.#entry = entry;
    this.members = network.hosts.map((host, index) => {
      const id = `node-${index + 1}`;
      const place = join(directory, id);
      return {
        id,
        host,
        url: `http://${host.address}:${apiPort}`,
        configFile: join(place, "node.yaml"),
        dataDirectory: join(place, "data"),
        logFile: join(place, "log.jsonl"),
      };
    });
  }

  /** Makes a cluster in a folder and waits until it is ready. `entry` is the program of the node. */
  static async start(
    directory: string,
    members: number,
    entry = join(root, "node-runtime", "bin", "quorumkit-node.ts"),
  ): Promise<Cluster> {
    const etcd = await provideEtcd();
    const cluster = new Cluster(directory, await Network.make(members), etcd, entry);
    try {
      await cluster.#writeConfigs();
      await Promise.all(cluster.members.map((member) => cluster.launch(member)));
      await cluster.ready();
      return cluster;
    } catch (error) {
      await cluster.remove();
      throw error;
    }
  }

  async #writeConfigs(): Promise<void> {
    const authority = await testAuthority();
    const tokenFile = join(this.directory, "join-token");
    await writeFile(tokenFile, joinToken, { mode: 0o600 });
    for (const member of this.members) {
      const folder = join(this.directory, member.id);
      const files = await writeCertificate(authority, folder, member.id, member.host.address);
      await mkdir(member.dataDirectory, { recursive: true });
      await writeFile(member.configFile, stringify(this.configOf(member, files, tokenFile)));
    }
  }

  /** The config of a member as its file has it. */
  configOf(member: Member, files: CertificateFiles, tokenFile: string): Record<string, unknown> {
    const { address } = member.host;
    const others = this.members.filter(({ id }) => id !== member.id);
    return {
      system: "coordinator",
      node: { id: member.id, address },
      api: { host: address, port: apiPort },
      cluster: {
        name: "fault-tests",
        join_token_file: tokenFile,
        peers: others.map(({ id, host }) => ({
          id,
          host: host.address,
          port: apiPort,
          p2p_port: p2pPort,
          ...enginePorts,
        })),
      },
      consensus: {
        engine: "etcd",
        ...enginePorts,
        election_timeout: "1s",
        heartbeat_interval: "100ms",
        request_timeout: "2s",
      },
      storage: { data_dir: member.dataDirectory },
      p2p: {
        listen_addr: `/ip4/${address}/tcp/${p2pPort}`,
        discovery: { mdns: { enabled: false } },
        tls: { enabled: true, cert_file: files.certificate, key_file: files.key, ca_file: files.authority },
      },
      security: { admin_token: adminToken },
    };
  }

  /** Starts the process of a member, without waiting for anything. */
  async launch(member: Member): Promise<void> {
    const [log, errors] = [await open(member.logFile, "a"), await open(`${member.logFile}.errors`, "a")];
    try {
      const command = [process.execPath, this.#entry, "start", "--config", member.configFile];
      const child = spawn("ip", ["netns", "exec", member.host.namespace, ...command], {
        cwd: join(member.dataDirectory, ".."),
        env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", QUORUMKIT_ETCD: this.#etcd },
        stdio: ["ignore", log.fd, errors.fd],
      });
      await once(child, "spawn");
      child.unref();
    } finally {
      await log.close();
      await errors.close();
    }
  }

  /** Waits until these members, or all, say that they are ready. */
  async ready(members: readonly Member[] = this.members): Promise<void> {
    await Promise.all(members.map((member) => this.#memberReady(member)));
  }

  async #memberReady(member: Member): Promise<void> {
    let last = "it does not answer";
    try {
      await until(`${member.id} is ready`, readyLimit, async () => {
        const { status, body } = await askJson(`${member.url}/api/v1/ready`, { headers: credentials });
        last = JSON.stringify((body as { reasons?: unknown }).reasons);
        return status === 200 || undefined;
      });
    } catch (error) {
      const errors = await readFile(`${member.logFile}.errors`, "utf8").catch(() => "");
      throw new Error(`${member.id} was not ready within ${readyLimit / 1000} s: ${last}\n${errors.slice(-2000)}`, {
        cause: error,
      });
    }
  }

  /** Who leads, as the members that answer see it in the latest term. */
  leader(): Promise<Member> {
    return until("somebody leads", readyLimit, async () => {
      const answers = await Promise.allSettled(
        this.members.map((member) => askJson(`${member.url}/api/status`, { headers: credentials, timeout: 1_000 })),
      );
      const views = answers
        .flatMap((answer) => (answer.status === "fulfilled" ? [answer.value.body as Status] : []))
        .filter(({ current_leader: leader }) => typeof leader === "string")
        .sort((a, b) => b.term - a.term);
      return this.members.find(({ id }) => id === views[0]?.current_leader);
    });
  }

  /** Every member but the leader. */
  async followers(): Promise<Member[]> {
    const leader = await this.leader();
    return this.others(leader);
  }

  /** Every member but this one. */
  others(member: Member): Member[] {
    return this.members.filter(({ id }) => id !== member.id);
  }

  /** Sends a signal to the node of a member, to its etcd, or to both. */
  async signal(member: Member, signal: NodeJS.Signals, part: "all" | "node" | "engine" = "all"): Promise<void> {
    for (const pid of await processesOf(member.host)) {
      const name = (await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "")).trim();
      const isEngine = name === "etcd";
      if (part === "all" || isEngine === (part === "engine")) sendSignal(pid, signal);
    }
  }

  /** Kills everything on a member's host. */
  async kill(member: Member): Promise<void> {
    await until(`${member.id} is gone`, 10_000, async () => {
      await this.signal(member, "SIGKILL");
      return (await processesOf(member.host)).length === 0 || undefined;
    });
  }

  /** Stops a member as an operator does, and waits until it is gone. */
  async stop(member: Member): Promise<void> {
    await this.signal(member, "SIGTERM", "node");
    await until(`${member.id} has stopped`, readyLimit, async () =>
      (await processesOf(member.host)).length === 0 ? true : undefined,
    );
  }

  /** Removes a member through another one, and lets it join again with an empty disk. */
  async replace(member: Member): Promise<void> {
    await this.#removeNode(member);
    await this.kill(member);
    await rm(member.dataDirectory, { recursive: true, force: true });
    await mkdir(member.dataDirectory);
    await this.launch(member);
  }

  /** Asks again while the cluster refuses: it takes no change until all members have been in touch for 5 s. */
  async #removeNode(member: Member): Promise<void> {
    const body = { node_id: member.id };
    await until(`remove-node takes ${member.id}`, readyLimit, async () => {
      const leader = await this.leader();
      const through = leader === member ? this.others(member)[0] : leader;
      const url = `${through?.url ?? ""}/api/v1/cluster/remove-node`;
      const answer = await askJson(url, { method: "POST", headers: credentials, body });
      if (answer.status < 300) return true;
      throw new Error(`${through?.id ?? ""}: ${answer.status} ${JSON.stringify(answer.body)}`);
    });
  }

  /** Cuts the connection between each of the one and each of the other side, both ways. */
  async separate(side: readonly Member[], other: readonly Member[]): Promise<void> {
    await this.silence(side, other);
    await this.silence(other, side);
  }

  /** Loses whatever these members send to those; the answers still come through. */
  async silence(senders: readonly Member[], receivers: readonly Member[]): Promise<void> {
    for (const from of senders) for (const to of receivers) await this.#network.cut(from.host, to.host);
  }

  /** Mends every connection. */
  mend(): Promise<void> {
    return this.#network.mend();
  }

  /** Asks one member about the integrity of all. */
  async integrity(): Promise<unknown> {
    const [first] = this.members;
    const answer = await askJson(`${first?.url ?? ""}/api/v1/cluster/integrity`, { headers: credentials });
    if (answer.status !== 200) throw new Error(`integrity: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Ends every process and takes the network down. The folder stays. */
  remove(): Promise<void> {
    return this.#network.remove();
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
