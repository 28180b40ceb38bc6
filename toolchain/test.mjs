// `npm test`: every check of this repository, ending with the line `N passed, N failed`.
import { join } from "node:path";
import process from "node:process";
import { ensureDebianPackages } from "./debian.mjs";
import { pinnedPath, root, toolEnvironment } from "./environment.mjs";
import { readOptions } from "./options.mjs";
import { checkNodeVersion, ensurePackages } from "./packages.mjs";
import { Problem, runMain } from "./problem.mjs";
import { capture } from "./process.mjs";
import { provideChecker } from "./provide-checker.mjs";
import { provideCompose, provideDockerCli } from "./provide-compose.mjs";
import { provideEtcd } from "./provide-etcd.mjs";
import { provideTools } from "./provide.mjs";
import { formatDuration, startProgress, style } from "./terminal.mjs";
import { runNodeTests } from "./testing/node-tests.mjs";
import { listPhases, pinnedNode } from "./testing/phases.mjs";

const help = `npm test [-- PHASE… ] [options]: installs what is missing, then runs all phases, or those named and
prints what their tests note.

  --list   print the phases of this checkout
  --help   print this

With CI=true a skipped test counts as failed.`;

/** @typedef {import("./testing/phases.mjs").Phase} Phase @typedef {import("./testing/node-tests.mjs").Outcome} Outcome */

/** @param {Phase} phase @returns {Promise<NodeJS.ProcessEnv>} the environment of its tests */
async function prepare(phase) {
  await ensureDebianPackages(phase.debian ?? []);
  const needs = phase.needs ?? [];
  const programs = {
    ...(needs.includes("etcd") ? { QUORUMKIT_ETCD: await provideEtcd() } : {}),
    ...(needs.includes("checker") ? { QUORUMKIT_LINEARIZABILITY_CHECKER: await provideChecker() } : {}),
    ...(needs.includes("compose")
      ? { QUORUMKIT_DOCKER_COMPOSE: await provideCompose(), QUORUMKIT_DOCKER_CLI: await provideDockerCli() }
      : {}),
  };
  const plain = { ...process.env, ...programs };
  if (!needs.includes("pulumi")) return { ...plain, PATH: pinnedPath(process.env) };
  return toolEnvironment(await provideTools({ needs: needs.includes("docker") ? ["docker"] : [] }), plain);
}

/** @param {Phase} phase @param {(text: string) => void} onProgress @param {NodeJS.ProcessEnv} env @returns {Promise<Outcome>} */
async function runPhase(phase, onProgress, env) {
  if (!phase.command) {
    const { files = [], concurrency = 1, timeoutSeconds = 300 } = phase;
    return runNodeTests({ node: pinnedNode(root), root, files, concurrency, timeoutSeconds, env, onProgress });
  }
  const [script = "", ...args] = phase.command;
  const result = await capture(pinnedNode(root), [join(root, "node_modules", script), ...args], { cwd: root, env });
  if (result.code === 0) return { passed: 1, failed: 0, skipped: 0, failures: [] };
  const text = `${result.stdout}${result.stderr}`.trim();
  return { passed: 0, failed: 1, skipped: 0, failures: [{ title: phase.name, text }] };
}

/** A phase that can't even start is one failure, and the phases after it still run. @param {Phase} phase */
async function runToOutcome(phase) {
  let progress;
  try {
    const env = await prepare(phase);
    progress = startProgress(phase.name, process.stdout);
    return await runPhase(phase, progress.update, env);
  } catch (error) {
    const text = error instanceof Problem ? error.describe() : String(error instanceof Error ? error.stack : error);
    return { passed: 0, failed: 1, skipped: 0, failures: [{ title: phase.name, text }] };
  } finally {
    progress?.clear();
  }
}

/** @param {Phase} phase @param {Outcome} outcome @param {number} milliseconds @param {boolean} withNotes */
function printOutcome(phase, outcome, milliseconds, withNotes) {
  const mark = outcome.failed ? style("red", "✗", process.stdout) : style("green", "✓", process.stdout);
  const skipped = outcome.skipped ? `, ${outcome.skipped} skipped` : "";
  const counts = `${outcome.passed} passed, ${outcome.failed} failed${skipped}`;
  console.log(`${mark} ${phase.name.padEnd(10)} ${counts} (${formatDuration(milliseconds)})`);
  for (const text of withNotes ? (outcome.notes ?? []) : []) console.log(style("dim", `  ${text}`, process.stdout));
}

/** @param {string[]} names @returns {Phase[]} */
function choosePhases(names) {
  const phases = listPhases(root);
  const unknown = names.filter((name) => !phases.some((phase) => phase.name === name));
  if (unknown.length === 0) return phases.filter((phase) => names.length === 0 || names.includes(phase.name));
  throw new Problem("Choosing the phases", `there is no phase ${unknown.join(", ")}`, [
    `choose from: ${phases.map((phase) => phase.name).join(", ")}`,
  ]);
}

await runMain(async () => {
  const { values, positionals } = readOptions(
    "npm test",
    process.argv.slice(2),
    { list: { type: "boolean" } },
    { positionals: true },
  );
  if (values.help) {
    console.log(help);
    return 0;
  }
  const phases = choosePhases(positionals);
  if (values.list) {
    for (const phase of phases) console.log(phase.name);
    return 0;
  }
  checkNodeVersion();
  const totals = { passed: 0, failed: 0 };
  const failures = [];
  try {
    await ensurePackages(root);
    for (const phase of phases) {
      const started = Date.now();
      const outcome = await runToOutcome(phase);
      printOutcome(phase, outcome, Date.now() - started, positionals.length > 0);
      totals.passed += outcome.passed;
      totals.failed += outcome.failed;
      failures.push(...outcome.failures.map((failure) => ({ ...failure, phase: phase.name })));
    }
  } catch (error) {
    totals.failed++;
    const text = error instanceof Problem ? error.describe() : String(error);
    failures.push({ phase: "install", title: "install", text });
  }
  for (const { phase, title, text } of failures) {
    console.log(`\n${style("red", `✗ ${phase}: ${title}`, process.stdout)}\n  ${text.trim().replaceAll("\n", "\n  ")}`);
  }
  console.log(`\n${totals.passed} passed, ${totals.failed} failed`);
  return totals.failed > 0 ? 1 : 0;
});
