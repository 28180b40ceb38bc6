import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { WatchReader } from "../contract/harness.ts";
import { NoQuorumError, StoreUnavailableError } from "../errors.ts";
import { EtcdClient } from "./client.ts";
import { TestCluster, type ClusterOptions } from "./testing/etcd-cluster.ts";
import { eventually } from "./testing/eventually.ts";
import { openTestStore, type TestStore } from "./testing/test-store.ts";
import type { EtcdStoreOptions } from "./open.ts";

const timeout = 60_000;

async function startCluster(context: TestContext, options: ClusterOptions): Promise<TestCluster> {
  const cluster = await TestCluster.start(options);
  context.after(() => cluster.stop());
  return cluster;
}

async function openAt(
  context: TestContext,
  endpoints: readonly string[],
  options: Partial<EtcdStoreOptions> = {},
): Promise<TestStore> {
  const opened = await openTestStore(endpoints, options);
  context.after(() => opened.close());
  return opened;
}

/** Writes new keys from many callers until told to stop, and remembers what each was told. */
class Writers {
  readonly acknowledged: string[] = [];
  readonly unknown: string[] = [];
  readonly notApplied: string[] = [];
  readonly #work: Promise<unknown>;
  #stopped = false;

  constructor(opened: TestStore, callers: number) {
    this.#work = Promise.all(Array.from({ length: callers }, (_, caller) => this.#write(opened, caller)));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#work;
  }

  async #write({ store }: TestStore, caller: number): Promise<void> {
    for (let number = 0; !this.#stopped; number += 1) {
      const key = `w/${caller}/${number}`;
      try {
        await store.txn({ then: [{ operation: "put", key, value: "" }] });
        this.acknowledged.push(key);
      } catch (error) {
        assert.ok(error instanceof StoreUnavailableError || error instanceof NoQuorumError, String(error));
        (error.outcome === "unknown" ? this.unknown : this.notApplied).push(key);
        // A refusal takes no time; without a pause nothing else would run.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }
}

/** Milliseconds that a refusal takes: of three, the least, as a busy machine may stop the process for a while. */
async function refusalTime(call: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const started = performance.now();
    await assert.rejects(call, (error) => error instanceof NoQuorumError || error instanceof StoreUnavailableError);
    times.push(performance.now() - started);
  }
  return Math.min(...times);
}

async function assertKept({ store }: TestStore, writers: Writers): Promise<void> {
  const { entries } = await store.range({ prefix: "w/", keysOnly: true });
  const there = new Map(entries.map(({ key, version }) => [key, version]));
  assert.deepEqual(
    writers.acknowledged.filter((key) => there.get(key) !== 1),
    [],
    "acknowledged writes are there, once",
  );
  assert.deepEqual(
    writers.notApplied.filter((key) => there.has(key)),
    [],
    "refused writes are not",
  );
  const told = new Set([...writers.acknowledged, ...writers.unknown]);
  assert.deepEqual(
    [...there.keys()].filter((key) => !told.has(key)),
    [],
    "nothing else is",
  );
}

for (const place of ["a follower", "every member"]) {
  test(
    `a leader that dies under writes through ${place} loses nothing that was acknowledged`,
    { timeout },
    async (t) => {
      const cluster = await startCluster(t, { members: 3 });
      const { leader, followers } = await cluster.roles();
      const endpoints = place === "a follower" ? followers.slice(0, 1).map((one) => one.clientUrl) : cluster.endpoints;
      const opened = await openAt(t, endpoints);
      const writers = new Writers(opened, 16);
      await eventually("writes go", () => writers.acknowledged.length > 500);
      await leader.kill();
      const killed = performance.now();
      const before = writers.acknowledged.length;
      await eventually("writes go on", () => writers.acknowledged.length > before + 500);
      t.diagnostic(`500 writes later after ${Math.round(performance.now() - killed)} ms`);
      leader.start();
      await leader.ready();
      await writers.stop();
      t.diagnostic(
        `${writers.acknowledged.length} done, ${writers.unknown.length} unknown, ${writers.notApplied.length} refused`,
      );
      await assertKept(opened, writers);
    },
  );
}

for (const place of ["the leader", "a follower"]) {
  test(`a leader that hands over refuses no write through ${place}`, { timeout }, async (t) => {
    const cluster = await startCluster(t, { members: 3 });
    const { leader, followers } = await cluster.roles();
    const [follower, target] = followers;
    assert.ok(follower !== undefined && target !== undefined);
    const opened = await openAt(t, [place === "the leader" ? leader.clientUrl : follower.clientUrl]);
    const targetId = (await openAt(t, [target.clientUrl])).monitor.current?.memberId ?? "0";
    const atLeader = new EtcdClient({ endpoints: [leader.clientUrl], timeoutMilliseconds: 5000 });
    t.after(() => {
      atLeader.close();
    });
    const writers = new Writers(opened, 16);
    await eventually("writes go", () => writers.acknowledged.length > 200);
    await atLeader.moveLeader(targetId);
    const before = writers.acknowledged.length;
    await eventually("writes go on", () => writers.acknowledged.length > before + 200);
    await writers.stop();
    t.diagnostic(`${writers.unknown.length} unknown, ${writers.notApplied.length} refused`);
    await assertKept(opened, writers);
    assert.deepEqual(writers.notApplied, []);
  });
}

test(
  "without a majority writes and linearizable reads are refused at once, stale ones answered",
  { timeout },
  async (t) => {
    const cluster = await startCluster(t, { members: 3 });
    const { leader, followers } = await cluster.roles();
    const [left, other] = followers;
    assert.ok(left !== undefined && other !== undefined);
    const health: (string | null)[] = [];
    const opened = await openAt(t, [left.clientUrl], {
      onHealthChange: (_healthy, error) => health.push(error?.code ?? null),
    });
    const { store, monitor } = opened;
    const { revision } = await store.txn({ then: [{ operation: "put", key: "a", value: "1" }] });
    await Promise.all([leader.kill(), other.kill()]);
    await eventually("the loss is noticed", () => monitor.current?.leaderId === null);
    const lease = "1";
    const refused = [
      () => store.txn({ then: [{ operation: "put", key: "a", value: "2" }] }),
      () => store.get("a"),
      () => store.range({ prefix: "" }),
      () => store.grantLease(1000),
      () => store.keepAliveLease(lease),
      () => store.revokeLease(lease),
      () => store.compact(revision),
    ];
    for (const call of refused) assert.ok((await refusalTime(call)) < 50, "at once");
    assert.equal((await store.get("a", { consistency: "stale" }))?.value, "1");
    const watch = new WatchReader(store, { key: "a" });
    assert.deepEqual(await watch.next(), { revision, events: [] });
    const status = await store.status();
    assert.deepEqual([status.healthy, status.lastError?.code, status.keys], [false, "no_quorum", 1]);
    assert.ok((await store.checksum()).revision >= revision);

    // Another store can be opened on this side, and serves what is there.
    const late = await openAt(t, [left.clientUrl]);
    assert.equal((await late.store.get("a", { consistency: "stale" }))?.value, "1");
    await assert.rejects(late.store.get("a"), NoQuorumError);

    leader.start();
    await eventually("there is a leader again", () => monitor.current?.leaderId !== null);
    const written = await store.txn({ then: [{ operation: "put", key: "a", value: "3" }] });
    assert.equal((await store.get("a"))?.value, "3");
    assert.equal((await watch.nextEvents()).revision, written.revision);
    await watch.close();
    assert.deepEqual(health, ["no_quorum", null]);
  },
);

test("a member that hangs holds no request longer than the limit", { timeout }, async (t) => {
  const cluster = await startCluster(t, {});
  const member = cluster.member(0);
  const opened = await openAt(t, [member.clientUrl], { requestTimeoutMilliseconds: 500 });
  const { store, monitor } = opened;
  await store.txn({ then: [{ operation: "put", key: "a", value: "1" }] });
  member.signal("SIGSTOP");
  try {
    const started = performance.now();
    const [write, read] = await Promise.allSettled([
      store.txn({ then: [{ operation: "put", key: "a", value: "2" }] }),
      store.get("a"),
    ]);
    assert.ok(performance.now() - started < 1500, "within the limit");
    for (const [result, outcome] of [
      [write, "unknown"],
      [read, "not-applied"],
    ] as const) {
      assert.ok(result.status === "rejected" && result.reason instanceof StoreUnavailableError);
      assert.equal(result.reason.outcome, outcome);
    }
    await eventually("the monitor notices", () => monitor.current === undefined);
    assert.ok((await refusalTime(() => store.txn({}))) < 50, "at once");
    assert.equal((await store.get("a", { consistency: "stale" }))?.value, "1");
  } finally {
    member.signal("SIGCONT");
  }
  await eventually("it answers again", () => monitor.current !== undefined);
  assert.match((await store.get("a"))?.value ?? "", /[12]/);
});

test("an etcd that can't be reached is no store", { timeout }, async () => {
  await assert.rejects(openTestStore(["http://127.0.0.1:9"]), StoreUnavailableError);
});
