import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { formatDuration, parseDuration } from "./duration.ts";

describe("durations", () => {
  const readings: [string, number][] = [
    ["150ms", 150],
    ["5s", 5_000],
    ["10m0s", 600_000],
    ["1h30m", 5_400_000],
    ["0.5s", 500],
    ["30d", 2_592_000_000],
    ["0s", 0],
  ];
  for (const [text, milliseconds] of readings) {
    test(`${text} is ${milliseconds} ms`, () => {
      assert.equal(parseDuration(text), milliseconds);
    });
  }

  for (const text of ["", "5", "5 s", "-5s", "s", "5sec", "1h-3m", "5S", "1e3s"]) {
    test(`${JSON.stringify(text)} is refused`, () => {
      assert.throws(() => parseDuration(text), RangeError);
    });
  }

  const writings: [number, string][] = [
    [100, "100ms"],
    [10_000, "10s"],
    [1_800_000, "30m0s"],
    [3_600_000, "1h0m0s"],
    [90_500, "1m30.5s"],
  ];
  for (const [milliseconds, text] of writings) {
    test(`${milliseconds} ms is written ${text}, as Go and guide 001 do`, () => {
      assert.equal(formatDuration(milliseconds), text);
    });
  }

  test("what is written reads back to the same whole number of milliseconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 * 3_600_000 }), (milliseconds) => {
        assert.equal(Math.round(parseDuration(formatDuration(milliseconds))), milliseconds);
      }),
      { verbose: true },
    );
  });
});
