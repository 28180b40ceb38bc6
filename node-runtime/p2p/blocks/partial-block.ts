/** A block on its way to the disk: `<digest>.partial` until it is whole and its digest is right. */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, stat, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

/** Appends to a block. What is there already is hashed once, at the start; what comes is hashed as it comes. */
export class PartialBlock {
  readonly #directory: string;
  readonly #digest: string;
  readonly #file: FileHandle;
  #hash: Hash;
  #offset: number;

  private constructor(directory: string, digest: string, opened: { file: FileHandle; hash: Hash; offset: number }) {
    this.#directory = directory;
    this.#digest = digest;
    this.#file = opened.file;
    this.#hash = opened.hash;
    this.#offset = opened.offset;
  }

  /** Opens what an earlier attempt left. A file that is larger than the block is begun anew. */
  static async open(directory: string, digest: string, size: number): Promise<PartialBlock> {
    await mkdir(directory, { recursive: true, mode: 0o750 });
    const path = partialPath(directory, digest);
    const left = (await stat(path).catch(() => undefined))?.size ?? 0;
    const file = await open(path, left > size || left === 0 ? "w" : "r+", 0o640);
    try {
      const hash = createHash("sha256");
      const offset = left > size ? 0 : left;
      if (offset > 0)
        for await (const chunk of createReadStream(path, { end: offset - 1 })) hash.update(chunk as Buffer);
      return new PartialBlock(directory, digest, { file, hash, offset });
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Bytes that are there. */
  get offset(): number {
    return this.#offset;
  }

  async append(chunk: Uint8Array): Promise<void> {
    let written = 0;
    while (written < chunk.byteLength) {
      const part = chunk.subarray(written);
      const { bytesWritten } = await this.#file.write(part, 0, part.byteLength, this.#offset);
      this.#hash.update(part.subarray(0, bytesWritten));
      this.#offset += bytesWritten;
      written += bytesWritten;
    }
  }

  /** Throws away what is there, to begin anew. */
  async restart(): Promise<void> {
    await this.#file.truncate(0);
    this.#hash = createHash("sha256");
    this.#offset = 0;
  }

  /** Whether what is there is the block. Ends the hashing: after `false` only `restart` and `discard` make sense. */
  matches(): boolean {
    return this.#hash.digest("hex") === this.#digest;
  }

  /** Makes it durable under its own name. @returns the path */
  async publish(): Promise<string> {
    await this.#file.sync();
    await this.#file.close();
    const path = join(this.#directory, this.#digest);
    await rename(partialPath(this.#directory, this.#digest), path);
    const directory = await open(this.#directory, "r");
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
    return path;
  }

  /** Keeps what is there for the next attempt. */
  async keep(): Promise<void> {
    await this.#file.close();
  }

  /** Deletes it. */
  async discard(): Promise<void> {
    await this.#file.close();
    await unlink(partialPath(this.#directory, this.#digest));
  }
}

function partialPath(directory: string, digest: string): string {
  return join(directory, `${digest}.partial`);
}
