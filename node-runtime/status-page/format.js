/** Numbers, spans and times as people read them. Pure. */

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/**
 * Three digits, and all of them from 1000 on.
 *
 * @param {number} value
 */
export function formatNumber(value) {
  if (Math.abs(value) >= 100) return grouped.format(value);
  return String(Number(value.toPrecision(3)));
}

const byteUnits = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** @param {number} bytes */
export function formatBytes(bytes) {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), byteUnits.length - 1);
  return `${formatNumber(bytes / 1024 ** power)} ${byteUnits[power] ?? ""}`;
}

/**
 * The two largest units of a span; tenths of a second below one second.
 *
 * @param {number} seconds
 */
export function formatSpan(seconds) {
  if (seconds < 1) return `${(Math.max(0, Math.floor(seconds * 10)) / 10).toFixed(1)} s`;
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/**
 * How long ago something was; coarse, so that it doesn't flicker.
 *
 * @param {number} milliseconds
 */
export function formatAgo(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 2) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const calendar = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit" });

/**
 * The reader's own time of day.
 *
 * @param {Date} time
 */
export function formatClock(time) {
  return clock.format(time);
}

/** @param {Date} time */
export function formatDateTime(time) {
  return `${calendar.format(time)} ${clock.format(time)}`;
}

/**
 * `task_queue` -> `Task queue`.
 *
 * @param {string} name
 */
export function formatName(name) {
  const words = name.replaceAll(/[_-]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/**
 * The end of an id: its beginning is a time, and so the same in many.
 *
 * @param {string} id
 */
export function shortId(id) {
  return id.length > 12 ? `…${id.slice(-8)}` : id;
}

/**
 * A figure of a health check, with the unit that its name ends with.
 *
 * @param {string} name @param {unknown} value
 * @returns {{ name: string, value: string }}
 */
export function formatDetail(name, value) {
  const unit = /_(ms|bytes|seconds)$/.exec(name)?.[1] ?? "";
  const words = formatName(unit === "" ? name : name.slice(0, -unit.length - 1));
  if (value === null) return { name: words, value: "none" };
  if (typeof value !== "number") return { name: words, value: formatValue(value) };
  return { name: words, value: formats[unit]?.(value) ?? formatNumber(value) };
}

/** By the end of a name. @type {Readonly<Record<string, (value: number) => string>>} */
const formats = { ms: (value) => `${formatNumber(value)} ms`, bytes: formatBytes, seconds: formatSpan };

/** @param {unknown} value */
export function formatValue(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}
