import assert from "node:assert/strict";
import { test } from "node:test";
import { isSystemName, systemNames, systemPresets, systems } from "./systems.ts";

test("the four systems run the four workloads under the guides' metric prefixes", () => {
  assert.deepEqual(
    systemNames.map((name) => [name, systems[name].workload, systems[name].metricPrefix, systems[name].ports.metrics]),
    [
      ["ollamamax", "inference", "ollama_", 9090],
      ["coordinator", "tasks", "coordinator_", 9090],
      ["grape", "vectors", "grape_", 9091],
      ["maif", "artifacts", "maif_", 9090],
    ],
  );
});

test("every system keeps its data in a directory of its own", () => {
  const directories = systemNames.map((name) => (systemPresets[name].storage as { data_dir: string }).data_dir);
  assert.equal(new Set(directories).size, systemNames.length);
});

test("only names of systems are names of systems", () => {
  for (const name of systemNames) assert.ok(isSystemName(name));
  for (const value of ["Grape", "toString", "", undefined, 1]) assert.ok(!isSystemName(value));
});
