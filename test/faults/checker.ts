/** Asks the linearizability checker (toolchain/go/linearizability) about a history. */
import { attempt } from "../support/command.ts";
import { provideChecker } from "../support/toolchain.ts";

/** What the checker's exit code says. */
export type Verdict = "linearizable" | "violated" | "undecided";

/** An operation that no order explains. */
export interface Offender {
  /** Of the history. */
  line: number;
  client: number;
  node?: string;
  operation: string;
}

/** What the checker prints. */
export interface Report {
  ok: boolean;
  keys: number;
  operations: number;
  unknown: number;
  failed: number;
  seconds: number;
  undecided?: string[];
  violations?: { key: string; explained: number; operations: number; offending: Offender[]; page?: string }[];
}

const verdicts: readonly (Verdict | undefined)[] = ["linearizable", "violated", undefined, "undecided"];

/**
 * Judges the history in a file. `pages` is a folder for pages that show what went wrong.
 * @throws Error where the file is no history
 */
export async function checkHistory(
  file: string,
  options: { seconds?: number; pages?: string } = {},
): Promise<{ verdict: Verdict; report: Report }> {
  const { seconds = 60, pages } = options;
  const args = ["-timeout", `${seconds}s`, ...(pages === undefined ? [] : ["-pages", pages]), file];
  const { code, stdout, stderr } = await attempt(await provideChecker(), args, { timeout: (seconds + 60) * 1000 });
  const verdict = verdicts[code];
  if (verdict === undefined) throw new Error(stderr.trim());
  return { verdict, report: JSON.parse(stdout) as Report };
}
