/** Frames on a stream: four bytes of length, big-endian, then the payload. An empty frame ends a body. */
import type { Stream } from "@libp2p/interface";
import type { z } from "zod";
import { write, type StreamReader } from "./stream-io.ts";

/** Payload of a frame of a body. */
export const bodyFrameBytes = 128 * 1024;

/** The peer sent what the protocol doesn't allow. */
export class FrameError extends Error {
  override readonly name = "FrameError";
}

const noBytes = new Uint8Array(0);

/** Sends one frame. */
export function writeFrame(stream: Stream, payload: Uint8Array, stallMilliseconds: number): Promise<void> {
  const frame = Buffer.allocUnsafe(4 + payload.byteLength);
  frame.writeUInt32BE(payload.byteLength, 0);
  frame.set(payload, 4);
  return write(stream, frame, stallMilliseconds);
}

/** Reads one frame. @throws FrameError where it is longer than the limit */
export async function readFrame(reader: StreamReader, limitBytes: number): Promise<Uint8Array> {
  const header = await reader.exactly(4);
  const length = new DataView(header.buffer, header.byteOffset, 4).getUint32(0);
  if (length > limitBytes) throw new FrameError(`a frame of ${length} bytes, at most ${limitBytes} are allowed`);
  return length === 0 ? noBytes : reader.exactly(length);
}

/** Sends a value as a frame of JSON. */
export function writeJson(stream: Stream, value: unknown, stallMilliseconds: number): Promise<void> {
  return writeFrame(stream, new TextEncoder().encode(JSON.stringify(value)), stallMilliseconds);
}

/** Reads a frame of JSON. @throws FrameError where it is not of this form */
export async function readJson<Value>(
  reader: StreamReader,
  schema: z.ZodType<Value>,
  limitBytes: number,
): Promise<Value> {
  const bytes = await readFrame(reader, limitBytes);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new FrameError("a frame that is not JSON");
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new FrameError(`a frame of another form: ${parsed.error.issues[0]?.message ?? ""}`);
  return parsed.data;
}

/** Sends a body of any length, cut into frames, and its end. @throws FrameError past the limit */
export async function writeBody(
  stream: Stream,
  body: AsyncIterable<Uint8Array>,
  { limitBytes, stallMilliseconds }: { limitBytes: number; stallMilliseconds: number },
): Promise<void> {
  let sent = 0;
  for await (const chunk of body) {
    sent += chunk.byteLength;
    if (sent > limitBytes) throw new FrameError(`the body is larger than ${limitBytes} bytes`);
    for (let start = 0; start < chunk.byteLength; start += bodyFrameBytes) {
      await writeFrame(stream, chunk.subarray(start, start + bodyFrameBytes), stallMilliseconds);
    }
  }
  await endBody(stream, stallMilliseconds);
}

/** Says that the body is complete. */
export function endBody(stream: Stream, stallMilliseconds: number): Promise<void> {
  return writeFrame(stream, noBytes, stallMilliseconds);
}

/** Gives a body as it comes. @throws FrameError past the limit */
export async function* readBody(reader: StreamReader, limitBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  let received = 0;
  for (;;) {
    const chunk = await readFrame(reader, bodyFrameBytes);
    if (chunk.byteLength === 0) return;
    received += chunk.byteLength;
    if (received > limitBytes) throw new FrameError(`the body is larger than ${limitBytes} bytes`);
    yield chunk;
  }
}
