/** nginx as a child: its files, its test of them, and its process. */
import { spawn, type ChildProcess } from "node:child_process";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Logger } from "pino";
import { reasonOf } from "../config/file.ts";
import { readErrorLine } from "./error-line.ts";

/** What nginx reads. */
export interface NginxFiles {
  /** nginx.conf: everything that stays as the nodes come and go. */
  main: string;
  /** upstreams.conf, which it includes. */
  upstreams: string;
}

/** Where it runs. */
export interface NginxPlace {
  program: string;
  runDirectory: string;
}

/** nginx doesn't take its files. */
export class NginxRefusedError extends Error {
  override readonly name = "NginxRefusedError";
}

export class Nginx {
  readonly #place: NginxPlace;
  readonly #log: Logger;
  #applied: NginxFiles | undefined;
  #child: ChildProcess | undefined;
  #ended: Promise<string> | undefined;

  constructor(place: NginxPlace, log: Logger) {
    this.#place = place;
    this.#log = log;
  }

  /** Whether these are the files that it has. */
  has(files: NginxFiles): boolean {
    return this.#applied?.main === files.main && this.#applied.upstreams === files.upstreams;
  }

  /** Resolves with how it ended. */
  get ended(): Promise<string> {
    return this.#ended ?? Promise.reject(new Error("nginx was not started"));
  }

  /** @throws NginxRefusedError */
  async start(files: NginxFiles): Promise<void> {
    await this.#put(files);
    const child = this.#spawn([]);
    this.#child = child;
    createInterface(child.stderr as NonNullable<typeof child.stderr>).on("line", (line) => {
      const { level, message } = readErrorLine(line);
      this.#log[level]({ program: "nginx" }, message);
    });
    this.#ended = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        endRemains(child);
        resolve(code === null ? `by ${signal ?? "a signal"}` : `with code ${code}`);
      });
    });
    await new Promise((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
  }

  /**
   * Gives it other files, or the same ones again where certificates beside them have changed. Requests that it is
   * answering are finished as they began.
   * @throws NginxRefusedError; then it goes on with what it has
   */
  async reload(files: NginxFiles): Promise<void> {
    await this.#put(files);
    this.#child?.kill("SIGHUP");
  }

  /** Lets it finish what it is answering, up to a limit in ms. */
  async stop(limit: number): Promise<void> {
    if (this.#child === undefined) return;
    this.#child.kill("SIGQUIT");
    const timer = setTimeout(() => this.#child?.kill("SIGTERM"), limit);
    await this.ended;
    clearTimeout(timer);
  }

  /** Writes the files and has them tested; where they are refused, those before are put back. */
  async #put(files: NginxFiles): Promise<void> {
    const before = this.#applied;
    await this.#write(files);
    const refusal = await this.#test();
    if (refusal === undefined) {
      this.#applied = files;
      return;
    }
    if (before !== undefined) await this.#write(before);
    throw new NginxRefusedError(refusal);
  }

  async #write({ main, upstreams }: NginxFiles): Promise<void> {
    await this.#replace("upstreams.conf", upstreams);
    await this.#replace("nginx.conf", main);
  }

  async #replace(name: string, text: string): Promise<void> {
    const path = join(this.#place.runDirectory, name);
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  }

  /** What is wrong with the files, in nginx's words; undefined where nothing is. */
  async #test(): Promise<string | undefined> {
    const child = this.#spawn(["-t", "-q"]);
    let text = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    const code = await new Promise((resolve, reject) => {
      child.once("error", (error) => {
        reject(new Error(`${this.#place.program} can't be started: ${reasonOf(error)}`, { cause: error }));
      });
      child.once("close", resolve);
    });
    if (code === 0) return undefined;
    const lines = text.split("\n").filter((line) => /\[(?:emerg|alert|crit|error)\]/.test(line));
    return (lines.length > 0 ? lines : text.split("\n")).map((line) => readErrorLine(line).message).join("\n");
  }

  #spawn(args: readonly string[]): ChildProcess {
    const { program, runDirectory } = this.#place;
    // It writes the access log to the standard output that it shares with the balancer.
    return spawn(program, ["-e", "stderr", "-p", runDirectory, "-c", join(runDirectory, "nginx.conf"), ...args], {
      cwd: runDirectory,
      env: { PATH: process.env["PATH"] ?? "" },
      stdio: ["ignore", "inherit", "pipe"],
      // A group of its own: a terminal's Ctrl+C is for the balancer, which then stops nginx as it should be.
      detached: true,
    });
  }
}

/** Workers whose master was killed would go on for ever, and keep the ports. */
function endRemains({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody of the group is left: that is how it should be.
  }
}
