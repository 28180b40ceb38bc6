import assert from "node:assert/strict";
import { test } from "node:test";
import { listPhases } from "./phases.mjs";
import { temporaryFolder } from "./temporary.mjs";

test("phases come from the folders that hold tests, in their order", (context) => {
  const root = temporaryFolder(context, {
    "schema/kit/a.test.ts": "",
    "schema/kit/a.ts": "",
    "toolchain/b.test.mjs": "",
    "schema/node_modules/c.test.ts": "",
    ".hidden/d.test.ts": "",
    "test/systemd/e.test.ts": "",
    "test/engine/deep/f.test.ts": "",
    "test/bench/run.ts": "",
    "test/other/g.test.ts": "",
  });
  const phases = listPhases(root);
  assert.deepEqual(
    phases.map((phase) => phase.name),
    ["types", "lint", "format", "unit", "engine", "systemd", "other"],
  );
  assert.deepEqual(phases[3]?.files, ["schema/kit/a.test.ts", "toolchain/b.test.mjs"]);
  assert.deepEqual(phases[4]?.needs, ["pulumi", "etcd"]);
  assert.deepEqual(phases[3]?.needs, ["etcd"]);
  assert.ok(phases[5]?.debian?.includes("debootstrap"));
});
