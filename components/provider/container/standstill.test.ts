import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReadyAnswer } from "../node/ready.ts";
import { Standstill } from "./standstill.ts";

function answer(ready: boolean, waitingForMembers = false): ReadyAnswer {
  const rest = { nodeId: "n", reasons: [], checksum: "", generation: 1, lastReload: undefined, version: "" };
  return { ...rest, ready, waitingForMembers };
}

const ready = answer(true);
const waiting = answer(false, true);
const lost = answer(false);

/** What is said of answers that are given so many milliseconds after the first. */
function watch(
  members: number,
  seen: readonly [number, readonly (ReadyAnswer | undefined)[] | undefined][],
): boolean[] {
  let time = 0;
  const standstill = new Standstill(members, () => time);
  return seen.map(([at, others]) => {
    time = at;
    return standstill.isReached(others);
  });
}

test("the first of a new cluster is left waiting when nobody else is there", () => {
  const nobody = [undefined, undefined];
  assert.deepEqual(
    watch(2, [
      [0, nobody],
      [500, nobody],
      [1_000, nobody],
    ]),
    [false, false, true],
  );
});

test("so is the second, while the first waits", () => {
  assert.deepEqual(
    watch(2, [
      [0, [waiting, undefined]],
      [1_000, [waiting, undefined]],
    ]),
    [false, true],
  );
});

test("one that is replaced has to be ready, as long as another serves", () => {
  const others = [ready, lost];
  assert.deepEqual(
    watch(2, [
      [0, others],
      [10_000, others],
      [60_000, others],
    ]),
    [false, false, false],
  );
});

test("an election of the others is no standstill", () => {
  const election = [lost, lost];
  assert.deepEqual(
    watch(2, [
      [0, election],
      [3_000, election],
      [4_000, [ready, ready]],
      [9_000, election],
    ]),
    [false, false, false, false],
  );
});

test("members that lost their quorum need it: it is left waiting in the end", () => {
  assert.deepEqual(
    watch(4, [
      [0, [lost]],
      [1_000, [lost]],
      [5_999, [lost]],
      [6_000, [lost]],
    ]),
    [false, false, false, true],
  );
});

test("a node that goes on, and a lone one, are never left waiting", () => {
  assert.deepEqual(
    watch(2, [
      [0, [undefined]],
      [900, undefined],
      [1_000, [undefined]],
    ]),
    [false, false, false],
  );
  assert.deepEqual(
    watch(0, [
      [0, []],
      [60_000, []],
    ]),
    [false, false],
  );
});
