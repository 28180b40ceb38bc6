import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../node/test-support.ts";
import { maximumFileBytes, readConfigFile } from "./file.ts";
import { ConfigError, describeLocated } from "./problems.ts";

async function refusal(path: string): Promise<string[]> {
  const error: unknown = await readConfigFile(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConfigError);
  return error.problems.map(describeLocated);
}

test("reads YAML and says where an option stands", async (t) => {
  const path = join(await temporaryDirectory(t), "node.yaml");
  await writeFile(path, "system: coordinator\nnode:\n  id: node-1\n");
  const file = await readConfigFile(path);
  assert.deepEqual(file.value, { system: "coordinator", node: { id: "node-1" } });
  assert.equal(file.where("node.id"), `${path}:3:3`);
});

test("reads JSON", async (t) => {
  const path = join(await temporaryDirectory(t), "node.json");
  await writeFile(path, '{"system": "grape"}');
  assert.deepEqual((await readConfigFile(path)).value, { system: "grape" });
});

test("refuses what is no config file, each with its reason", async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, "node.yaml");
  assert.deepEqual(await refusal(path), [`${path}: can't be read: there is no such file; want a readable file`]);
  await mkdir(path);
  assert.deepEqual(await refusal(path), [`${path}: is not a regular file; want a readable file`]);
  const large = join(directory, "large.yaml");
  await writeFile(large, "#".repeat(maximumFileBytes + 1));
  assert.match((await refusal(large))[0] ?? "", /has 1048577 bytes, more than the 1048576 allowed/);
  const empty = join(directory, "empty.yaml");
  await writeFile(empty, "# nothing\n");
  assert.match((await refusal(empty))[0] ?? "", /the file is empty/);
  const binary = join(directory, "binary.yaml");
  await writeFile(binary, Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]));
  assert.match((await refusal(binary))[0] ?? "", /is not UTF-8 text/);
  const json = join(directory, "node.json");
  await writeFile(json, "{'a': 1}");
  assert.match((await refusal(json))[0] ?? "", /not JSON/);
});

test("refuses duplicate keys and unfolding aliases", async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, "node.yaml");
  await writeFile(path, "system: grape\napi:\n  port: 1\n  port: 2\n");
  const [problem] = await refusal(path);
  assert.match(problem ?? "", /:4:3: Map keys must be unique/);
  const bomb = join(directory, "bomb.yaml");
  const rows = Array.from(
    { length: 12 },
    (_, n) =>
      `k${n}: &k${n} [${Array(9)
        .fill(n === 0 ? "x" : `*k${n - 1}`)
        .join(",")}]`,
  );
  await writeFile(bomb, rows.join("\n"));
  assert.match((await refusal(bomb))[0] ?? "", /can't be parsed/);
});
