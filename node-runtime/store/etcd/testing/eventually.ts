import { setTimeout as pause } from "node:timers/promises";

/** Asks again and again until the answer is yes. @throws when it isn't within the time */
export async function eventually(
  what: string,
  check: () => boolean | Promise<boolean>,
  milliseconds = 10_000,
): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`not within ${milliseconds} ms: ${what}`);
    await pause(5);
  }
}
