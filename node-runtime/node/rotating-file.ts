/** A log file that is put aside when it has grown to its limit: `node.log`, `node.log.1`, `node.log.2`, … */
import { existsSync, mkdirSync, openSync, closeSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { parseSize } from "@quorumkit/schema";
import type { DestinationStream } from "pino";

/** How large and how many. */
export interface RotationLimits {
  /** For example `10Mi`. */
  maximumSize: string;
  /** Files put aside that are kept; older ones are removed. */
  backups: number;
}

/** Opens (or makes) the file. Lines are never split between files. @throws when it can't be opened */
export function rotatingFile(path: string, { maximumSize, backups }: RotationLimits): DestinationStream {
  const limit = parseSize(maximumSize);
  mkdirSync(dirname(path), { recursive: true });
  let file = openSync(path, "a", 0o640);
  let size = statSync(path).size;
  const rotate = (): void => {
    closeSync(file);
    if (backups === 0) rmSync(path);
    for (let number = backups; number >= 1; number -= 1) {
      const from = number === 1 ? path : `${path}.${number - 1}`;
      if (existsSync(from)) renameSync(from, `${path}.${number}`);
    }
    file = openSync(path, "a", 0o640);
    size = 0;
  };
  return {
    write(line) {
      const bytes = Buffer.byteLength(line);
      if (size > 0 && size + bytes > limit) rotate();
      writeSync(file, line);
      size += bytes;
    },
  };
}
