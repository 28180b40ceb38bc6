/** Where a chart draws what. Pure. */

/**
 * The round figure at the top of an axis: the smallest of 1, 2, 2.5 and 5 times a power of ten that is not below.
 *
 * @param {number} highest @param {number} least the axis goes at least this far
 */
export function axisTop(highest, least) {
  const wanted = Math.max(highest, least);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const factor = [1, 2, 2.5, 5, 10].find((step) => step * power >= wanted * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(3));
}

/**
 * The path of a line. It is broken where a value is missing, and where no sample was taken for a while.
 *
 * @param {readonly (number | null)[]} values
 * @param {readonly number[]} times milliseconds
 * @param {{ x: (time: number) => number, y: (value: number) => number, gap: number }} scale `gap`: longest time between
 *   two samples that belong together, in milliseconds
 * @returns {string} empty where there is nothing to draw
 */
export function linePath(values, times, { x, y, gap }) {
  let path = "";
  let before = -Infinity;
  for (const [index, value] of values.entries()) {
    const time = times[index];
    if (value === null || time === undefined) {
      before = -Infinity;
      continue;
    }
    const place = `${x(time).toFixed(1)} ${y(value).toFixed(1)}`;
    // A move followed by a line of no length: a sample that stands alone is drawn as a dot.
    path += time - before <= gap ? `L${place}` : `M${place}h0`;
    before = time;
  }
  return path;
}

/**
 * Which time is nearest to another.
 *
 * @param {readonly number[]} times ascending, not empty @param {number} wanted
 * @returns {number} its index
 */
export function nearest(times, wanted) {
  let best = 0;
  for (const [index, time] of times.entries()) {
    if (Math.abs(time - wanted) <= Math.abs((times[best] ?? 0) - wanted)) best = index;
  }
  return best;
}

/**
 * How far back a chart goes: a third, two thirds or the whole of what is kept, so that a young node's figures fill it.
 *
 * @param {readonly number[]} times ascending, milliseconds @param {number} whole milliseconds
 */
export function chartWindow(times, whole) {
  const covered = (times.at(-1) ?? 0) - (times[0] ?? 0);
  return [whole / 3, (whole / 3) * 2].find((part) => covered <= part) ?? whole;
}
