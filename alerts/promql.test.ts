import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { decimal, growth, percent, promDuration, rewriteDuration, select } from "./promql.ts";

describe("durations", () => {
  for (const [given, written] of [
    ["1.5h", "1h30m"],
    ["90s", "1m30s"],
    ["365d", "365d"],
    ["1w", "7d"],
    ["0s", "0s"],
    ["1500ms", "1s500ms"],
  ] as const) {
    test(`${given} is ${written}`, () => {
      assert.equal(rewriteDuration(given), written);
    });
  }

  test("mean the same when they are read again", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 11 }), (milliseconds) => {
        const units: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
        const parts = [...promDuration(milliseconds).matchAll(/(\d+)(ms|[dhms])/g)];
        const read = parts.reduce((total, [, count, unit = ""]) => total + Number(count) * (units[unit] ?? NaN), 0);
        assert.equal(read, milliseconds);
      }),
    );
  });
});

test("selectors", () => {
  assert.equal(select("up"), "up");
  assert.equal(select("up", { cluster: undefined, job: "a" }, "5m"), 'up{job="a"}[5m]');
  assert.equal(
    select("a", { b: { not: "1" }, c: { matches: "x|y" }, d: { matchesNot: ".+" }, e: 'a"b\\c' }),
    'a{b!="1",c=~"x|y",d!~".+",e="a\\"b\\\\c"}',
  );
});

test("numbers leave out what binary fractions add", () => {
  assert.equal(decimal(1 - 0.999), "0.001");
  assert.equal(percent(0.8), "80%");
});

test("growth sees the first event of a counter too", () => {
  assert.equal(
    growth("a_total", { b: "c" }, "5m"),
    '(a_total{b="c"} unless a_total{b="c"} offset 5m or increase(a_total{b="c"}[5m]))',
  );
});
