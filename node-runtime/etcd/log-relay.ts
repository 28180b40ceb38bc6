/** Takes what etcd writes, line by line, into the node's own log, and keeps the last of it for the report of a crash. */
import type { Logger } from "pino";
import { z } from "zod";

const record = z.looseObject({
  level: z.string(),
  msg: z.string(),
  error: z.string().optional(),
  "local-member-id": z.string().optional(),
});

const keptLines = 20;
const longestLine = 500;

/** etcd's levels, of which some end the process. */
const levels: Readonly<Record<string, "debug" | "info" | "warn" | "error">> = {
  debug: "debug",
  info: "info",
  warn: "warn",
  error: "error",
  dpanic: "error",
  panic: "error",
  fatal: "error",
};

/** Said at every start, the last by a member that has committed nothing for four seconds; they ask for nothing. */
const expected = [
  /simple token is not cryptographically signed/,
  /--snapshot-count is deprecated/,
  /failed to update storage version: .*missing term information/,
];

export class LogRelay {
  readonly #log: Logger;
  readonly #onText: (text: string) => void;
  readonly #lines: string[] = [];
  #rest = "";
  #inStack = false;
  #memberId: string | undefined;
  /** A process that is being stopped complains of its closed listeners. */
  quiet = false;

  /** @param onText told of each line, as `lastLines` has it */
  constructor(log: Logger, onText: (text: string) => void) {
    this.#log = log;
    this.#onText = onText;
  }

  /** The last lines, oldest first, without stacks. */
  get lastLines(): readonly string[] {
    return this.#lines;
  }

  /** The member's id in hexadecimal, once etcd has named it. */
  get memberId(): string | undefined {
    return this.#memberId;
  }

  write(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#take(line);
  }

  /** The stream has ended. */
  end(): void {
    this.#take(this.#rest);
    this.#rest = "";
  }

  #take(line: string): void {
    if (line.trim() === "") return;
    const parsed = record.safeParse(parseJson(line));
    if (parsed.success) {
      this.#inStack = false;
      this.#takeRecord(parsed.data);
      return;
    }
    // After a panic comes the stack of each goroutine, which says nothing to whoever runs a node.
    if (/^goroutine \d+ /.test(line)) this.#inStack = true;
    if (this.#inStack) {
      this.#log.debug({ line }, "etcd: stack");
      return;
    }
    const text = line.slice(0, longestLine);
    this.#log[this.quiet ? "debug" : "error"]({ line: text }, "etcd wrote");
    this.#keep(text);
  }

  #takeRecord({ level, msg, error, ...fields }: z.output<typeof record>): void {
    this.#memberId = fields["local-member-id"] ?? this.#memberId;
    const own = Object.fromEntries(Object.entries(fields).filter(([name]) => name !== "ts" && name !== "stacktrace"));
    const said = error === undefined ? msg : `${msg}: ${error}`;
    const harmless = this.quiet || expected.some((pattern) => pattern.test(said));
    const target = harmless ? "debug" : (levels[level] ?? "warn");
    this.#log[target]({ etcd: error === undefined ? own : { ...own, error } }, `etcd: ${msg}`);
    if (!harmless) this.#keep(`${level}: ${msg}${error === undefined ? "" : `: ${error}`}`.slice(0, longestLine));
  }

  #keep(text: string): void {
    this.#lines.push(text);
    if (this.#lines.length > keptLines) this.#lines.shift();
    this.#onText(text);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
