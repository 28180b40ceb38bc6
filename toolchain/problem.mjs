import process from "node:process";
import { style } from "./terminal.mjs";

/** A step that failed for a reason which its user can do something about. */
export class Problem extends Error {
  /**
   * @param {string} step what was being done, e.g. "building the Pulumi CLI"
   * @param {string} reason why it failed
   * @param {string[]} remedies what to do, each one a way out of its own
   */
  constructor(step, reason, remedies) {
    super(`${step} failed: ${reason}`);
    this.name = "Problem";
    this.step = step;
    this.reason = reason;
    this.remedies = remedies;
  }

  /** The text that a user sees. */
  describe() {
    const indent = (/** @type {string} */ text) => text.trimEnd().split("\n").join("\n  ");
    const remedies = this.remedies.map((remedy) => `  - ${indent(remedy).replaceAll("\n", "\n  ")}`);
    const lines = [style("red", `${this.step} failed`), `  ${indent(this.reason)}`];
    if (remedies.length > 0) lines.push(remedies.length > 1 ? "What to do, either of:" : "What to do:", ...remedies);
    return lines.join("\n");
  }
}

/**
 * Runs a script's main function; a failure prints what the user needs and no stack trace (QUORUMKIT_DEBUG=1 adds it).
 *
 * @param {() => Promise<number>} main its result is the exit code
 */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof Problem) console.error(`\n${error.describe()}`);
    else
      console.error(`\n${style("red", "this failed unexpectedly:")} ${error instanceof Error ? error.message : error}`);
    if (process.env.QUORUMKIT_DEBUG && error instanceof Error) console.error(error.stack);
    process.exitCode = 1;
  }
}
