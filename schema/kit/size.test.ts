import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseSize } from "./size.ts";

describe("sizes", () => {
  const readings: [string, number][] = [
    ["2MB", 2_000_000],
    ["50Gi", 53_687_091_200],
    ["50GiB", 53_687_091_200],
    ["1Ti", 1_099_511_627_776],
    ["100GB", 100_000_000_000],
    ["512B", 512],
    ["1.5Ki", 1_536],
  ];
  for (const [text, bytes] of readings) {
    test(`${text} is ${bytes} bytes`, () => {
      assert.equal(parseSize(text), bytes);
    });
  }
  for (const text of ["", "5", "5 GB", "-1Gi", "Gi", "1gb", "1Gib"]) {
    test(`${JSON.stringify(text)} is refused`, () => {
      assert.throws(() => parseSize(text), RangeError);
    });
  }
});
