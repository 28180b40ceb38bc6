/**
 * Real clusters under load while things go wrong (`npm run test:faults`). FAULTS_SEED repeats a run's choices,
 * FAULTS_SECONDS makes each scenario longer, FAULTS_SCENARIO runs only those whose name contains it.
 */
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runScenario, type Summary } from "./run-scenario.ts";
import { scenarios, type Scenario } from "./scenarios.ts";

const seed = numberFrom("FAULTS_SEED", () => randomInt(2 ** 31));
const seconds = numberFrom("FAULTS_SECONDS", () => 10);
const only = process.env["FAULTS_SCENARIO"] ?? "";

for (const scenario of scenarios.filter(({ name }) => name.includes(only))) {
  test(scenario.name, { timeout: (seconds + 600) * 1000 }, async (t) => {
    t.diagnostic(`FAULTS_SEED=${seed}`);
    const directory = mkdtempSync(join(tmpdir(), "quorumkit-faults-"));
    try {
      const summary = await runScenario(scenario, { directory, seed, seconds });
      for (const line of describe(summary)) t.diagnostic(line);
      judge(scenario, summary);
    } catch (error) {
      const again = `FAULTS_SEED=${seed} FAULTS_SECONDS=${seconds} FAULTS_SCENARIO='${scenario.name}'`;
      throw new Error(`history, logs and pages are kept in ${directory}; again: ${again} npm run test:faults`, {
        cause: error,
      });
    }
    rmSync(directory, { recursive: true, force: true });
  });
}

function judge({ consistency }: Scenario, { verdict, report, faults, integrity }: Summary): void {
  if (consistency === "stale") {
    assert.equal(verdict, "violated", "stale reads through a partition have to be found out");
    return;
  }
  assert.equal(verdict, "linearizable", JSON.stringify(report.violations ?? report.undecided, null, 2));
  for (const { name, acknowledged } of faults) {
    assert.ok(acknowledged > 0, `no write was acknowledged during "${name}", though a majority was there`);
  }
  assert.equal((integrity as { status?: unknown }).status, "consistent", JSON.stringify(integrity));
}

function describe({ report, faults, longestGap, reasons }: Summary): string[] {
  const list = faults.map(({ name, acknowledged }) => `${name} (${acknowledged} writes meanwhile)`).join(", ");
  return [
    `${report.operations} calls on ${report.keys} keys, ${report.failed} failed, ${report.unknown} unknown; judged in ${report.seconds.toFixed(1)} s`,
    `longest time without an acknowledged write: ${longestGap.toFixed(1)} s`,
    `faults: ${list}`,
    `not ok: ${Object.entries(reasons)
      .map(([reason, count]) => `${reason} ${count}`)
      .join(", ")}`,
  ];
}

function numberFrom(name: string, otherwise: () => number): number {
  const text = process.env[name] ?? "";
  if (text === "") return otherwise();
  if (!/^\d{1,10}$/.test(text)) throw new Error(`${name} must be a whole number, got ${JSON.stringify(text)}`);
  return Number(text);
}
