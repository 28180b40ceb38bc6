import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { capture } from "../process.mjs";

const reporter = fileURLToPath(new URL("reporter.mjs", import.meta.url));

/**
 * @typedef {{ title: string, text: string }} Failure
 * @typedef {{ passed: number, failed: number, skipped: number, failures: Failure[], notes?: string[] }} Outcome `notes` are
 *   what the tests said of themselves (`t.diagnostic`)
 */

/** @param {string} line @returns {any} the reporter's object, or undefined for a line that isn't one */
function parseLine(line) {
  if (!line.startsWith('{"kind":')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * Runs test files with node:test and counts their tests. A run that breaks off, or runs no test, has a failure more.
 * With CI=true a skipped test is a failed one: there nothing may be skipped.
 *
 * @param {{ node: string, root: string, files: string[], concurrency: number, timeoutSeconds: number, env: NodeJS.ProcessEnv,
 *   onProgress: (text: string) => void }} options
 * @returns {Promise<Outcome>}
 */
export async function runNodeTests({ node, root, files, concurrency, timeoutSeconds, env, onProgress }) {
  /** @type {string[]} */
  const notes = [];
  /** @type {Outcome} */
  const outcome = { passed: 0, failed: 0, skipped: 0, failures: [], notes };
  const stderrOfFile = /** @type {Map<string, string>} */ (new Map());
  const fail = (/** @type {string} */ title, /** @type {string} */ text) => {
    outcome.failed++;
    outcome.failures.push({ title, text });
  };
  const onLine = (/** @type {string} */ line) => {
    const result = parseLine(line);
    if (!result) return;
    const title = `${result.file ? `${relative(root, result.file)}: ` : ""}${result.name}`;
    if (result.kind === "note") notes.push(result.text);
    if (result.kind === "passed") outcome.passed++;
    const file = resolve(root, result.file ?? "");
    if (result.kind === "stderr") stderrOfFile.set(file, (stderrOfFile.get(file) ?? "") + result.text);
    if (result.kind === "skipped" && env.CI === "true") fail(title, `skipped, which CI=true forbids: ${result.reason}`);
    else if (result.kind === "skipped") outcome.skipped++;
    if (result.kind === "failed") {
      // A file that breaks before its first test has said why on stderr only.
      const crashed = resolve(root, result.name) === file;
      fail(title, crashed ? `${result.error}\n${(stderrOfFile.get(file) ?? "").slice(-4000)}` : result.error);
    }
    onProgress(`${outcome.passed} passed${outcome.failed ? `, ${outcome.failed} failed` : ""}`);
  };
  const args = [
    "--test",
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${timeoutSeconds * 1000}`,
    `--test-reporter=${reporter}`,
    "--test-reporter-destination=stdout",
    ...files,
  ];
  // Set when this is itself run by a test; a runner that sees it takes itself for a test file.
  const runnerEnv = { ...env };
  delete runnerEnv.NODE_TEST_CONTEXT;
  const run = await capture(node, args, {
    cwd: root,
    env: runnerEnv,
    onLine: (line, stream) => {
      if (stream === "stdout") onLine(line);
    },
  });
  if (run.code !== 0 && outcome.failed === 0)
    fail("the test runner", `it ended with ${run.code}\n${run.stderr.slice(-4000)}`);
  else if (outcome.passed + outcome.failed + outcome.skipped === 0) fail("the test runner", "no test ran");
  return outcome;
}
