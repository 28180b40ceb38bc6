/** A real node in a process of its own, for tests: everything that it says is kept. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../bin/quorumkit-node.ts", import.meta.url));

/** A node that runs. */
export interface NodeProcess {
  /** All that it wrote to standard output and standard error. */
  said: () => string;
  /** Resolves when its log has a record with this message. */
  logged: (message: string) => Promise<void>;
  kill: (signal: "SIGHUP" | "SIGTERM") => void;
  /** Stops it. @returns the exit code */
  stop: () => Promise<number | null>;
}

/** Starts the command; it is stopped when the test ends. Resolves when the node is ready. */
export async function startNodeProcess(
  test: Pick<TestContext, "after">,
  configFile: string,
  environment: Readonly<Record<string, string>>,
): Promise<NodeProcess> {
  const child = spawn(process.execPath, [program, "start", "--config", configFile], {
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  let waiting: { message: string; resolve: () => void; reject: (error: Error) => void }[] = [];
  const look = (): void => {
    waiting = waiting.filter(({ message, resolve }) => {
      const found = text.includes(`"msg":${JSON.stringify(message)}`);
      if (found) resolve();
      return !found;
    });
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (piece: string) => {
      text += piece;
      look();
    });
  }
  const ended = once(child, "close").then(() => {
    for (const { message, reject } of waiting) reject(new Error(`ended before it said ${message}:\n${text}`));
    return child.exitCode;
  });
  const node: NodeProcess = {
    said: () => text,
    logged: (message) =>
      new Promise((resolve, reject) => {
        waiting.push({ message, resolve, reject });
        look();
      }),
    kill: (signal) => {
      child.kill(signal);
    },
    stop: () => {
      child.kill("SIGTERM");
      return ended;
    },
  };
  test.after(() => node.stop());
  await node.logged("ready");
  return node;
}
