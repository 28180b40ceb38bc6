/** `start`: runs the node until it is told to stop. */
import { resolve } from "node:path";
import { reasonOf } from "../config/file.ts";
import { loadConfig } from "../config/load.ts";
import { startLoaded, type RunningNode } from "../node/start.ts";
import { StartError } from "../node/phases.ts";
import { CommandError, exitCode } from "./exit-codes.ts";
import { problemLines, type Output } from "./output.ts";

/** Time for a load balancer to see that readiness says no before the doors close. */
const drainNoticeMilliseconds = 1_000;

/** Resolves when the node has stopped. @throws ConfigError, CommandError */
export async function startCommand({ config }: { config: string }, output: Output): Promise<void> {
  const file = resolve(config);
  const environment = process.env;
  const loaded = await loadConfig({ file, environment });
  if (loaded.warnings.length > 0) output.err(problemLines(output, loaded.warnings));
  // A start that waits for other members ends when the node is to stop; any other is finished first.
  const stop = new AbortController();
  const stopRequested = waitForStop(stop);
  const failure = waitForFailure();
  let node: RunningNode | undefined;
  try {
    node = await startLoaded(loaded, {
      configFile: file,
      environment,
      drainNoticeMilliseconds,
      stop: stop.signal,
      onAssembled: (live) => {
        process.on("SIGHUP", () => {
          // The outcome is in the log and in /api/v1/ready.
          void live.reload();
        });
      },
    });
  } catch (error) {
    if (stop.signal.aborted) return;
    if (error instanceof StartError) {
      const { message, phase, code } = error;
      throw new CommandError(message, exitCode.failure, { phase, ...(code === undefined ? {} : { code }) });
    }
    throw error;
  }
  const failed = await Promise.race([stopRequested, failure]);
  if (failed !== undefined) node.log.fatal({ err: failed }, "the node failed and stops");
  await node.stop();
  if (failed !== undefined) {
    const reason = reasonOf(failed);
    throw new CommandError(`the node failed: ${reason}`, exitCode.failure);
  }
}

/** Resolves at the first SIGTERM or SIGINT. A second one ends the process at once. */
function waitForStop(stop: AbortController): Promise<undefined> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (): void => {
      if (asked) process.exit(exitCode.failure);
      asked = true;
      stop.abort();
      resolve(undefined);
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}

/** Resolves when something went wrong that nobody caught: the state of the process is not known any more. */
function waitForFailure(): Promise<unknown> {
  return new Promise((resolve) => {
    process.on("uncaughtException", resolve);
    process.on("unhandledRejection", resolve);
  });
}
