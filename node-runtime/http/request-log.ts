/**
 * The log of a request: lines carry its id. Hardly any request writes a line, and a child of pino costs each of them more
 * than looking its key up, so the child is made with the first line.
 */
import type { FastifyBaseLogger } from "fastify";
import type { Bindings, ChildLoggerOptions } from "pino";

type Line = [first: unknown, ...rest: unknown[]];
type Level = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

class RequestLog {
  readonly #parent: FastifyBaseLogger;
  readonly #bindings: Bindings;
  readonly #options: ChildLoggerOptions;
  #own: FastifyBaseLogger | undefined;

  constructor(parent: FastifyBaseLogger, bindings: Bindings, options: ChildLoggerOptions) {
    this.#parent = parent;
    this.#bindings = bindings;
    this.#options = options;
  }

  get level(): string {
    return this.#parent.level;
  }

  fatal(...line: Line): void {
    this.#write("fatal", line);
  }

  error(...line: Line): void {
    this.#write("error", line);
  }

  warn(...line: Line): void {
    this.#write("warn", line);
  }

  info(...line: Line): void {
    this.#write("info", line);
  }

  debug(...line: Line): void {
    this.#write("debug", line);
  }

  trace(...line: Line): void {
    this.#write("trace", line);
  }

  silent(...line: Line): void {
    this.#write("silent", line);
  }

  child(bindings: Bindings, options?: ChildLoggerOptions): FastifyBaseLogger {
    return this.#made().child(bindings, options);
  }

  #write(level: Level, line: Line): void {
    const own = this.#made();
    Reflect.apply(own[level], own, line);
  }

  #made(): FastifyBaseLogger {
    this.#own ??= this.#parent.child(this.#bindings, this.#options);
    return this.#own;
  }
}

/** For fastify's `childLoggerFactory`. */
export function requestLog(
  parent: FastifyBaseLogger,
  bindings: Bindings,
  options: ChildLoggerOptions,
): FastifyBaseLogger {
  return new RequestLog(parent, bindings, options);
}
