/** Waits for what nobody announces: a port that answers, a state that another program reaches. */
import { setTimeout as delay } from "node:timers/promises";

/**
 * Asks until the answer is no longer undefined, and gives it. After the limit (ms) it throws: `what` was not reached,
 * with the last error.
 */
export async function until<Answer>(
  what: string,
  limit: number,
  ask: () => Promise<Answer | undefined>,
): Promise<Answer> {
  const deadline = Date.now() + limit;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`not within ${limit / 1000} s: ${what}`, { cause: last });
    await delay(50);
  }
}
