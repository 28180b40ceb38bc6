import { describe } from "node:test";
import type { OpenStore } from "./contract/harness.ts";
import { describeConcurrency } from "./contract/concurrency.ts";
import { describeLeases } from "./contract/leases.ts";
import { describeLimits } from "./contract/limits.ts";
import { describeModel } from "./contract/model.ts";
import { describeRanges } from "./contract/ranges.ts";
import { describeTransactions } from "./contract/transactions.ts";
import { describeWatches } from "./contract/watches.ts";

export type { OpenStore, StoreUnderTest } from "./contract/harness.ts";

/**
 * What every engine behind `Store` must do, exactly. `open` gives a new, empty store that nobody else writes to, with
 * a progress interval of at most 100 ms and a history of at least 1000 revisions.
 */
export function describeStoreContract(name: string, open: OpenStore): void {
  describe(`store contract: ${name}`, () => {
    describeTransactions(open);
    describeRanges(open);
    describeLimits(open);
    describeWatches(open);
    describeLeases(open);
    describeConcurrency(open);
    describeModel(open);
  });
}
