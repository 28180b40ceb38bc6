/** Clients and workers of a build farm, for a picture that shows a node at work. */
import { setTimeout as delay } from "node:timers/promises";

interface ClaimedTask {
  id: string;
  type: string;
  claim: { fencing_token: number };
}

const types = ["build", "test", "package", "publish"];
const secondsOf: Readonly<Record<string, number>> = { build: 1.6, test: 2.4, package: 0.8, publish: 0.4 };

type Call = (path: string, body: unknown) => Promise<Record<string, unknown>>;

/** Submits and works until the signal aborts. */
export async function runTraffic(call: Call, workers: number, signal: AbortSignal): Promise<void> {
  const loops = Array.from({ length: workers }, (_, index) => work(call, `worker-${index + 1}`, signal));
  await Promise.all([submit(call, signal), ...loops]);
}

/** More and fewer tasks in waves of a minute. */
async function submit(call: Call, signal: AbortSignal): Promise<void> {
  const begin = Date.now();
  for (let index = 0; !signal.aborted; index += 1) {
    const type = types[index % types.length] ?? "build";
    await call("/api/v1/tasks", {
      type,
      payload: { commit: index },
      priority: index % 10 === 0 ? 8 : 5,
      max_attempts: 3,
    });
    const wave = 1 + 0.7 * Math.sin(((Date.now() - begin) / 60_000) * 2 * Math.PI);
    await pause(110 / wave, signal);
  }
}

async function work(call: Call, worker: string, signal: AbortSignal): Promise<void> {
  for (let done = 1; !signal.aborted; done += 1) {
    const { tasks } = (await call("/api/v1/tasks/claim", { worker_id: worker, wait_seconds: 1 })) as {
      tasks: ClaimedTask[];
    };
    for (const { id, type, claim } of tasks) {
      await pause((secondsOf[type] ?? 1) * 1000 * (0.6 + 0.8 * Math.random()), signal);
      const token = { fencing_token: claim.fencing_token };
      const failed = done % 17 === 0;
      if (failed)
        await call(`/api/v1/tasks/${id}/fail`, {
          ...token,
          error: "exit code 1: 2 of 340 tests failed",
          retryable: done % 2 === 0,
        });
      else await call(`/api/v1/tasks/${id}/complete`, { ...token, result: { ok: true } });
    }
  }
}

/** Ends early, and without an error, when the signal aborts. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined);
}
