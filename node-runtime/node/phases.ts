/** Starts things in order and stops them in reverse, each within a time limit. */

/** One step of the start and of the stop. */
export interface StartPhase {
  name: string;
  /** Infinity for a start that waits for others. */
  startLimitMilliseconds: number;
  stopLimitMilliseconds: number;
  /** A start that fails cleans up after itself; `stop` is not called for it. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
}

/** Told about each step. */
export interface PhaseListener {
  starting: (phase: string) => void;
  started: (phase: string, milliseconds: number) => void;
  stopped: (phase: string, milliseconds: number) => void;
  /** Stopping goes on with the next phase. */
  stopFailed: (phase: string, error: unknown) => void;
}

/** The start failed in one phase; the phases before it have been stopped again. */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly phase: string;
  /** The stable code of what went wrong, where it has one: `etcd-port-in-use`, `foreign-data`. */
  readonly code: string | undefined;

  constructor(phase: string, cause: unknown) {
    const code = codeOf(cause);
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`start failed in phase ${phase}: ${code === undefined ? "" : `${code}: `}${reason}`, { cause });
    this.phase = phase;
    this.code = code;
  }
}

/** Codes of this project are words with hyphens; those of the system, EACCES for example, say less than the message. */
function codeOf(cause: unknown): string | undefined {
  const code: unknown = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && /^[a-z]+(?:-[a-z]+)+$/.test(code) ? code : undefined;
}

/** Runs the phases. @returns what stops those that were started, in reverse; @throws StartError */
export async function startPhases(
  phases: readonly StartPhase[],
  listener: PhaseListener,
): Promise<() => Promise<void>> {
  const started: StartPhase[] = [];
  const stopAll = async (): Promise<void> => {
    for (let phase = started.pop(); phase !== undefined; phase = started.pop()) await stopOne(phase, listener);
  };
  for (const phase of phases) {
    const begin = performance.now();
    listener.starting(phase.name);
    const starting = phase.start();
    try {
      await within(starting, phase.startLimitMilliseconds);
    } catch (error) {
      // A start that took too long may still come to its end; then it is undone.
      if (error instanceof TimeLimitError) starting.then(() => stopOne(phase, listener)).catch(() => undefined);
      await stopAll();
      throw new StartError(phase.name, error);
    }
    started.push(phase);
    listener.started(phase.name, performance.now() - begin);
  }
  return stopAll;
}

async function stopOne(phase: StartPhase, listener: PhaseListener): Promise<void> {
  const begin = performance.now();
  try {
    await within(phase.stop(), phase.stopLimitMilliseconds);
    listener.stopped(phase.name, performance.now() - begin);
  } catch (error) {
    listener.stopFailed(phase.name, error);
  }
}

/** Something took longer than it may. */
export class TimeLimitError extends Error {
  override readonly name = "TimeLimitError";

  constructor(milliseconds: number) {
    super(`took longer than ${milliseconds} ms`);
  }
}

/** Waits for work, but not longer than the limit. The work itself goes on. @throws TimeLimitError */
export async function within<Result>(work: Promise<Result>, limitMilliseconds: number): Promise<Result> {
  if (limitMilliseconds === Number.POSITIVE_INFINITY) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new TimeLimitError(limitMilliseconds));
  }, limitMilliseconds);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
