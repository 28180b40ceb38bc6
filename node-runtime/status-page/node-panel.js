/** What the node is, and how it is. */
import { age, byId, element, fill } from "./dom.js";
import { formatDateTime, formatDetail, formatName, formatNumber } from "./format.js";

/** @import { Check, Config, Health, Nodes, Ready, Status, Version } from "./answers.d.ts" */

/** @typedef {Record<string, unknown>} Section */

/** What the page may read of the node beside its probe. @typedef {{ status: Status | undefined, nodes: Nodes | undefined, version: Version | undefined, config: Config | undefined }} Details */

/** @param {Ready} ready @param {Details} details */
export function showFacts(ready, { status, nodes, version, config }) {
  const self = nodes?.nodes.find((node) => node.self);
  const place = [self?.region, self?.zone, self?.rack].filter((part) => typeof part === "string").join(" / ");
  const labels = Object.entries(self?.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  const built = version === undefined ? "" : ` (Node.js ${version.node}, SQLite ${version.sqlite})`;
  const others = status?.members.filter((member) => !member.self).map((member) => member.node_id) ?? [];
  const reload = ready.config.last_reload;
  /** @type {[string, string | undefined][]} */
  const facts = [
    ["Node", ready.node_id],
    ["Name", status?.name === ready.node_id ? undefined : status?.name],
    ["Cluster", status?.cluster],
    ["System", ready.system],
    [
      "Role",
      self === undefined || status === undefined ? undefined : `${self.role}, ${status.role} in term ${status.term}`,
    ],
    ["Leader", status?.current_leader === ready.node_id ? undefined : (status?.current_leader ?? undefined)],
    ["Other members", others.length === 0 ? undefined : others.join(", ")],
    ["Version", `${ready.version}${built}`],
    ["Started", formatDateTime(new Date(ready.started_at))],
    ["API", self?.address],
    ["Metrics", metricsAddress(config)],
    ["Peer id", self?.peer_id ?? undefined],
    ["Place", place],
    ["Labels", labels.join(", ")],
    ["Store", status === undefined ? undefined : `${status.engine}, revision ${formatNumber(status.commit_index)}`],
    ["Config", `generation ${ready.config.generation}, ${ready.config.checksum.slice(0, 12)}`],
    [
      "Latest reload",
      reload === null
        ? undefined
        : `${formatDateTime(new Date(reload.at))}: ${reload.ok ? "applied" : `refused, ${reload.error ?? ""}`}`,
    ],
  ];
  const known = facts.filter((fact) => fact[1] !== undefined && fact[1] !== "");
  fill(byId("facts"), known, () =>
    known.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value ?? ""))),
  );
}

/** @param {Config | undefined} config */
function metricsAddress(config) {
  const { api, monitoring } = /** @type {{ api?: Section, monitoring?: Section }} */ (config?.config ?? {});
  if (monitoring?.["enabled"] !== true) return undefined;
  return `${String(monitoring["metrics_host"] ?? api?.["host"])}:${String(monitoring["metrics_port"])}/metrics`;
}

/** @param {Ready} ready @param {Health | undefined} health undefined where the node doesn't let us read it */
export function showHealth(ready, health) {
  const reasons = [...new Set([...ready.reasons, ...(health?.reasons ?? [])])];
  fill(byId("reasons"), reasons, () => reasons.map((reason) => element("li", {}, reason)));
  const checks = health?.checks ?? [];
  fill(byId("checks"), checks, () => checks.map(checkRow));
  byId("health").hidden = reasons.length + checks.length === 0;
}

/** @param {Check} check */
function checkRow({ name, status, reason, details = {} }) {
  const figures = Object.entries(details).map(([key, value]) => {
    if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) {
      return element("span", { class: "figure" }, `${formatName(key)} `, element("b", {}, age(value)));
    }
    const shown = formatDetail(key, value);
    return element("span", { class: "figure" }, `${shown.name} `, element("b", {}, shown.value));
  });
  return element(
    "li",
    { class: "check", "data-check": name },
    element("span", { class: `mark ${status}` }, status),
    element("span", { class: "check-name" }, formatName(name)),
    element("span", { class: "figures" }, ...figures),
    ...(reason === undefined ? [] : [element("span", { class: "reason" }, reason)]),
  );
}
