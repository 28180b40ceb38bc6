/** Real etcd clusters for tests: processes of this machine, with ports and directories of their own. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EtcdClient } from "../client.ts";

export interface ClusterOptions {
  /** Default 1. */
  readonly members?: number;
  /** More of etcd's arguments, for each member. */
  readonly flags?: readonly string[];
  /** Whether acknowledged writes survive a crash of the machine too; default false, which is faster. */
  readonly durable?: boolean;
}

/** `etcd` from QUORUMKIT_ETCD, else from PATH. */
export function etcdBinary(): string {
  return process.env["QUORUMKIT_ETCD"] ?? "etcd";
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(
    servers.map(async (server) => {
      server.close();
      await once(server, "close");
    }),
  );
  return ports;
}

/** One etcd process. */
export class TestMember {
  readonly name: string;
  readonly clientUrl: string;
  readonly peerUrl: string;
  readonly #arguments: readonly string[];
  #process: ChildProcess | undefined;
  #errors = "";

  constructor(name: string, clientUrl: string, peerUrl: string, all: readonly string[]) {
    this.name = name;
    this.clientUrl = clientUrl;
    this.peerUrl = peerUrl;
    this.#arguments = all;
  }

  start(): void {
    const child = spawn(etcdBinary(), this.#arguments, { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.on("data", (text: Buffer) => {
      this.#errors = `${this.#errors}${text.toString()}`.slice(-4000);
    });
    child.on("error", (error) => {
      this.#errors = `${this.#errors}${error.message}`;
    });
    this.#process = child;
  }

  /** Waits until it answers. */
  async ready(): Promise<void> {
    const client = new EtcdClient({ endpoints: [this.clientUrl], timeoutMilliseconds: 1000 });
    const deadline = performance.now() + 20_000;
    try {
      for (;;) {
        const leader = await client.status().then(
          (status) => status.leader,
          () => "0",
        );
        if (leader !== "0") return;
        if (this.#process?.exitCode !== null || performance.now() > deadline) {
          throw new Error(`etcd ${this.name} did not start: ${this.#errors}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    } finally {
      client.close();
    }
  }

  signal(name: "SIGSTOP" | "SIGCONT"): void {
    this.#process?.kill(name);
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }
}

export class TestCluster {
  readonly members: readonly TestMember[];
  readonly #directory: string;

  private constructor(directory: string, members: readonly TestMember[]) {
    this.#directory = directory;
    this.members = members;
  }

  /** Starts a new cluster and waits until each member knows its leader. */
  static async start({ members: count = 1, flags = [], durable = false }: ClusterOptions = {}): Promise<TestCluster> {
    const directory = await mkdtemp(join(tmpdir(), "quorumkit-etcd-"));
    const ports = await freePorts(2 * count);
    const urlOf = (index: number): string => `http://127.0.0.1:${ports[index] ?? 0}`;
    const initial = Array.from({ length: count }, (_, index) => `m${index}=${urlOf(2 * index + 1)}`).join(",");
    const members = Array.from({ length: count }, (_, index) => {
      const [clientUrl, peerUrl] = [urlOf(2 * index), urlOf(2 * index + 1)];
      return new TestMember(`m${index}`, clientUrl, peerUrl, [
        `--name=m${index}`,
        `--data-dir=${join(directory, `m${index}`)}`,
        `--listen-client-urls=${clientUrl}`,
        `--advertise-client-urls=${clientUrl}`,
        `--listen-peer-urls=${peerUrl}`,
        `--initial-advertise-peer-urls=${peerUrl}`,
        `--initial-cluster=${initial}`,
        "--heartbeat-interval=50",
        "--election-timeout=500",
        "--log-level=error",
        ...(durable ? [] : ["--unsafe-no-fsync"]),
        ...flags,
      ]);
    });
    const cluster = new TestCluster(directory, members);
    for (const member of members) member.start();
    try {
      await Promise.all(members.map((member) => member.ready()));
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  get endpoints(): string[] {
    return this.members.map(({ clientUrl }) => clientUrl);
  }

  member(index: number): TestMember {
    const member = this.members[index];
    if (member === undefined) throw new RangeError(`the cluster has no member ${index}`);
    return member;
  }

  /** The member that leads now, and the others. */
  async roles(): Promise<{ leader: TestMember; followers: TestMember[] }> {
    const client = new EtcdClient({ endpoints: [this.member(0).clientUrl], timeoutMilliseconds: 5000 });
    try {
      const [{ leader: leaderId }, { members }] = await Promise.all([client.status(), client.memberList(false)]);
      const name = members.find(({ ID }) => ID === leaderId)?.name;
      const leader = this.members.find((member) => member.name === name);
      if (leader === undefined) throw new Error("the cluster has no leader");
      return { leader, followers: this.members.filter((member) => member !== leader) };
    } finally {
      client.close();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()));
    await rm(this.#directory, { recursive: true, force: true });
  }
}
