import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { describe, it } from "node:test";
import type { Worker } from "node:worker_threads";
import { put, rejectsWith, run, startWatch } from "../contract/harness.ts";
import { StoreCorruptError, StoreFormatError, StoreLockedError, type StoreUnavailableError } from "../errors.ts";
import { openEmbeddedStore } from "./open.ts";

const writerFile = join(import.meta.dirname, "fixtures", "writer.ts");

type Told = [kind: string, key: string, code: string, outcome: string, readable: boolean];

class Writer {
  readonly told: Told[] = [];
  readonly child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #waiting: { enough: (told: readonly Told[]) => boolean; resolve: () => void } | null = null;

  constructor(directory: string) {
    const child = spawn(process.execPath, [writerFile, directory], { stdio: ["ignore", "pipe", "inherit"] });
    this.child = child;
    this.#ended = once(createInterface({ input: child.stdout }).on("line", this.#hear), "close");
  }

  readonly #hear = (line: string): void => {
    this.told.push(JSON.parse(line) as Told);
    if (this.#waiting?.enough(this.told) === true) this.#waiting.resolve();
  };

  count(kind: string): number {
    return this.told.filter(([each]) => each === kind).length;
  }

  async until(enough: (told: readonly Told[]) => boolean): Promise<void> {
    if (enough(this.told)) return;
    await new Promise<void>((resolve) => {
      this.#waiting = { enough, resolve };
    });
  }

  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.#ended;
  }
}

function inDirectory(title: string, body: (directory: string) => Promise<void>): void {
  it(title, { timeout: 60_000 }, async () => {
    const directory = await mkdtemp(join(tmpdir(), "quorumkit-faults-"));
    try {
      await body(directory);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
}

async function withWriter(directory: string, body: (writer: Writer) => Promise<void>): Promise<void> {
  const writer = new Writer(directory);
  try {
    await writer.until(() => writer.count("opened") > 0);
    await body(writer);
  } finally {
    await writer.kill();
  }
}

async function assertAllKept(directory: string, told: readonly Told[]): Promise<void> {
  const store = await openEmbeddedStore({ directory });
  try {
    const { entries } = await store.range({ prefix: "", keysOnly: true });
    const kept = new Set(entries.map(({ key }) => key));
    for (const [kind, key, , outcome] of told) {
      if (kind === "acknowledged") assert.ok(kept.has(key), `lost the acknowledged ${key}`);
      if (outcome === "not-applied") assert.ok(!kept.has(key), `kept ${key}, said not to be applied`);
    }
    assert.equal((await store.status()).keys, kept.size);
  } finally {
    await store.close();
  }
}

/** Makes a store with some data, then closes it. @returns its file */
async function makeStore(directory: string): Promise<string> {
  const store = await openEmbeddedStore({ directory });
  for (let index = 0; index < 50; index += 1) {
    await put(store, `k${index}`, "x".repeat(1000));
  }
  await store.close();
  return join(directory, "store.sqlite");
}

describe("embedded store under faults", () => {
  inDirectory("a clean close leaves one complete file and no log", async (directory) => {
    const file = await makeStore(directory);
    assert.ok(!existsSync(`${file}-wal`));
  });

  inDirectory("kill -9 under load loses nothing acknowledged, and does not block the next open", async (directory) => {
    const told: Told[] = [];
    for (let round = 1; round <= 3; round += 1) {
      await withWriter(directory, (writer) => writer.until(() => writer.count("acknowledged") >= round * 200));
      // Each round writes the same keys anew; those of the rounds before must be there too.
      const writer = new Writer(directory);
      await writer.until(() => writer.count("acknowledged") >= 100);
      await writer.kill();
      told.push(...writer.told);
      const started = performance.now();
      await assertAllKept(directory, told);
      assert.ok(performance.now() - started < 5000);
    }
  });

  inDirectory("writes that the disk refuses fail, reads go on, and writing recovers", async (directory) => {
    await withWriter(directory, async (writer) => {
      const limit = (bytes: string): void => {
        const { status, error } = spawnSync("prlimit", [
          `--pid=${String(writer.child.pid)}`,
          `--fsize=${bytes}:unlimited`,
        ]);
        assert.equal(status, 0, `prlimit failed (apt-get install util-linux): ${String(error)}`);
      };
      await writer.until(() => writer.count("acknowledged") >= 20);
      limit("1000000");
      await writer.until(() => writer.count("refused") >= 20);
      const refused = writer.told.filter(([kind]) => kind === "refused");
      assert.ok(refused.every(([, , code, , readable]) => code === "store_unavailable" && readable));
      limit("unlimited");
      const before = writer.count("acknowledged");
      await writer.until(() => writer.count("acknowledged") >= before + 100);
      await writer.kill();
      await assertAllKept(directory, writer.told);
    });
  });

  inDirectory(
    "a directory in use is refused with the holder named, from within and from outside",
    async (directory) => {
      await withWriter(directory, async (writer) => {
        await assert.rejects(openEmbeddedStore({ directory }), (error: unknown) => {
          assert.ok(error instanceof StoreLockedError);
          assert.equal(error.holderProcessId, writer.child.pid);
          assert.match(error.message, new RegExp(`${directory} is in use by process ${String(writer.child.pid)}`));
          return true;
        });
      });
      const store = await openEmbeddedStore({ directory });
      await assert.rejects(openEmbeddedStore({ directory }), StoreLockedError);
      await assert.rejects(openEmbeddedStore({ directory }), StoreLockedError);
      await put(store, "a", "1");
      await store.close();
      await (await openEmbeddedStore({ directory })).close();
    },
  );

  inDirectory("a write thread that dies leaves its writes unknown, and is replaced", async (directory) => {
    const threads: Worker[] = [];
    const remember = (thread: Worker): void => {
      threads.push(thread);
    };
    process.on("worker", remember);
    const health: boolean[] = [];
    const recovered = Promise.withResolvers<undefined>();
    const store = await openEmbeddedStore({
      directory,
      onHealthChange: (healthy) => {
        health.push(healthy);
        if (healthy) recovered.resolve(undefined);
      },
    });
    try {
      await put(store, "before", "1");
      const watch = await startWatch(store, { prefix: "" });
      const writes = Array.from({ length: 300 }, (_, index) => put(store, `during/${index}`, "1"));
      const settled = Promise.allSettled(writes);
      await writes[0];
      await threads[0]?.terminate();
      const outcomes = await settled;
      assert.ok(outcomes.some(({ status }) => status === "rejected"));
      await rejectsWith("store_unavailable", put(store, "refused", "1"));
      await recovered.promise;
      const { revision } = await put(store, "after", "1");
      for (const [index, outcome] of outcomes.entries()) {
        const kept = (await store.get(`during/${index}`)) !== null;
        if (outcome.status === "fulfilled") assert.ok(kept);
        else if ((outcome.reason as StoreUnavailableError).outcome === "not-applied") assert.ok(!kept);
      }
      const watched = await watch.through(revision);
      assert.equal(watched.length, (await store.range({ prefix: "" })).entries.length - 1);
      await watch.close();
      assert.deepEqual(health, [false, true]);
      assert.equal((await store.status()).lastError?.code, "store_unavailable");
    } finally {
      process.off("worker", remember);
      await store.close();
    }
  });

  inDirectory("damaged files are refused, and left as they are", async (directory) => {
    const file = await makeStore(directory);
    const handle = await open(file, "r+");
    const { size } = await stat(file);
    await handle.write(Buffer.alloc(size - 8192, 0x5a), 0, size - 8192, 8192);
    await handle.close();
    await assert.rejects(openEmbeddedStore({ directory }), StoreCorruptError);
    await writeFile(file, "this is not a database, but text that is long enough to have a header".repeat(100));
    await assert.rejects(openEmbeddedStore({ directory }), StoreCorruptError);
  });

  inDirectory("a log without its database is refused, not dropped", async (directory) => {
    const file = join(directory, "store.sqlite");
    await writeFile(`${file}-wal`, "the log of a file that somebody removed");
    await assert.rejects(openEmbeddedStore({ directory }), StoreCorruptError);
    assert.ok((await stat(`${file}-wal`)).size > 0);
  });

  inDirectory("newer formats and other databases are refused", async (directory) => {
    const file = await makeStore(directory);
    const database = new DatabaseSync(file);
    database.exec("INSERT INTO schema_version VALUES (99, '')");
    await assert.rejects(openEmbeddedStore({ directory }), (error: unknown) => {
      assert.ok(error instanceof StoreFormatError);
      assert.match(error.message, /format 99, written by a newer version; this one knows formats up to 1/);
      return true;
    });
    database.exec("PRAGMA application_id = 1");
    database.close();
    await assert.rejects(openEmbeddedStore({ directory }), /not a quorumkit store/);
  });

  inDirectory("keeps the history at its limit", async (directory) => {
    const store = await openEmbeddedStore({ directory, historyLimit: 100 });
    const { revision } = await put(store, "a", "0");
    const watch = await startWatch(store, { key: "a" });
    const watched = watch.through(revision + 1000);
    for (let value = 1; value <= 1000; value += 1) await put(store, "a", String(value));
    assert.equal((await watched).length, 1000);
    await watch.close();
    const { compactRevision } = await store.status();
    assert.ok(compactRevision > revision + 890 && compactRevision <= revision + 901, `compacted at ${compactRevision}`);
    await store.close();
    const database = new DatabaseSync(join(directory, "store.sqlite"), { readOnly: true });
    const rows = database.prepare("SELECT count(*) AS rows FROM history").get()?.["rows"];
    database.close();
    assert.ok(Number(rows) >= 100 && Number(rows) <= 110, `${String(rows)} revisions are left`);
  });

  inDirectory("a snapshot taken under load is a complete store of one revision", async (directory) => {
    const store = await openEmbeddedStore({ directory: join(directory, "first") });
    const paired = (value: number): Promise<unknown> =>
      run(
        store,
        { operation: "put", key: "left", value: String(value) },
        { operation: "put", key: "right", value: String(value) },
      );
    await paired(0);
    const path = join(directory, "second", "store.sqlite");
    await mkdir(join(directory, "second"));
    const writing = Promise.all(Array.from({ length: 500 }, (_, value) => paired(value)));
    const snapshot = await store.snapshotTo(path);
    await writing;
    await rejectsWith("invalid_request", store.snapshotTo(path));
    await store.close();
    const copy = await openEmbeddedStore({ directory: join(directory, "second") });
    const { entries, revision } = await copy.range({ prefix: "" });
    assert.equal(revision, snapshot.revision);
    assert.equal(entries[0]?.value, entries[1]?.value);
    assert.equal((await stat(path)).size, snapshot.sizeBytes);
    await copy.close();
  });
});
