import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";

/**
 * @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, timeout?: number, onLine?: (line: string, stream: "stdout" | "stderr") => void }} CaptureOptions
 * @typedef {{ code: number, stdout: string, stderr: string }} Captured
 */

/**
 * Runs a command to its end and gives its output. A command that can't be started, or is ended by a signal or the time
 * limit (in ms), has a code other than 0 and the reason in `stderr`: this never throws.
 *
 * @param {string} command @param {string[]} args @param {CaptureOptions} [options] @returns {Promise<Captured>}
 */
export function capture(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    // Not spawn's own time limit, which keeps this process waiting when the command can't be started.
    const timer = options.timeout ? setTimeout(() => child.kill(), options.timeout) : undefined;
    const output = { stdout: "", stderr: "" };
    for (const stream of /** @type {const} */ (["stdout", "stderr"])) {
      let rest = "";
      child[stream].setEncoding("utf8").on("data", (chunk) => {
        output[stream] += chunk;
        const lines = (rest + chunk).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) options.onLine?.(line, stream);
      });
    }
    child.on("error", (error) => {
      clearTimeout(timer);
      resolve({ code: 127, ...output, stderr: error.message });
    });
    child.on("exit", (_code, signal) => {
      clearTimeout(timer);
      if (!signal) return;
      // What it started may live on and hold the pipes open.
      child.stdout.destroy();
      child.stderr.destroy();
    });
    child.on("close", (code, signal) => {
      if (signal) output.stderr += `${command} was ended by ${signal}\n`;
      resolve({ code: code ?? 1, ...output });
    });
  });
}

/**
 * Runs a command in the foreground, as if it stood in place of this process, and gives its exit code.
 *
 * @param {string} command @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, stdout?: "inherit" | 2 }} [options] `stdout: 2` sends it to stderr
 * @returns {Promise<number>}
 */
export function runInForeground(command, args, options = {}) {
  // A terminal sends Ctrl-C to the child itself; passed on as well it would arrive twice, and Pulumi takes the second
  // one as an order to stop without cleaning up.
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const pass = (/** @type {NodeJS.Signals} */ signal) => {
    if (signal !== "SIGINT" || !onTerminal) child.kill(signal);
  };
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  // Before the child is there: a signal must never end this process and leave the child behind.
  for (const signal of signals) process.on(signal, pass);
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ["inherit", options.stdout ?? "inherit", "inherit"],
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      for (const name of signals) process.off(name, pass);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
