/* global ResizeObserver */
/** A line chart in SVG, with axes, a reading under the pointer, the same by arrow keys, and a summary in words. */
import { drawing, element, setText } from "./dom.js";
import { formatClock, formatNumber } from "./format.js";
import { axisTop, linePath, nearest } from "./scale.js";

/**
 * @typedef {{ title: string, unit: string, least: number, lines: readonly string[] }} Shape `least`: the axis goes at
 *   least this far; `lines`: their names, a single one is not named
 * @typedef {{ times: readonly number[], windowMilliseconds: number, gap: number, lines: readonly (readonly (number | null)[])[] }} Data
 */

const height = 112;
const margin = { top: 8, right: 6, bottom: 17, left: 38 };
let charts = 0;

export class Chart {
  #shape;
  /** @type {Data} */
  #data = { times: [], windowMilliseconds: 1, gap: 0, lines: [] };
  /** @type {number | undefined} */
  #pointed;
  #width = 300;
  #figures;
  #moment = element("time");
  #summary;
  #plot;

  /** @param {Shape} shape */
  constructor(shape) {
    this.#shape = shape;
    charts += 1;
    const id = `chart-${charts}`;
    this.#figures = shape.lines.map(() => element("b"));
    const legend = shape.lines.map((name, index) =>
      element(
        "span",
        { class: `key line-${index}` },
        ...(shape.lines.length > 1 ? [`${name} `] : []),
        this.#figures[index] ?? "",
      ),
    );
    this.#summary = element("figcaption", { class: "unseen", id: `${id}-summary` });
    this.#plot = drawing("svg", {
      height,
      role: "slider",
      tabindex: 0,
      "aria-label": `${shape.title}, chart`,
      "aria-describedby": `${id}-summary`,
    });
    /** @type {HTMLElement} */
    this.element = element(
      "figure",
      { class: "chart" },
      element(
        "div",
        { class: "chart-head" },
        element("h3", {}, shape.title),
        element("p", {}, ...legend, this.#moment),
      ),
      this.#plot,
      this.#summary,
    );
    this.#listen();
  }

  /** @param {Data} data */
  show(data) {
    this.#data = data;
    this.#draw();
  }

  #listen() {
    new ResizeObserver(([entry]) => {
      const width = Math.round(entry?.contentRect.width ?? 0);
      if (width === 0 || width === this.#width) return;
      this.#width = width;
      this.#draw();
    }).observe(this.element);
    this.#plot.addEventListener("pointermove", ({ clientX }) => {
      const { times } = this.#data;
      const place = clientX - this.#plot.getBoundingClientRect().left;
      if (times.length > 0) this.#point(nearest(times.map(this.#x), place));
    });
    for (const name of ["pointerleave", "blur"]) {
      this.#plot.addEventListener(name, () => {
        this.#point(undefined);
      });
    }
    this.#plot.addEventListener("keydown", (event) => {
      const last = this.#data.times.length - 1;
      const at = this.#pointed ?? last;
      const target = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: last, Escape: undefined };
      if (!(event.key in target) || last < 0) return;
      event.preventDefault();
      const wanted = target[/** @type {keyof typeof target} */ (event.key)];
      this.#point(wanted === undefined ? undefined : Math.min(Math.max(wanted, 0), last));
    });
  }

  /** @param {number | undefined} index */
  #point(index) {
    if (index === this.#pointed) return;
    this.#pointed = index;
    this.#draw();
  }

  /** @param {number} time */
  #x = (time) => {
    const { times, windowMilliseconds } = this.#data;
    const share = 1 - ((times.at(-1) ?? 0) - time) / windowMilliseconds;
    return margin.left + share * (this.#width - margin.left - margin.right);
  };

  #draw() {
    const { times, lines, gap, windowMilliseconds } = this.#data;
    const known = lines.flat().filter((value) => value !== null);
    const top = axisTop(Math.max(0, ...known), this.#shape.least);
    const bottom = height - margin.bottom;
    const y = (/** @type {number} */ value) => bottom - (value / top) * (bottom - margin.top);
    const right = this.#width - margin.right;
    const ticks = [0, top / 2, top].flatMap((value) => [
      drawing("line", { class: "grid", x1: margin.left, x2: right, y1: y(value), y2: y(value) }),
      drawing("text", { x: margin.left - 5, y: y(value) + 3, "text-anchor": "end" }, formatNumber(value)),
    ]);
    const minutes = windowMilliseconds / 60_000;
    const labels = [1, 0.5, 0].map((share) => {
      const anchor = share === 1 ? "start" : share === 0 ? "end" : "middle";
      const place = { x: right - share * (right - margin.left), y: height - 4, "text-anchor": anchor };
      return drawing("text", place, share === 0 ? "now" : `−${formatNumber(share * minutes)} min`);
    });
    const paths = lines.map((values, index) =>
      drawing("path", { class: `line line-${index}`, d: linePath(values, times, { x: this.#x, y, gap }) }),
    );
    this.#plot.setAttribute("viewBox", `0 0 ${this.#width} ${height}`);
    const time = this.#pointed === undefined ? undefined : times[this.#pointed];
    const cursor =
      time === undefined
        ? []
        : [drawing("line", { class: "cursor", x1: this.#x(time), x2: this.#x(time), y1: margin.top, y2: bottom })];
    this.#plot.replaceChildren(...ticks, ...labels, ...cursor, ...paths.reverse());
    this.#tell(known, time);
  }

  /** @param {readonly number[]} known @param {number | undefined} time */
  #tell(known, time) {
    const { times, lines, windowMilliseconds } = this.#data;
    const { title, unit, lines: names } = this.#shape;
    const index = this.#pointed ?? times.length - 1;
    const figures = lines.map((values) => {
      const value = values[index] ?? null;
      return value === null ? "–" : `${formatNumber(value)} ${unit}`.trim();
    });
    for (const [line, figure] of figures.entries()) {
      const target = this.#figures[line];
      if (target !== undefined) setText(target, figure);
    }
    const said = figures
      .map((figure, line) => (names.length > 1 ? `${names[line] ?? ""} ${figure}` : figure))
      .join(", ");
    const range =
      known.length === 0
        ? ""
        : `; between ${formatNumber(Math.min(...known))} and ${formatNumber(Math.max(...known))} ${unit}`;
    setText(
      this.#summary,
      `${title} over the last ${formatNumber(windowMilliseconds / 60_000)} minutes: now ${said}${range}.`,
    );
    this.#plot.setAttribute("aria-valuemin", "0");
    this.#plot.setAttribute("aria-valuemax", String(Math.max(0, times.length - 1)));
    this.#plot.setAttribute("aria-valuenow", String(Math.max(0, index)));
    this.#plot.setAttribute(
      "aria-valuetext",
      time === undefined ? `now: ${said}` : `${formatClock(new Date(time))}: ${said}`,
    );
    setText(this.#moment, time === undefined ? "" : formatClock(new Date(time)));
  }
}
