/** Bytes from one thread to the other, no faster than they are taken. Each pipe has a MessagePort of its own. */
import type { MessagePort } from "node:worker_threads";
import { messageOf } from "./errors.ts";

/** Chunks that may be on their way. */
const windowChunks = 8;

type FromSender = { chunk: Uint8Array } | { end: true } | { error: string };
type FromReceiver = { credit: number } | { cancel: true };

/** The other end of a pipe was closed early: the reader has enough, or its thread ended. */
export class PipeClosedError extends Error {
  override readonly name = "PipeClosedError";
}

/**
 * Sends everything that a source gives. A source that fails makes the reader's loop fail.
 * @throws PipeClosedError when the reader stops early; what the source throws
 */
export async function sendThrough(port: MessagePort, source: AsyncIterable<Uint8Array>): Promise<void> {
  let credit = 0;
  let closed = false;
  let wake: () => void = () => undefined;
  port.on("message", (message: FromReceiver) => {
    if ("credit" in message) credit += message.credit;
    else closed = true;
    wake();
  });
  port.once("close", () => {
    closed = true;
    wake();
  });
  const isClosed = (): boolean => closed;
  try {
    for await (const chunk of source) {
      while (credit === 0 && !isClosed()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (isClosed()) throw new PipeClosedError("the reader closed the pipe");
      credit -= 1;
      port.postMessage({ chunk } satisfies FromSender);
    }
    port.postMessage({ end: true } satisfies FromSender);
  } catch (error) {
    if (!isClosed()) port.postMessage({ error: messageOf(error) } satisfies FromSender);
    throw error;
  } finally {
    if (isClosed()) port.close();
  }
}

/** Gives what the sender sends. Leaving the loop early stops the sender. @throws PipeClosedError, or Error of the source */
export async function* receiveThrough(port: MessagePort): AsyncGenerator<Uint8Array, void, undefined> {
  const queue: FromSender[] = [];
  let wake: () => void = () => undefined;
  let closed = false;
  port.on("message", (message: FromSender) => {
    queue.push(message);
    wake();
  });
  port.once("close", () => {
    closed = true;
    wake();
  });
  const isClosed = (): boolean => closed;
  port.postMessage({ credit: windowChunks } satisfies FromReceiver);
  try {
    for (;;) {
      const message = queue.shift();
      if (message === undefined) {
        if (isClosed()) throw new PipeClosedError("the sender closed the pipe before its end");
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else if ("chunk" in message) {
        yield message.chunk;
        port.postMessage({ credit: 1 } satisfies FromReceiver);
      } else if ("error" in message) {
        throw new Error(message.error);
      } else {
        return;
      }
    }
  } finally {
    port.postMessage({ cancel: true } satisfies FromReceiver);
    port.close();
  }
}
