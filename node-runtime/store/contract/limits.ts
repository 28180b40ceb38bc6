import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Operation } from "../store.ts";
import { currentRevision, put, rejectsWith, withStore, type OpenStore } from "./harness.ts";

export function describeLimits(open: OpenStore): void {
  describe("limits and bad requests", () => {
    withStore(open, "keys and values up to their limits, in UTF-8 bytes", async (store) => {
      const { maximumKeyBytes, maximumValueBytes } = store.limits;
      const base = await currentRevision(store);
      const largest = "é".repeat(maximumKeyBytes / 2);
      await put(store, largest, "1");
      assert.equal((await store.get(largest))?.value, "1");
      await rejectsWith("key_too_large", put(store, `${largest}a`, "1"));
      await rejectsWith("key_too_large", store.get(`${largest}a`));
      const value = "é".repeat(maximumValueBytes / 2);
      await put(store, "a", value);
      assert.equal((await store.get("a"))?.value, value);
      const error = await rejectsWith("value_too_large", put(store, "a", `${value}a`));
      assert.match(error.message, /"a"/);
      const half = { operation: "put", value } as const;
      await rejectsWith(
        "transaction_too_large",
        store.txn({
          then: [
            { ...half, key: "b" },
            { ...half, key: "c" },
          ],
        }),
      );
      assert.equal(await currentRevision(store), base + 2);
    });

    withStore(open, "as many operations as allowed and not one more", async (store) => {
      const { maximumOperations } = store.limits;
      const puts = (count: number): Operation[] =>
        Array.from({ length: count }, (_, index) => ({ operation: "put", key: `k${index}`, value: "" }));
      const { revision } = await store.txn({ then: puts(maximumOperations), else: puts(maximumOperations) });
      await rejectsWith("too_many_operations", store.txn({ then: puts(maximumOperations + 1) }));
      await rejectsWith("too_many_operations", store.txn({ else: puts(maximumOperations + 1) }));
      const compare = { key: "k0", target: "version", operator: "=", value: 1 } as const;
      const compares = Array.from({ length: maximumOperations + 1 }, () => compare);
      await rejectsWith("too_many_operations", store.txn({ compare: compares }));
      assert.equal((await store.txn({ compare: compares.slice(1) })).succeeded, true);
      assert.equal(await currentRevision(store), revision);
    });

    withStore(open, "one change of a key in each list", async (store) => {
      const putKey = { operation: "put", key: "a", value: "1" } as const;
      const deletions: Operation[] = [
        { operation: "delete", key: "a" },
        { operation: "deleteRange", prefix: "" },
        { operation: "deleteRange", start: "a", end: "b" },
      ];
      for (const other of [putKey, ...deletions]) {
        await rejectsWith("duplicate_key", store.txn({ then: [putKey, other] }));
        await rejectsWith("duplicate_key", store.txn({ else: [other, putKey] }));
      }
      const { succeeded } = await store.txn({
        then: [putKey, { operation: "deleteRange", start: "0", end: "a" }],
        else: [putKey],
      });
      assert.equal(succeeded, true);
    });

    withStore(open, "malformed requests are named and change nothing", async (store) => {
      const base = await currentRevision(store);
      const bad: [Promise<unknown>, RegExp][] = [
        [put(store, "", "1"), /then\[0\]\.key/],
        [put(store, "\ud800", "1"), /then\[0\]\.key.*surrogate/],
        [put(store, "a", "\udfff"), /then\[0\]\.value/],
        [put(store, "a", "1", "0"), /then\[0\]\.lease/],
        [put(store, "a", "1", "9223372036854775808"), /then\[0\]\.lease/],
        [store.get(""), /key/],
        [store.range({ prefix: "\ud800" }), /prefix/],
        [store.range({ prefix: "", limit: 0 }), /limit.*got 0/],
        [store.range({ prefix: "", limit: 1.5 }), /limit.*got 1\.5/],
        [store.txn({ compare: [{ key: "a", target: "version", operator: "=", value: -1 }] }), /compare\[0\]\.value/],
        [store.grantLease(0), /ttlMilliseconds/],
        [store.grantLease(Number.POSITIVE_INFINITY), /ttlMilliseconds/],
        [store.keepAliveLease("x"), /lease/],
        [store.compact(0), /revision/],
      ];
      for (const [work, message] of bad) {
        assert.match((await rejectsWith("invalid_request", work)).message, message);
      }
      assert.equal(await currentRevision(store), base);
    });
  });
}
