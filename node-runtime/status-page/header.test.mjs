import assert from "node:assert/strict";
import { test } from "node:test";
import { stateOf } from "./header.js";

test("the state is that of the worst news", () => {
  const ready = { ready: true };
  const cases = [
    [{ ready: undefined, health: undefined, answering: true }, "Connecting", "unknown"],
    [{ ready, health: undefined, answering: true }, "Ready", "healthy"],
    [{ ready: { ready: false }, health: undefined, answering: true }, "Not ready", "degraded"],
    [{ ready, health: { phase: "ready", status: "healthy" }, answering: true }, "Healthy", "healthy"],
    [{ ready, health: { phase: "ready", status: "degraded" }, answering: true }, "Degraded", "degraded"],
    [{ ready, health: { phase: "ready", status: "unhealthy" }, answering: true }, "Unhealthy", "unhealthy"],
    [
      { ready: { ready: false }, health: { phase: "ready", status: "healthy" }, answering: true },
      "Not ready",
      "unhealthy",
    ],
    [
      { ready: { ready: false }, health: { phase: "draining", status: "degraded" }, answering: true },
      "Draining",
      "degraded",
    ],
    [{ ready, health: { phase: "ready", status: "healthy" }, answering: false }, "No answer", "unhealthy"],
  ];
  for (const [known, word, level] of cases) assert.deepEqual(stateOf(known), { word, level });
});
