/** Where blocks that peers ask for are read from. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";

/** A block that can be read. */
export interface OpenBlock {
  /** Bytes of the whole block. */
  size: number;
  /** Its bytes from the offset on. */
  chunks: AsyncIterable<Uint8Array>;
}

/** Something that has blocks. */
export interface BlockSource {
  /** @param digest SHA-256, 64 lower-case hex digits; @returns null where it doesn't have the block */
  open(digest: string, offset: number): Promise<OpenBlock | null>;
}

/** The form of a digest. Everything else is refused before it comes near a path. */
export const digestForm = /^[0-9a-f]{64}$/;

const readBytes = 128 * 1024;

/** Blocks as files of a directory, named by their digest. */
export class DirectoryBlockSource implements BlockSource {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async open(digest: string, offset: number): Promise<OpenBlock | null> {
    if (!digestForm.test(digest)) return null;
    const path = join(this.#directory, digest);
    const facts = await stat(path).catch(() => undefined);
    if (facts?.isFile() !== true || offset > facts.size) return null;
    const chunks =
      offset === facts.size
        ? none()
        : createReadStream(path, { start: offset, end: facts.size - 1, highWaterMark: readBytes });
    return { size: facts.size, chunks: chunks as AsyncIterable<Uint8Array> };
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- an empty stream has nothing to wait for
async function* none(): AsyncGenerator<Uint8Array, void, undefined> {
  yield* [];
}
