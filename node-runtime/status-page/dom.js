/* global document, Element */
/** Builds and changes the page. Text goes in as text only, so nothing that the node says can become markup. */
import { formatAgo, formatDateTime } from "./format.js";

/** @typedef {string | Node} Child @typedef {Record<string, string>} Attributes */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {Attributes} [attributes] @param {Child[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag @param {Record<string, string | number>} [attributes] @param {Child[]} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function drawing(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/**
 * An element of index.html.
 *
 * @template {Element} [Kind=HTMLElement]
 * @param {string} id @param {new () => Kind} [kind]
 * @returns {Kind}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (found === null || !(found instanceof (kind ?? Element))) throw new Error(`index.html has no such element: ${id}`);
  return /** @type {Kind} */ (/** @type {unknown} */ (found));
}

/**
 * Leaves an unchanged text alone, so that a selection in it stays.
 *
 * @param {Element} target @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** @type {WeakMap<Element, string>} */
const shown = new WeakMap();

/**
 * Builds the content of an element anew if what it shows has changed. Otherwise focus, selection and scroll positions in
 * it stay.
 *
 * @param {Element} target @param {unknown} shows everything that the content depends on
 * @param {() => Child[]} build
 */
export function fill(target, shows, build) {
  const key = JSON.stringify(shows);
  if (shown.get(target) === key) return;
  shown.set(target, key);
  target.replaceChildren(...build());
}

/**
 * How long ago a time was, kept up to date by {@link updateAges}.
 *
 * @param {string} time RFC 3339
 */
export function age(time) {
  const made = element("time", { datetime: time, title: formatDateTime(new Date(time)), "data-age": "" });
  made.textContent = formatAgo(Date.now() - Date.parse(time));
  return made;
}

/** Brings every {@link age} up to date. */
export function updateAges() {
  for (const found of document.querySelectorAll("time[data-age]")) {
    setText(found, formatAgo(Date.now() - Date.parse(found.getAttribute("datetime") ?? "")));
  }
}

/**
 * @param {readonly string[]} headings @param {readonly (readonly Child[])[]} rows @param {string} caption
 */
export function table(headings, rows, caption) {
  const head = element("tr", {}, ...headings.map((heading) => element("th", { scope: "col" }, heading)));
  const body = rows.map((cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, cell))));
  return element(
    "table",
    {},
    element("caption", { class: "unseen" }, caption),
    element("thead", {}, head),
    element("tbody", {}, ...body),
  );
}
