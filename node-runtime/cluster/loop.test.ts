import assert from "node:assert/strict";
import { test } from "node:test";
import { Loop } from "./loop.ts";

test("rounds come again at the time they name, at once when woken, and not after the close", async () => {
  const rounds: PromiseWithResolvers<undefined>[] = [1, 2, 3].map(() => Promise.withResolvers<undefined>());
  let count = 0;
  const loop = new Loop({
    round: () => {
      rounds[count]?.resolve(undefined);
      count += 1;
      return Promise.resolve(count === 1 ? 1 : Infinity);
    },
    onError: (error) => {
      throw error;
    },
  });
  await rounds[1]?.promise;
  loop.wake();
  await rounds[2]?.promise;
  await loop.close();
  loop.wake();
  assert.equal(count, 3);
});

test("a round that fails is told, counted, and done again; the count ends with a good one", async () => {
  const rows: number[] = [];
  const done = Promise.withResolvers<undefined>();
  let count = 0;
  const loop = new Loop({
    round: () => {
      count += 1;
      if (count === 5) done.resolve(undefined);
      return count === 3 || count === 5 ? Promise.resolve(1) : Promise.reject(new Error(`round ${count}`));
    },
    onError: (_error, row) => rows.push(row),
    backoffMilliseconds: { first: 1, most: 5 },
  });
  await done.promise;
  await loop.close();
  assert.deepEqual(rows, [1, 2, 1]);
});
