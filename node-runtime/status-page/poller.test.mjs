import assert from "node:assert/strict";
import { test } from "node:test";
import { waitAfter } from "./poller.js";

test("questions come ever more rarely while the node is silent, up to a limit", () => {
  assert.deepEqual([0, 1, 2, 3, 20].map(waitAfter), [3_000, 3_000, 4_500, 6_750, 15_000]);
});
