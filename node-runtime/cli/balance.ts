/** `balance`: runs the load balancer until it is told to stop. */
import { resolve } from "node:path";
import { Balancer } from "../balancer/balancer.ts";
import { CommandError, exitCode } from "./exit-codes.ts";

/** Resolves when it has stopped. @throws ConfigError, CommandError */
export async function balanceCommand({ config }: { config: string }): Promise<void> {
  const stopRequested = waitForStop();
  const running: { balancer?: Balancer } = {};
  process.on("SIGHUP", () => {
    // The outcome is in the log and in the metrics. Before the start is over the files are new anyway.
    void running.balancer?.reload();
  });
  const balancer = await Balancer.start(resolve(config));
  running.balancer = balancer;
  const end = await Promise.race([stopRequested, balancer.ended]);
  await balancer.stop();
  if (end !== undefined) throw new CommandError(`nginx ended ${end}`, exitCode.failure);
}

/** Resolves at the first SIGTERM or SIGINT. A second one ends the process at once. */
function waitForStop(): Promise<undefined> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (): void => {
      if (asked) process.exit(exitCode.failure);
      asked = true;
      resolve(undefined);
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}
