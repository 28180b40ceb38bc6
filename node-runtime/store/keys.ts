import type { KeySelection } from "./store.ts";

/** Keys from `start` (included) to `end` (excluded; null: to the last key). */
export interface KeyInterval {
  readonly start: string;
  readonly end: string | null;
}

const firstSurrogate = 0xd800;
const firstAfterSurrogates = 0xe000;
const lastCodePoint = 0x10ffff;

/** UTF-16 units put the surrogates (astral characters) before U+E000..U+FFFF; code points, and UTF-8, put them after. */
function unitRank(unit: number): number {
  if (unit >= firstAfterSurrogates) return unit - 0x800;
  return unit >= firstSurrogate ? unit + 0x2000 : unit;
}

/** Order of two well-formed strings by UTF-8 bytes: negative, zero or positive. */
export function compareKeys(left: string, right: string): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const leftUnit = left.charCodeAt(index);
    const rightUnit = right.charCodeAt(index);
    if (leftUnit !== rightUnit) return unitRank(leftUnit) - unitRank(rightUnit);
  }
  return left.length - right.length;
}

/** The smallest string above every string that starts with `prefix`; null when there is none. */
export function prefixEnd(prefix: string): string | null {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === lastCodePoint) continue;
    const next = last + 1 === firstSurrogate ? firstAfterSurrogates : last + 1;
    return String.fromCodePoint(...points, next);
  }
  return null;
}

export function selectionInterval(selection: KeySelection): KeyInterval {
  if ("prefix" in selection) return { start: selection.prefix, end: prefixEnd(selection.prefix) };
  return { start: selection.start, end: selection.end ?? null };
}

export function intervalContains(interval: KeyInterval, key: string): boolean {
  return compareKeys(interval.start, key) <= 0 && (interval.end === null || compareKeys(key, interval.end) < 0);
}
