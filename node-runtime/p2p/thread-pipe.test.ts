import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageChannel } from "node:worker_threads";
import { PipeClosedError, receiveThrough, sendThrough } from "./thread-pipe.ts";

/** Chunks that count how many were taken. */
function counted(count: number): { source: AsyncGenerator<Uint8Array>; taken: () => number } {
  let taken = 0;
  async function* chunks() {
    while (taken < count) {
      taken += 1;
      yield await Promise.resolve(new Uint8Array([taken % 256]));
    }
  }
  return { source: chunks(), taken: () => taken };
}

test("gives every chunk in order, and sends no more than the window ahead", async () => {
  const { port1, port2 } = new MessageChannel();
  const { source, taken } = counted(100);
  const sending = sendThrough(port1, source);
  const received: number[] = [];
  for await (const chunk of receiveThrough(port2)) {
    received.push(chunk[0] ?? -1);
    assert.ok(taken() - received.length <= 10, `${taken() - received.length} chunks ahead`);
  }
  await sending;
  assert.deepEqual(
    received,
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
});

test("a source that fails fails the reader", async () => {
  const { port1, port2 } = new MessageChannel();
  // eslint-disable-next-line @typescript-eslint/require-await -- the source of a stream
  async function* failing() {
    yield new Uint8Array([1]);
    throw new Error("the disk is gone");
  }
  const sending = assert.rejects(sendThrough(port1, failing()), /the disk is gone/);
  const reading = async () => {
    for await (const chunk of receiveThrough(port2)) assert.equal(chunk[0], 1);
  };
  await assert.rejects(reading, /the disk is gone/);
  await sending;
});

test("a reader that leaves stops the sender, and a port that closes stops both", async () => {
  const first = new MessageChannel();
  const sending = assert.rejects(sendThrough(first.port1, counted(1_000_000).source), PipeClosedError);
  for await (const chunk of receiveThrough(first.port2)) {
    assert.equal(chunk.byteLength, 1);
    break;
  }
  await sending;
  const second = new MessageChannel();
  const reading = receiveThrough(second.port2).next();
  second.port1.close();
  await assert.rejects(reading, PipeClosedError);
});
