/* global document */
/** The top of the page: which node, how it is, and whether it answers at all. */
import { byId, setText } from "./dom.js";
import { formatClock, formatName, formatSpan } from "./format.js";

/** @import { Health, Ready, Status } from "./answers.d.ts" */

/**
 * The state in one word, and its colour.
 *
 * @param {{ ready: Ready | undefined, health: Health | undefined, answering: boolean }} known
 * @returns {{ word: string, level: "healthy" | "degraded" | "unhealthy" | "unknown" }}
 */
export function stateOf({ ready, health, answering }) {
  if (!answering) return { word: "No answer", level: "unhealthy" };
  if (ready === undefined) return { word: "Connecting", level: "unknown" };
  if (health === undefined)
    return ready.ready ? { word: "Ready", level: "healthy" } : { word: "Not ready", level: "degraded" };
  if (health.phase !== "ready") return { word: formatName(health.phase), level: "degraded" };
  if (health.status === "unhealthy") return { word: "Unhealthy", level: "unhealthy" };
  if (!ready.ready) return { word: "Not ready", level: "unhealthy" };
  return { word: formatName(health.status), level: health.status };
}

/** @param {{ ready: Ready | undefined, health: Health | undefined, status: Status | undefined, answering: boolean, answeredAt: number }} known */
export function showHeader(known) {
  const { ready, health, status, answering, answeredAt } = known;
  const { word, level } = stateOf(known);
  setText(byId("state"), word);
  byId("state").className = `state ${level}`;
  byId("lamp").className = `lamp ${level}`;
  if (ready === undefined) return;
  setText(byId("node-id"), ready.node_id);
  const cluster = status === undefined ? [] : [`cluster ${status.cluster}`, status.role];
  setText(byId("subtitle"), [`system ${ready.system}`, ...cluster, `version ${ready.version}`].join(" · "));
  // The node's own measure: the clock of the reader's machine may differ from the node's.
  const sinceAnswer = answering ? Date.now() - answeredAt : 0;
  const uptime = health === undefined ? [] : [`up ${formatSpan(health.uptime_seconds + sinceAnswer / 1000)}`];
  setText(byId("freshness"), [...uptime, `answered at ${formatClock(new Date(answeredAt))}`].join(" · "));
  const title = `${word}: ${ready.node_id}`;
  if (document.title !== title) document.title = title;
}

/** @param {{ answering: boolean, answeredAt: number, due: number }} connection */
export function showConnection({ answering, answeredAt, due }) {
  byId("no-answer").hidden = answering;
  document.body.classList.toggle("stale", !answering);
  if (answering) return;
  const now = Date.now();
  const since =
    answeredAt === 0
      ? "No answer from the node yet."
      : `No answer since ${formatClock(new Date(answeredAt))} (${formatSpan((now - answeredAt) / 1000)}). What is shown here is from then.`;
  const wait = Math.ceil((due - now) / 1000);
  setText(byId("no-answer-text"), since);
  setText(byId("next-try"), wait > 0 ? `Next try in ${wait} s.` : "Trying…");
}
