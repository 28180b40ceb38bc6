import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { findBroken, Promises, writeUntilGone } from "./acknowledged-writes.ts";
import { launch, makePlace, spawnNode, type NodePlace } from "./spawn-node.ts";

/** How often the node is killed. */
const kills = 50;
const clients = 16;

/** Share of rounds before which the node is also killed while it starts. */
const startKills = 0.3;

async function killDuringStart(place: NodePlace, afterMilliseconds: number): Promise<void> {
  const node = launch(place);
  await Promise.race([delay(afterMilliseconds), node.ended]);
  node.process.kill("SIGKILL");
  assert.equal(await node.ended, "SIGKILL", node.errors());
}

/** A small generator of numbers from 0 to 1 that gives the same ones for the same seed (mulberry32). */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test(`kill -9 loses no acknowledged write, ${kills} times under load`, { timeout: 300_000 }, async (t) => {
  const seed = Number(process.env["QUORUMKIT_SEED"] ?? randomInt(2 ** 31));
  t.diagnostic(`QUORUMKIT_SEED=${seed}`);
  const next = numbersOf(seed);
  // History and finished tasks are kept, so that everything can be asked for.
  const place = await makePlace({ tasks: { max_queued: 1_000_000 } });
  t.after(place.remove);
  const total = { keys: 0, tasks: 0, completed: 0 };
  let promises = new Promises();
  for (let round = 1; round <= kills; round += 1) {
    if (next() < startKills) await killDuringStart(place, next() * 400);
    const node = await spawnNode(place);
    // The node was killed once before: what it had promised then has to be here.
    assert.deepEqual(await findBroken(place.url, promises), [], `round ${round}, QUORUMKIT_SEED=${seed}`);
    promises = new Promises();
    const writers = Array.from({ length: clients }, (_, client) =>
      writeUntilGone(place.url, `r${round}c${client}`, promises),
    );
    const pause = delay(20 + next() * 180);
    await Promise.race([pause, Promise.all(writers)]);
    node.process.kill("SIGKILL");
    assert.equal(await node.ended, "SIGKILL");
    await Promise.all(writers);
    total.keys += promises.keys.size;
    total.tasks += promises.tasks.size;
    total.completed += promises.completed.size;
  }
  const node = await spawnNode(place);
  assert.deepEqual(await findBroken(place.url, promises), [], `last round, QUORUMKIT_SEED=${seed}`);
  node.process.kill("SIGTERM");
  assert.equal(await node.ended, 0);
  t.diagnostic(`${total.keys} keys, ${total.tasks} tasks, ${total.completed} completions acknowledged`);
  assert.ok(total.keys > 1_000 && total.tasks > 0 && total.completed > 0);
});
