import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LatencyHistogram } from "./latency-histogram.ts";

test("a percentile is within 2.2 % of the exact one", () => {
  const durations = fc.array(fc.double({ min: 0.001, max: 600_000, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(durations, fc.constantFrom(0.01, 0.5, 0.95, 1), (milliseconds, share) => {
      const histogram = new LatencyHistogram();
      for (const value of milliseconds) histogram.record(value);
      const sorted = milliseconds.toSorted((a, b) => a - b);
      const exact = sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
      const found = histogram.percentile(share) ?? Number.NaN;
      assert.ok(Math.abs(found / exact - 1) < 0.0221, `${found} for ${exact}`);
    }),
  );
});

test("nothing recorded has no percentile, and clearing forgets", () => {
  const histogram = new LatencyHistogram();
  assert.equal(histogram.percentile(0.5), null);
  histogram.record(3);
  assert.equal(histogram.count, 1);
  histogram.clear();
  assert.equal(histogram.count, 0);
  assert.equal(histogram.percentile(0.5), null);
});

test("durations beyond the bins go into the outermost ones", () => {
  const histogram = new LatencyHistogram();
  histogram.record(0);
  assert.ok((histogram.percentile(1) ?? 1) < 0.002);
  histogram.record(1e12);
  assert.ok((histogram.percentile(1) ?? 0) > 1e6);
});
