/** A config as a list of options, and the search in it. Pure. */
import { formatValue } from "./format.js";

/** @typedef {{ path: string, value: string, hidden: boolean }} Option */

/** What the node puts in the place of a secret. */
const hiddenText = "(hidden)";

/**
 * Every option with its whole path, in the order of the config. Lists of plain values are one option.
 *
 * @param {unknown} value @param {string} [path]
 * @returns {Option[]}
 */
export function flatten(value, path = "") {
  if (Array.isArray(value) && value.some((item) => typeof item === "object" && item !== null)) {
    return value.flatMap((item, index) => flatten(item, `${path}[${index}]`));
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, item]) => flatten(item, path === "" ? key : `${path}.${key}`));
  }
  return [{ path, value: formatValue(value), hidden: value === hiddenText }];
}

/**
 * Whether every word is in the path or the value.
 *
 * @param {Option} option @param {string} search
 */
export function matches({ path, value }, search) {
  const text = `${path} ${value}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
