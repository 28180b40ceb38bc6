/** What TypeScript uses of the scripts here. Those are plain JavaScript, for any Node.js, so their types stand here. */

interface CacheScript {
  /** A short key of what files in folders, and settings, are. */
  contentKey: (folders: readonly string[], settings: readonly string[]) => string;
}

interface EtcdScript {
  provideEtcd: () => Promise<string>;
}

interface ProblemScript {
  /** A step that failed for a reason which its user can do something about. */
  Problem: new (step: string, reason: string, remedies: readonly string[]) => Error;
  runMain: (main: () => Promise<number>) => Promise<void>;
}

interface ProcessScript {
  capture: (
    command: string,
    args: readonly string[],
    options?: {
      cwd?: string;
      env?: NodeJS.ProcessEnv;
      timeout?: number;
      onLine?: (line: string, stream: "stdout" | "stderr") => void;
    },
  ) => Promise<{ code: number; stdout: string; stderr: string }>;
}

interface TerminalScript {
  startProgress: (title: string) => {
    update: (detail: string) => void;
    succeed: (text?: string) => void;
    clear: () => void;
  };
}

export const { contentKey } = (await load("cache.mjs")) as CacheScript;
export const { provideEtcd } = (await load("provide-etcd.mjs")) as EtcdScript;
export const { Problem, runMain } = (await load("problem.mjs")) as ProblemScript;
export const { capture } = (await load("process.mjs")) as ProcessScript;
export const { startProgress } = (await load("terminal.mjs")) as TerminalScript;

function load(name: string): Promise<unknown> {
  return import(new URL(name, import.meta.url).href);
}
