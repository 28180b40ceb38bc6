/** The file of the audit log: appended to, and opened anew when somebody has put it aside. */
import { closeSync, openSync, writeSync } from "node:fs";
import { reasonOf } from "../config/file.ts";

export class AuditFile {
  readonly #path: string;
  #file: number;

  /** Opens or makes the file; what is made is for this user alone. @throws Error that names the option */
  constructor(path: string) {
    this.#path = path;
    this.#file = open(path);
  }

  /** @throws when the line can't be written, for example on a full disk */
  write(line: string): void {
    writeSync(this.#file, `${line}\n`);
  }

  /** Opens the path again; the old file stays in use where that fails. @throws Error that names the option */
  reopen(): void {
    const before = this.#file;
    this.#file = open(this.#path);
    closeSync(before);
  }

  close(): void {
    closeSync(this.#file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, "a", 0o600);
  } catch (error) {
    throw new Error(`security.audit.file: ${path} can't be opened: ${reasonOf(error)}`, { cause: error });
  }
}
