/** The thread that checks passwords: that takes the processor for long on purpose, and the event loop must not wait. */
import { parentPort } from "node:worker_threads";
import { checkPassword } from "./password-hash.ts";
import type { PasswordAnswer, PasswordQuestion } from "./password-thread.ts";

parentPort?.on("message", ({ id, password, hash }: PasswordQuestion) => {
  parentPort?.postMessage({ id, matches: checkPassword(password, hash) } satisfies PasswordAnswer);
});
