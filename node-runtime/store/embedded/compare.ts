import { compareKeys } from "../keys.ts";
import type { Compare, CompareOperator, Entry } from "../store.ts";

function orderHolds(order: number, operator: CompareOperator): boolean {
  switch (operator) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case ">":
      return order > 0;
  }
}

function compareHolds(compare: Compare, entry: Entry | null): boolean {
  switch (compare.target) {
    case "value":
      return entry !== null && orderHolds(compareKeys(entry.value, compare.value), compare.operator);
    case "lease": {
      const difference = BigInt(entry?.lease ?? 0) - BigInt(compare.value ?? 0);
      return orderHolds(Number(difference), compare.operator);
    }
    default:
      return orderHolds((entry?.[compare.target] ?? 0) - compare.value, compare.operator);
  }
}

/** Whether all conditions hold for the entries that `get` finds. */
export function comparesHold(compares: readonly Compare[], get: (key: string) => Entry | null): boolean {
  return compares.every((compare) => compareHolds(compare, get(compare.key)));
}
