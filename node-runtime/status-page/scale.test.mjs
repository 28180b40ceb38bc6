import assert from "node:assert/strict";
import { test } from "node:test";
import { axisTop, chartWindow, linePath, nearest } from "./scale.js";

test("an axis ends at a round figure that nothing goes beyond", () => {
  const cases = [
    [0, 10, 10],
    [10, 10, 10],
    [10.1, 10, 20],
    [24, 10, 25],
    [26, 10, 50],
    [0.7, 0.1, 1],
    [99_000, 1, 100_000],
    [0.3, 0.3, 0.5],
  ];
  for (const [highest, least, top] of cases) assert.equal(axisTop(highest, least), top);
});

test("a line is broken where a value or a sample is missing", () => {
  const scale = { x: (time) => time, y: (value) => -value, gap: 10 };
  assert.equal(linePath([1, 2, null, 3], [0, 5, 10, 15], scale), "M0.0 -1.0h0L5.0 -2.0M15.0 -3.0h0");
  assert.equal(linePath([1, 2], [0, 11], scale), "M0.0 -1.0h0M11.0 -2.0h0");
  assert.equal(linePath([null], [0], scale), "");
  assert.equal(linePath([], [], scale), "");
});

test("the nearest of several times is found", () => {
  assert.equal(nearest([0, 10, 20], 14), 1);
  assert.equal(nearest([0, 10, 20], 16), 2);
  assert.equal(nearest([5], -100), 0);
});

test("a chart goes as far back as it has to, in thirds", () => {
  const minute = 60_000;
  assert.equal(chartWindow([], 15 * minute), 5 * minute);
  assert.equal(chartWindow([0, 5 * minute], 15 * minute), 5 * minute);
  assert.equal(chartWindow([0, 5 * minute + 1], 15 * minute), 10 * minute);
  assert.equal(chartWindow([0, 11 * minute], 15 * minute), 15 * minute);
  assert.equal(chartWindow([0, 99 * minute], 15 * minute), 15 * minute);
});
