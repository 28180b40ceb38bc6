import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { totalmem } from "node:os";
import { test } from "node:test";
import { limitFiles, limitIn, memoryLimit } from "./cgroup.ts";
import { registerMemoryGauges, residentIn } from "./memory-gauges.ts";
import { Metrics } from "./metrics.ts";

const unit = "0::/system.slice/quorumkit.service\n";
const gibibyte = 2 ** 30;

function limitOf(files: Readonly<Record<string, string>>): Promise<number | undefined> {
  return memoryLimit((file) => Promise.resolve(files[file]));
}

test("looks at the group of the process and at all around it, in both versions of cgroups", () => {
  assert.deepEqual(limitFiles(unit), [
    "/sys/fs/cgroup/system.slice/quorumkit.service/memory.max",
    "/sys/fs/cgroup/system.slice/memory.max",
    "/sys/fs/cgroup/memory.max",
  ]);
  assert.deepEqual(limitFiles("12:cpu,cpuacct:/a\n9:hugetlb,memory:/docker/4f\n1:name=systemd:/a\n0::/\n"), [
    "/sys/fs/cgroup/memory/docker/4f/memory.limit_in_bytes",
    "/sys/fs/cgroup/memory/docker/memory.limit_in_bytes",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    "/sys/fs/cgroup/memory.max",
  ]);
  assert.deepEqual(limitFiles("nothing of the kind"), []);
});

test("knows what is no limit", () => {
  assert.equal(limitIn("536870912\n"), 536_870_912);
  for (const none of ["max\n", "9223372036854771712\n", "0\n", "", "x"]) assert.equal(limitIn(none), undefined);
});

test("the smallest limit counts", async () => {
  const own = { "/proc/self/cgroup": unit };
  assert.equal(await limitOf(own), undefined);
  assert.equal(await limitOf({}), undefined);
  assert.equal(
    await limitOf({
      ...own,
      "/sys/fs/cgroup/system.slice/quorumkit.service/memory.max": "max\n",
      "/sys/fs/cgroup/system.slice/memory.max": `${2 * gibibyte}\n`,
      "/sys/fs/cgroup/memory.max": `${gibibyte}\n`,
    }),
    gibibyte,
  );
  // A container that sees its own group as the root, under the name that the host has for it.
  const container = { "/proc/self/cgroup": "4:memory:/docker/4f\n" };
  assert.equal(
    await limitOf({ ...container, "/sys/fs/cgroup/memory/memory.limit_in_bytes": String(gibibyte) }),
    gibibyte,
  );
});

test("the memory of the engine counts too, while it runs", async (t) => {
  const metrics = new Metrics("test_");
  const engine: { pid?: number | undefined } = {};
  registerMemoryGauges(metrics, () => engine.pid);
  const valueOf = async (name: string): Promise<number> =>
    Number(new RegExp(`^test_${name} (\\S+)$`, "m").exec(await metrics.text())?.[1]);
  const alone = await valueOf("db_memory_usage_bytes");
  assert.ok(alone > 10_000_000, String(alone));
  // It holds more memory than this process can come to need between two scrapes.
  const hold = 'const held = Buffer.alloc(400_000_000, 1); process.stdout.write("."); setInterval(() => held, 1e6)';
  const child = spawn(process.execPath, ["-e", hold], { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  await once(child.stdout, "data");
  engine.pid = child.pid;
  const both = await valueOf("db_memory_usage_bytes");
  assert.ok(both > alone + 300_000_000, `${both} after ${alone}`);
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.ok((await valueOf("db_memory_usage_bytes")) < both - 300_000_000);
  const limit = await valueOf("db_memory_limit_bytes");
  assert.ok(limit > alone && limit <= totalmem(), String(limit));
});

test("reads what a process has in memory", () => {
  assert.equal(residentIn("VmPeak:\t  900 kB\nVmRSS:\t    1024 kB\nRssAnon:\t 5 kB\n"), 1_048_576);
  assert.equal(residentIn("Name:\tnode\nState:\tZ (zombie)\n"), 0);
});
