/**
 * The first `major.minor.patch` in a text such as `v3.259.0`, `go1.26` or `3.200.0-alpha.1`; a missing patch is 0.
 *
 * @param {string} text @returns {[number, number, number] | undefined}
 */
export function parseVersion(text) {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
}

/**
 * Whether `version` is `minimum` or later. A text without a version never is.
 *
 * @param {string} version @param {string} minimum @returns {boolean}
 */
export function isAtLeast(version, minimum) {
  const [have, want] = [parseVersion(version), parseVersion(minimum)];
  if (!have || !want) return false;
  for (let part = 0; part < 3; part++) {
    if (have[part] !== want[part]) return have[part] > want[part];
  }
  return true;
}
