/** Real etcd members for tests: processes on this machine, which end with the test. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { freePorts } from "../../../test/support/ports.ts";
import { EtcdClient } from "../../store/etcd/client.ts";
import { etcdBinary } from "../../store/etcd/testing/etcd-cluster.ts";

export interface TestMember {
  readonly name: string;
  readonly clientUrl: string;
  readonly peerUrl: string;
  readonly dataDirectory: string;
}

export class EtcdMembers {
  readonly #directory: string;
  readonly #processes = new Map<string, ChildProcess>();
  readonly #members: TestMember[] = [];

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Starts `count` members, `node-1` and on, of a new cluster, and waits until they have a leader. */
  static async start(test: Pick<TestContext, "after">, count: number): Promise<EtcdMembers> {
    const members = new EtcdMembers(await mkdtemp(join(tmpdir(), "quorumkit-etcd-")));
    test.after(async () => {
      await Promise.all(members.all.map(({ name }) => members.kill(name)));
      await rm(members.#directory, { recursive: true, force: true });
    });
    for (let index = 1; index <= count; index += 1) await members.reserve(`node-${index}`);
    for (const { name } of members.all) members.run(name, members.all, "new");
    await Promise.all(members.all.map((member) => members.untilLed(member)));
    return members;
  }

  get all(): readonly TestMember[] {
    return this.#members;
  }

  member(name: string): TestMember {
    const found = this.#members.find((member) => member.name === name);
    if (found === undefined) throw new Error(`there is no member ${name}`);
    return found;
  }

  /** Takes ports and a directory for a member that is started later. */
  async reserve(name: string): Promise<TestMember> {
    const [client = 0, peer = 0] = await freePorts(2);
    const member = {
      name,
      clientUrl: `http://127.0.0.1:${client}`,
      peerUrl: `http://127.0.0.1:${peer}`,
      dataDirectory: join(this.#directory, name),
    };
    this.#members.push(member);
    return member;
  }

  /** @param cluster all members that it is to start with, itself among them */
  run(name: string, cluster: readonly TestMember[], state: "new" | "existing"): void {
    const member = this.member(name);
    const child = spawn(
      etcdBinary(),
      [
        ...["--name", name, "--data-dir", member.dataDirectory, "--log-level", "error"],
        ...["--listen-client-urls", member.clientUrl, "--advertise-client-urls", member.clientUrl],
        ...["--listen-peer-urls", member.peerUrl, "--initial-advertise-peer-urls", member.peerUrl],
        ...["--initial-cluster", cluster.map((each) => `${each.name}=${each.peerUrl}`).join(",")],
        ...["--initial-cluster-state", state, "--heartbeat-interval", "100", "--election-timeout", "1000"],
      ],
      { stdio: "ignore" },
    );
    this.#processes.set(name, child);
  }

  /** Ends a member at once and waits for that. */
  async kill(name: string): Promise<void> {
    const child = this.#processes.get(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  /** Resolves when the process of a member has ended by itself. */
  async ended(name: string): Promise<void> {
    const child = this.#processes.get(name);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await once(child, "exit");
  }

  client(name: string): EtcdClient {
    return new EtcdClient({ endpoints: [this.member(name).clientUrl], timeoutMilliseconds: 5_000 });
  }

  async untilLed({ name }: Pick<TestMember, "name">): Promise<void> {
    const client = this.client(name);
    try {
      await until(async () => (await client.status({ timeoutMilliseconds: 500 })).leader !== "0");
    } finally {
      client.close();
    }
  }
}

/** Asks again and again until it is so; an error counts as no. */
export async function until(holds: () => Promise<boolean> | boolean, limitMilliseconds = 20_000): Promise<void> {
  const end = performance.now() + limitMilliseconds;
  for (;;) {
    const result = await Promise.resolve()
      .then(holds)
      .catch((error: unknown) => error);
    if (result === true) return;
    if (performance.now() > end) {
      throw new Error(`it did not come to be: ${holds.toString()}`, { cause: result });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
