import assert from "node:assert/strict";
import { test } from "node:test";
import { readLocated } from "./locate.ts";

const text = "config:\n  quorumkit:cluster:\n    name: a\n    regions:\n      - name: x\n      - name: y\n";
const prefix = ["config", "quorumkit:cluster"];

test("finds keys, list items, and the parent of what is missing", () => {
  const document = readLocated(text, prefix);
  assert.deepEqual(document.syntaxErrors, []);
  assert.deepEqual(document.locate("name"), { line: 3, column: 5 });
  assert.deepEqual(document.locate("regions[1].name"), { line: 6, column: 9 });
  assert.deepEqual(document.locate("system"), { line: 2, column: 3 });
});

test("refuses duplicate keys and broken texts with their place", () => {
  const duplicate = readLocated("a: 1\na: 2\n");
  assert.equal(duplicate.value, undefined);
  assert.deepEqual(duplicate.syntaxErrors, [{ message: "Map keys must be unique", line: 2, column: 1 }]);
});
