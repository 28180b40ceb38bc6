import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { rotatingFile } from "./rotating-file.ts";
import { temporaryDirectory } from "./test-support.ts";

test("puts the file aside when it is full, keeps so many, and splits no line", async (t) => {
  const directory = await temporaryDirectory(t);
  const path = join(directory, "logs", "node.log");
  const stream = rotatingFile(path, { maximumSize: "64Ki", backups: 2 });
  const line = `${"x".repeat(20_000)}\n`;
  for (let number = 0; number < 12; number += 1) stream.write(line);
  assert.deepEqual((await readdir(join(directory, "logs"))).sort(), ["node.log", "node.log.1", "node.log.2"]);
  for (const name of ["node.log", "node.log.1", "node.log.2"]) {
    assert.equal(await readFile(join(directory, "logs", name), "utf8"), line.repeat(3));
  }
});

test("goes on where an earlier run ended", async (t) => {
  const path = join(await temporaryDirectory(t), "node.log");
  await writeFile(path, "before\n");
  rotatingFile(path, { maximumSize: "64Ki", backups: 0 }).write("after\n");
  assert.equal(await readFile(path, "utf8"), "before\nafter\n");
});
