/** The page has no build step, but its types are checked all the same. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { attempt } from "../support/command.ts";

test("the scripts of the status page fit their types", async () => {
  const compiler = join(import.meta.dirname, "../../node_modules/typescript/bin/tsc");
  const config = join(import.meta.dirname, "page.tsconfig.json");
  const { code, stdout } = await attempt(process.execPath, [compiler, "--project", config]);
  assert.equal(code, 0, stdout);
});
