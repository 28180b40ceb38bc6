/** Runs commands for tests. */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** How a command is run. */
export interface CommandOptions {
  input?: string | Buffer;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** In milliseconds; then the command is killed. Default: 5 min. */
  timeout?: number;
}

/** How a command ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end, whatever its exit code is. One that can't be started or is killed throws. */
export async function attempt(command: string, args: readonly string[], options: CommandOptions = {}): Promise<Ended> {
  const { input = "", timeout = 300_000, ...rest } = options;
  const child = spawn(command, args, { ...rest, stdio: ["pipe", "pipe", "pipe"], timeout, killSignal: "SIGKILL" });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      output[stream] += text;
    });
  }
  // A command that ends without reading its input is judged by its exit code.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  if (code === null) {
    throw new Error(
      `${commandLine(command, args)} was ended by ${signal ?? "nobody"}\n${output.stdout}${output.stderr}`,
    );
  }
  return { code, ...output };
}

/** Runs a command that has to succeed, and gives what it printed. */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await attempt(command, args, options);
  if (code !== 0) throw new Error(`${commandLine(command, args)} ended with ${code}\n${stdout}${stderr}`);
  return stdout;
}

function commandLine(command: string, args: readonly string[]): string {
  return [command, ...args].join(" ");
}
