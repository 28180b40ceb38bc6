/**
 * Reading and writing a libp2p stream with backpressure in both directions. libp2p's own helpers don't hold back: its
 * iterator takes in whatever arrives, and `onDrain()` answers at once after the first time that it had to wait, and
 * rejects without a listener when the stream ends.
 */
import type { Stream } from "@libp2p/interface";

/** Bytes that are read ahead before the sender is held up. */
const readAheadBytes = 512 * 1024;

/** The stream ended before what was asked for had come. */
export class StreamEndedError extends Error {
  override readonly name = "StreamEndedError";
}

/** Nothing came, or nothing could be sent, for too long. */
export class StreamStalledError extends Error {
  override readonly name = "StreamStalledError";

  constructor(milliseconds: number) {
    super(`nothing moved for ${milliseconds} ms`);
  }
}

/** Waits for one of several events of a stream. */
function nextEvent(stream: Stream, names: readonly ("drain" | "message" | "end" | "close")[], limit: number) {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const happened = (): void => {
    resolve(undefined);
  };
  const timer = setTimeout(() => {
    reject(new StreamStalledError(limit));
  }, limit);
  for (const name of names) stream.addEventListener(name, happened);
  return promise.finally(() => {
    clearTimeout(timer);
    for (const name of names) stream.removeEventListener(name, happened);
  });
}

/** Sends, and waits until the stream takes more. @throws StreamEndedError, StreamStalledError */
export async function write(stream: Stream, data: Uint8Array, stallMilliseconds: number): Promise<void> {
  refuseEnded(stream);
  if (stream.send(data)) return;
  while (stream.writableNeedsDrain) {
    refuseEnded(stream);
    await nextEvent(stream, ["drain", "close"], stallMilliseconds);
  }
}

function refuseEnded({ status }: Stream): void {
  if (status !== "open") throw new StreamEndedError(`the stream is ${status}`);
}

/** Reads a stream. Only one reader may be on a stream. */
export class StreamReader {
  readonly #stream: Stream;
  readonly #stall: number;
  /** What has come and was not asked for yet. */
  readonly #chunks: Uint8Array[] = [];
  #buffered = 0;
  #resuming = false;

  constructor(stream: Stream, stallMilliseconds: number) {
    this.#stream = stream;
    this.#stall = stallMilliseconds;
    stream.addEventListener("message", ({ data }) => {
      for (const chunk of data instanceof Uint8Array ? [data] : data) {
        this.#chunks.push(chunk);
        this.#buffered += chunk.byteLength;
      }
      this.#pauseWhenFull();
    });
  }

  /** Exactly so many bytes. @throws StreamEndedError, StreamStalledError */
  async exactly(count: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let missing = count;
    while (missing > 0) {
      const part = await this.some(missing);
      parts.push(part);
      missing -= part.byteLength;
    }
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  /** At least one byte, and at most so many. @throws StreamEndedError, StreamStalledError */
  async some(limit: number): Promise<Uint8Array> {
    let chunk = this.#chunks[0];
    while (chunk === undefined) {
      this.#resume();
      if (this.#chunks.length === 0) {
        if (this.#ended) throw new StreamEndedError("the peer ended the stream early");
        await nextEvent(this.#stream, ["message", "end", "close"], this.#stall);
      }
      chunk = this.#chunks[0];
    }
    const data = chunk.subarray(0, limit);
    if (data.byteLength === chunk.byteLength) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(data.byteLength);
    this.#buffered -= data.byteLength;
    if (this.#buffered < readAheadBytes / 2) this.#resume();
    return data;
  }

  get #ended(): boolean {
    return this.#stream.readableEnded || this.#stream.status === "aborted" || this.#stream.status === "reset";
  }

  #pauseWhenFull(): void {
    const full = this.#buffered >= readAheadBytes;
    if (full && !this.#resuming && this.#stream.readStatus === "readable") this.#stream.pause();
  }

  #resume(): void {
    if (this.#stream.readStatus !== "paused") return;
    // A pause while `resume` gives out what was held back would be lost: yamux opens the window after that.
    this.#resuming = true;
    try {
      this.#stream.resume();
    } catch (error) {
      // Only the connection can refuse this, and then the stream has ended; what was read ahead is still given.
      if (this.#stream.status === "open") throw error;
    } finally {
      this.#resuming = false;
    }
    this.#pauseWhenFull();
  }
}
