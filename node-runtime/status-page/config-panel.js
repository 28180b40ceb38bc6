/* global HTMLInputElement */
/** The effective config: grouped, searchable, as the node gives it out, which is without secrets. */
import { byId, element, fill, setText } from "./dom.js";
import { flatten, matches } from "./flatten.js";

/**
 * @import { Config } from "./answers.d.ts"
 * @import { Option } from "./flatten.js"
 */

/** @typedef {{ option: Option, row: HTMLElement }} Row */

/** @type {{ group: HTMLDetailsElement, count: HTMLElement, rows: Row[] }[]} */
let groups = [];

/** @param {Config} config */
export function showConfig(config) {
  byId("config").hidden = false;
  setText(byId("config-origin"), config.file === null ? "" : `from ${config.file}`);
  fill(byId("config-groups"), [config.config], () => {
    const open = new Set(groups.filter(({ group }) => group.open).map(({ group }) => group.dataset["name"]));
    groups = Object.entries(config.config).map(([name, value]) => makeGroup(name, value));
    for (const { group } of groups) group.open = open.has(group.dataset["name"]);
    return groups.map(({ group }) => group);
  });
  search();
}

/** @param {string} name @param {unknown} value */
function makeGroup(name, value) {
  const rows = flatten(value, name).map((option) => ({
    option,
    row: element(
      "div",
      {},
      element("dt", {}, option.path),
      element(
        "dd",
        option.hidden ? { class: "secret", title: "A secret: the node doesn't give it out" } : {},
        option.value,
      ),
    ),
  }));
  const count = element("span", { class: "hint" });
  const group = element(
    "details",
    { "data-name": name },
    element("summary", {}, `${name} `, count),
    element("dl", { class: "options" }, ...rows.map(({ row }) => row)),
  );
  return { group, count, rows };
}

/** Shows what matches; groups open while one searches, and go back to how they were afterwards. */
function search() {
  const text = byId("config-search", HTMLInputElement).value.trim();
  let found = 0;
  for (const { group, count, rows } of groups) {
    let here = 0;
    for (const { option, row } of rows) {
      row.hidden = text !== "" && !matches(option, text);
      if (!row.hidden) here += 1;
    }
    found += here;
    group.hidden = here === 0;
    setText(count, text === "" ? String(rows.length) : `${here} of ${rows.length}`);
    if (text === "") {
      if (group.dataset["opened"] !== undefined) group.open = false;
      delete group.dataset["opened"];
    } else if (!group.open) {
      group.dataset["opened"] = "";
      group.open = true;
    }
  }
  setText(byId("config-found"), text === "" ? "" : found === 1 ? "1 option" : `${found} options`);
}

/** Makes the search field work. */
export function startSearch() {
  byId("config-search").addEventListener("input", search);
}
