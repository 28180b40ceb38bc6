/** Reads a config file: YAML, or JSON, which YAML includes. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { extname } from "node:path";
import { readLocated, type LocatedDocument } from "@quorumkit/schema";
import { ConfigError, fileProblem } from "./problems.ts";

/** Larger files are refused before they are parsed. */
export const maximumFileBytes = 1024 * 1024;

/** A config file that was read and parsed. */
export interface ConfigFile {
  path: string;
  text: string;
  value: unknown;
  /** `node.yaml:12:3` for the path of an option. */
  where: (path: string) => string;
}

/**
 * Reads and parses a file.
 * @throws ConfigError when it can't be read, is too large, isn't text, or has syntax errors (duplicate keys among them)
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const text = await readText(path, maximumFileBytes);
  const located = parse(path, text);
  return {
    path,
    text,
    value: located.value,
    where: (option) => {
      const { line, column } = located.locate(option);
      return `${path}:${line}:${column}`;
    },
  };
}

/** Reads a small text file. @throws ConfigError */
export async function readText(path: string, limitBytes: number): Promise<string> {
  let bytes: Buffer;
  try {
    // Non-blocking, so that a named pipe in the file's place is an error and not a wait without end.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const { size, mode } = await file.stat();
      if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw unreadable(path, "is not a regular file");
      if (size > limitBytes) throw unreadable(path, `has ${size} bytes, more than the ${limitBytes} allowed`);
      bytes = await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw unreadable(path, `can't be read: ${reasonOf(error)}`);
  }
  const text = bytes.toString("utf8");
  if (text.includes("\u{fffd}") && !bytes.includes("\u{fffd}")) throw unreadable(path, "is not UTF-8 text");
  return text;
}

function parse(path: string, text: string): LocatedDocument {
  if (extname(path) === ".json") refuseBadJson(path, text);
  let located: LocatedDocument;
  try {
    located = readLocated(text);
  } catch (error) {
    // Too many aliases: a small text that would unfold to a huge value.
    throw unreadable(path, `can't be parsed: ${withoutContent(reasonOf(error))}`);
  }
  if (located.syntaxErrors.length > 0) {
    throw new ConfigError(
      located.syntaxErrors.map(({ message, line, column }) =>
        fileProblem(`${path}:${line}:${column}`, withoutContent(message), "well-formed YAML or JSON"),
      ),
    );
  }
  if (located.value === null || located.value === undefined) {
    throw new ConfigError([
      fileProblem(path, "the file is empty", "a map of options, for example `system: coordinator`"),
    ]);
  }
  return located;
}

/** YAML takes more than JSON does; a file named `.json` must be JSON for everyone else who reads it. */
function refuseBadJson(path: string, text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new ConfigError([
      fileProblem(path, `not JSON: ${withoutContent(reasonOf(error))}`, "JSON, or a file named .yaml"),
    ]);
  }
}

/**
 * What a parser says without what it quotes from the file, which may be a part of a secret: everything after a colon
 * (`Unresolved alias …: pa55word`), and the piece of text that JSON.parse shows.
 */
function withoutContent(message: string): string {
  return message.includes("is not valid JSON")
    ? "it has something that JSON doesn't have"
    : message.replace(/: .*$/s, "");
}

function unreadable(path: string, message: string): ConfigError {
  return new ConfigError([fileProblem(path, message, "a readable file")]);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "permission denied",
  EISDIR: "it is a directory",
  ENOTDIR: "a part of its path is not a directory",
};

/** Why something failed, in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  const known = code === undefined ? undefined : reasons[code];
  return known ?? error.message.split("\n")[0] ?? "unknown";
}
