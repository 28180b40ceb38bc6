import assert from "node:assert/strict";
import { chmod, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { temporaryDirectory } from "../node/test-support.ts";
import { readConfigFile } from "./file.ts";
import { components, resetComponent } from "./reset.ts";

const text = `# the node of the blue rack
system: coordinator
node: { id: node-1 }
fault_tolerance:
  retry_attempts: 7 # more than usual
  self_healing:
    # slower here
    healing_interval: 2m
consensus:
  snapshot_threshold: 5000
`;

async function fileOf(t: TestContext, content = text, name = "node.yaml"): Promise<string> {
  const path = join(await temporaryDirectory(t), name);
  await writeFile(path, content);
  return path;
}

test("sets a section back and keeps comments, other sections, mode and nothing beside the file", async (t) => {
  const path = await fileOf(t);
  await chmod(path, 0o600);
  const reset = await resetComponent(path, "fault-tolerance", { onlyHot: true });
  assert.deepEqual(reset.outcome === "written" && reset.changes.map(({ path: option }) => option).sort(), [
    "fault_tolerance.retry_attempts",
    "fault_tolerance.self_healing.healing_interval",
  ]);
  assert.equal(
    await readFile(path, "utf8"),
    text.replace("retry_attempts: 7", "retry_attempts: 3").replace("healing_interval: 2m", "healing_interval: 1m"),
  );
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(dirname(path)), ["node.yaml"]);
  assert.deepEqual(await resetComponent(path, "fault_tolerance", { onlyHot: true }), { outcome: "unchanged" });
});

test("refuses what would need a restart, unless that is allowed", async (t) => {
  const path = await fileOf(t);
  const refused = await resetComponent(path, "consensus", { onlyHot: true });
  assert.equal(refused.outcome, "not-hot");
  assert.equal(await readFile(path, "utf8"), text);
  assert.equal((await resetComponent(path, "consensus", { onlyHot: false })).outcome, "written");
  assert.match(await readFile(path, "utf8"), /snapshot_threshold: 1000/);
});

test("names the component that was meant", async (t) => {
  const path = await fileOf(t);
  const unknown = await resetComponent(path, "fault-tolerence", { onlyHot: true });
  assert.equal(
    unknown.outcome === "unknown" && unknown.message,
    'there is no component "fault-tolerence"; did you mean fault-tolerance?',
  );
  assert.equal((await resetComponent(path, "node", { onlyHot: true })).outcome, "unknown");
  assert.ok(components.includes("consensus"));
});

test("takes out what has no default, keeps JSON as JSON, and follows a link", async (t) => {
  const content = JSON.stringify({
    system: "coordinator",
    node: { id: "node-1" },
    tasks: { default_deadline: "1h", max_queued: 5 },
  });
  const path = await fileOf(t, content, "node.json");
  const link = join(dirname(path), "link.json");
  await symlink(path, link);
  const reset = await resetComponent(link, "tasks", { onlyHot: true });
  assert.equal(reset.outcome, "written");
  assert.deepEqual(JSON.parse(await readFile(path, "utf8")), {
    system: "coordinator",
    node: { id: "node-1" },
    tasks: { max_queued: 100000 },
  });
  assert.ok((await stat(link)).isFile());
  assert.equal((await readConfigFile(link)).path, link);
});
