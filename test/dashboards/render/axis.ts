/** Round steps for the axes of a chart. */

/** Factors of round steps, by the base of which they are multiples. */
const factors = { decimal: [1, 2, 2.5, 5], binary: [1], clock: [1, 2, 5, 10, 15, 30] } as const;

/** By what values are grouped: tens, powers of two, or minutes and hours. */
export type Grouping = keyof typeof factors;

/** Values of an axis from a minimum to a maximum, at round distances: so many or up to twice as many. */
export function ticks(minimum: number, maximum: number, count: number, grouping: Grouping): number[] {
  const rough = (maximum - minimum || 1) / count;
  const used = grouping === "clock" ? (rough > 30 ? "clock" : "decimal") : rough >= 1 ? grouping : "decimal";
  const base = baseOf(rough, used);
  const step = base * (factors[used].findLast((factor) => factor * base <= rough) ?? 1);
  const values: number[] = [];
  for (let index = Math.ceil(minimum / step - 1e-9); index * step <= maximum + step * 1e-9; index += 1) {
    values.push(index * step);
  }
  return values;
}

function baseOf(rough: number, grouping: Grouping): number {
  if (grouping === "clock") return [86_400, 3_600].find((unit) => rough >= unit) ?? 60;
  const base = grouping === "binary" ? 2 : 10;
  return base ** Math.floor(Math.log(rough) / Math.log(base) + 1e-9);
}

/** Moments at round distances, in seconds since the epoch. */
export function timeTicks(start: number, end: number, count: number): number[] {
  const step = [5, 10, 15, 30, 60, 120, 300, 600].find((candidate) => (end - start) / candidate <= count) ?? 1_800;
  const first = Math.ceil(start / step) * step;
  return Array.from({ length: Math.floor((end - first) / step) + 1 }, (_, index) => first + index * step);
}

/** A moment as a time of day. */
export function clock(at: number): string {
  return new Date(at * 1000).toISOString().slice(11, 19);
}
