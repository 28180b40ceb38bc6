/**
 * Watches as server-sent events. The id of an event is its revision, and only the last event of a revision carries it:
 * a client that comes back with `Last-Event-ID` gets a revision again of which it had seen only a part.
 */
import type { ServerResponse } from "node:http";
import { problemDocument } from "../http/problem.ts";
import { toProblem } from "../http/to-problem.ts";
import type { WatchBatch } from "../store/store.ts";
import { eventJson } from "./json.ts";

/** A comment goes out this often where nothing else does, so that proxies and clients know that the watch lives. */
export const heartbeatMilliseconds = 15_000;

/** A client that takes nothing for this long is given up. */
const stalledMilliseconds = 60_000;

/** One watch that is about to be sent. */
export interface WatchStream {
  /** Its first batch was taken already, to learn that the revision is still kept. */
  first: WatchBatch;
  rest: AsyncIterator<WatchBatch>;
  /** Why it ended, when the node ends it. */
  endReason: () => string;
}

/** Sends batches until the watch ends, the client leaves, or the store fails. Never throws. */
export async function sendEvents(response: ServerResponse, stream: WatchStream): Promise<void> {
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(": heartbeat\n\n");
  }, heartbeatMilliseconds);
  response.on("error", () => {
    // The client is gone; `destroyed` says so below.
  });
  try {
    await send(response, batchText(stream.first));
    for (;;) {
      const next = await stream.rest.next();
      if (next.done === true || response.destroyed) break;
      await send(response, batchText(next.value));
    }
    response.end(`event: end\ndata: ${JSON.stringify({ reason: stream.endReason() })}\n\n`);
  } catch (error) {
    if (!response.destroyed) {
      response.end(`event: error\ndata: ${JSON.stringify(problemDocument(toProblem(error), "about:blank"))}\n\n`);
    }
  } finally {
    clearInterval(heartbeat);
    await stream.rest.return?.();
  }
}

function batchText({ revision, events }: WatchBatch): string {
  if (events.length === 0) return `id: ${revision}\nevent: progress\ndata: {"revision":${revision}}\n\n`;
  return events
    .map((event, position) => {
      const id = position === events.length - 1 ? `id: ${revision}\n` : "";
      return `${id}event: ${event.type}\ndata: ${eventJson(event).replaceAll(/[\r\n]/g, " ")}\n\n`;
    })
    .join("");
}

/** Writes and, when the client is slower than the store, waits for it; the store meanwhile holds the watch back. */
async function send(response: ServerResponse, text: string): Promise<void> {
  if (response.write(text) || response.destroyed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => response.destroy(), stalledMilliseconds);
    const done = (): void => {
      clearTimeout(timer);
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
