/** A cluster of node processes on this machine, seen from outside: started, stopped, killed and asked. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { TestContext } from "node:test";
import { askJson, type Answer, type Question } from "../faults/ask.ts";
import type { SpawnedNode } from "../runtime/spawn-node.ts";
import { launchMember, makeCluster, type LocalCluster, type MemberPlace } from "./local-cluster.ts";
import { until } from "./until.ts";

type Running = ReturnType<typeof launchMember>;

/** How long nodes may take to reach a state, in ms; two cores may have other work. */
const limit = 30_000;

/** Readiness as a node answers it. */
export interface Readiness {
  status: number;
  ready: boolean;
  reasons: string[];
  waiting_for_members: boolean;
}

/** A problem document (RFC 9457). */
export interface Problem {
  status: number;
  code: string;
  detail: string;
  outcome?: string;
}

/** What must not change when something else goes wrong. */
export interface Snapshot {
  members: { id: string; name: string | null; voter: boolean }[];
  probe: { value: unknown; revision: unknown };
  ready: boolean[];
}

export class RunningCluster {
  readonly cluster: LocalCluster;
  readonly #nodes = new Map<string, Running>();
  readonly #last: (() => Promise<void>)[] = [];

  private constructor(cluster: LocalCluster) {
    this.cluster = cluster;
  }

  /** Makes places; nothing runs yet. What will have been started ends with the test. */
  static async make(
    t: Pick<TestContext, "after">,
    count: number,
    more?: Parameters<typeof makeCluster>[1],
  ): Promise<RunningCluster> {
    const running = new RunningCluster(await makeCluster(count, more));
    t.after(async () => {
      await Promise.all([...running.#nodes.keys()].map((id) => running.kill(id)));
      for (const work of running.#last) await work();
      await running.cluster.remove();
    });
    return running;
  }

  /** Makes a cluster, and starts and founds it. */
  static async start(t: Pick<TestContext, "after">, count: number): Promise<RunningCluster> {
    const running = await RunningCluster.make(t, count);
    for (const { id } of running.cluster.members) running.launch(id);
    await running.ready();
    return running;
  }

  /** Has work done when no node runs any more, and their files are still there. */
  atEnd(work: () => Promise<void>): void {
    this.#last.push(work);
  }

  place(id: string): MemberPlace {
    const place = this.cluster.members.find((member) => member.id === id);
    assert.ok(place !== undefined, `there is no ${id}`);
    return place;
  }

  /** Ids of the places but these. */
  others(...ids: readonly string[]): string[] {
    return this.cluster.members.map(({ id }) => id).filter((id) => !ids.includes(id));
  }

  /** Starts the process of a node, without waiting. */
  launch(id: string, environment: Readonly<Record<string, string>> = {}): Running {
    assert.ok(!this.#nodes.has(id), `${id} runs already`);
    const node = launchMember(this.place(id), environment);
    this.#nodes.set(id, node);
    return node;
  }

  /** Waits until these nodes, or all places, are ready. */
  async ready(ids: readonly string[] = this.others()): Promise<void> {
    await Promise.all(ids.map((id) => this.readiness(id, ({ status }) => status === 200)));
  }

  /** Waits until a node says this of its readiness. */
  async readiness(id: string, wanted: (readiness: Readiness) => boolean = () => true): Promise<Readiness> {
    const node = this.#node(id);
    let last: Readiness | undefined;
    const reached = until(id, limit, async () => {
      const { status, body } = await this.ask(id, "/api/v1/ready");
      last = { ...(body as Omit<Readiness, "status">), status };
      return wanted(last) ? last : undefined;
    });
    const early = node.ended.then((code) => {
      throw new Error(`it ended with ${code}`);
    });
    try {
      return await Promise.race([reached, early]);
    } catch (error) {
      throw new Error(`${id}: readiness is ${JSON.stringify(last)}; ${node.errors()}`, { cause: error });
    } finally {
      early.catch(() => undefined);
      reached.catch(() => undefined);
    }
  }

  /** Stops a node as an operator does. @returns its exit code */
  async stop(id: string): Promise<number | string> {
    const node = this.#node(id);
    node.process.kill("SIGTERM");
    const code = await node.ended;
    this.#nodes.delete(id);
    return code;
  }

  /** The machine of a node is gone: it and its etcd end at once. */
  async kill(id: string): Promise<void> {
    const node = this.#node(id);
    const { pid } = node.process;
    if (pid !== undefined && node.process.exitCode === null && node.process.signalCode === null) {
      const children = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "")).split(" ");
      node.process.kill("SIGKILL");
      for (const child of children.filter(Boolean)) process.kill(Number(child), "SIGKILL");
    }
    await node.ended;
    this.#nodes.delete(id);
  }

  /** Waits for a process that ends by itself. */
  async ended(id: string): Promise<{ code: number | string; errors: string }> {
    const node = this.#node(id);
    const code = await node.ended;
    this.#nodes.delete(id);
    return { code, errors: node.errors() };
  }

  /** Asks a node, whatever the answer. */
  ask(id: string, path: string, question: Question = {}): Promise<Answer> {
    return askJson(`${this.place(id).url}${path}`, question);
  }

  /** Asks a node that has to say yes. */
  async yes(id: string, path: string, question: Question = {}): Promise<Record<string, unknown>> {
    const { status, body } = await this.ask(id, path, question);
    assert.ok(status < 300, `${question.method ?? "GET"} ${id} ${path}: ${status} ${JSON.stringify(body)}`);
    return body as Record<string, unknown>;
  }

  /** Asks a node that has to say no. */
  async refused(id: string, path: string, question: Question = {}): Promise<Problem> {
    const { status, body } = await this.ask(id, path, question);
    assert.ok(status >= 400, `${question.method ?? "GET"} ${id} ${path}: ${status} ${JSON.stringify(body)}`);
    return body as Problem;
  }

  put(id: string, key: string, value: unknown): Promise<Record<string, unknown>> {
    return this.yes(id, `/api/v1/kv/${key}`, { method: "PUT", body: value });
  }

  /** Who leads, once all of these nodes agree. */
  leader(ids: readonly string[] = this.others()): Promise<string> {
    return until("all agree on a leader", limit, async () => {
      const seen = await Promise.all(ids.map((id) => this.yes(id, "/api/v1/cluster/leader")));
      const leaders = new Set(seen.map(({ leader }) => leader));
      const [leader] = leaders;
      return leaders.size === 1 && typeof leader === "string" ? leader : undefined;
    });
  }

  /** Waits until the members, as one node knows them, are these voters. */
  async voters(through: string, wanted: readonly string[]): Promise<void> {
    await until(`the voters are ${wanted.join(", ")}`, limit, async () => {
      const members = await this.#members(through);
      const names = members.filter(({ voter }) => voter).map(({ name }) => name);
      return members.length === wanted.length && names.join() === wanted.join() ? true : undefined;
    });
  }

  /** What the cluster is now, as its first running member of `ids` knows it. */
  async snapshot(ids: readonly string[]): Promise<Snapshot> {
    const [first = ""] = ids;
    const [members, probe, ready] = await Promise.all([
      this.#members(first),
      this.yes(first, "/api/v1/kv/probe"),
      Promise.all(ids.map(async (id) => (await this.ask(id, "/api/v1/ready")).status === 200)),
    ]);
    return { members, probe: { value: probe["value"], revision: probe["mod_revision"] }, ready };
  }

  async #members(through: string): Promise<Snapshot["members"]> {
    const { members } = (await this.yes(through, "/api/v1/cluster/members")) as {
      members: { member_id: string; node_id: string | null; voter: boolean }[];
    };
    return members
      .map(({ member_id: id, node_id: name, voter }) => ({ id, name, voter }))
      .sort((a, b) => String(a.name).localeCompare(String(b.name)));
  }

  #node(id: string): Omit<SpawnedNode, "readyAfter"> {
    const node = this.#nodes.get(id);
    assert.ok(node !== undefined, `${id} does not run`);
    return node;
  }
}
