/** Writes nginx's configuration language. */
import { parseDuration, parseSize } from "@quorumkit/schema";

/** A block: its head, and what stands in it. */
export function block(head: string, lines: readonly string[]): string[] {
  return [`${head} {`, ...lines.map((line) => (line === "" ? "" : `    ${line}`)), "}"];
}

/** A text in quotes. Variables in it are nginx's. */
export function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

/**
 * A path of the user's in quotes.
 * @param option the option that holds it, as in files
 * @throws Error where nginx would read something else: `$` starts a variable and can't be escaped
 */
export function quotePath(option: string, path: string): string {
  if (/[$\p{Cc}]/u.test(path)) {
    throw new Error(`${option}: nginx can't use the path ${JSON.stringify(path)}; rename it without $ and line breaks`);
  }
  return quote(path);
}

/** A duration of the spec in milliseconds. */
export function milliseconds(duration: string): string {
  return `${Math.max(1, Math.round(parseDuration(duration)))}ms`;
}

/** A duration of the spec in whole seconds, for directives that take no less. Never shorter than it was. */
export function seconds(duration: string): string {
  return `${Math.max(1, Math.ceil(parseDuration(duration) / 1_000))}s`;
}

/** A size of the spec in bytes. */
export function bytes(size: string): string {
  return String(Math.ceil(parseSize(size)));
}
