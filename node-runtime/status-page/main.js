/* global HTMLInputElement, setInterval */
/** The status page: asks the node every few seconds and shows what it answers. */
import { Client, NoAnswerError } from "./client.js";
import { showConfig, startSearch } from "./config-panel.js";
import { byId, setText, updateAges } from "./dom.js";
import { showConnection, showHeader } from "./header.js";
import { showLoad } from "./load-panel.js";
import { showFacts, showHealth } from "./node-panel.js";
import { Poller } from "./poller.js";
import { operationsPath, showCounts, showOperations, showTasks, tasksPath } from "./tasks-panel.js";

/**
 * @import { Answer } from "./client.js"
 * @import { Config, Health, Nodes, Ready, Status, TasksActivity, Version } from "./answers.d.ts"
 */

const client = new Client();
const poller = new Poller(refresh);

/** The latest answers. */
const known = {
  /** @type {Ready | undefined} */
  ready: undefined,
  /** @type {Health | undefined} */
  health: undefined,
  /** @type {Status | undefined} */
  status: undefined,
  /** @type {Nodes | undefined} */
  nodes: undefined,
  /** @type {Version | undefined} */
  version: undefined,
  /** @type {Config | undefined} */
  config: undefined,
  /** Which process and which config `nodes`, `version` and `config` are of. */
  origin: "",
};

/** When the node answered last, in milliseconds since the epoch; 0 before the first time. */
let answeredAt = 0;
let answering = true;
/** Why the node shows no more than the probe, in its own words. */
let refused = "";
/** What could not be read this time, and why. @type {string[]} */
let troubles = [];

/** One round of questions. @returns {Promise<boolean>} whether the node answered */
async function refresh() {
  try {
    const probe = await client.ready();
    // Something answers in the node's place: a proxy that lost it, perhaps.
    if (!probe.ok) throw new NoAnswerError(probe.detail);
    known.ready = probe.body;
    troubles = [];
    if (refused === "") await refreshDetails(probe.body);
    answeredAt = Date.now();
    answering = true;
    showAll(probe.body);
  } catch (error) {
    if (!(error instanceof NoAnswerError)) throw error;
    answering = false;
  }
  tick();
  return answering;
}

/** @param {Ready} ready */
async function refreshDetails(ready) {
  // Answered in every phase of the node.
  const health = await client.health();
  known.health = take("health", health);
  if (known.health === undefined) return;
  const serving = known.health.phase === "ready" || known.health.phase === "draining";
  const activity = tasksActivity();
  const [load, status] = await Promise.all([
    client.load(),
    serving ? client.status() : undefined,
    serving ? refreshOrigin(ready) : undefined,
    serving && activity !== undefined ? refreshTasks() : undefined,
  ]);
  const figures = take("load", load);
  if (figures !== undefined) showLoad(figures);
  if (status !== undefined) known.status = take("status", status);
}

/** Asks for what changes only with the process or its config. @param {Ready} ready */
async function refreshOrigin({ started_at: started, config }) {
  const origin = `${started} ${config.checksum} ${config.generation}`;
  if (origin === known.origin) return;
  const [nodes, version, effective] = await Promise.all([client.nodes(), client.version(), client.config()]);
  known.nodes = take("nodes", nodes);
  known.version = take("version", version);
  known.config = take("config", effective);
  if (known.config !== undefined) known.origin = origin;
}

async function refreshTasks() {
  const [tasks, operations] = await Promise.all([client.tasks(tasksPath()), client.operations(operationsPath)]);
  const list = take("tasks", tasks);
  if (list !== undefined) showTasks(list.tasks);
  const log = take("operations", operations);
  if (log !== undefined) showOperations(log.operations);
}

/**
 * The body of an answer; for a refusal undefined, and the reason is kept.
 *
 * @template Body
 * @param {string} what @param {Answer<Body>} answer
 */
function take(what, answer) {
  if (answer.ok) return answer.body;
  if (answer.status === 401 || answer.status === 403) refused = answer.detail;
  else troubles.push(`${what}: ${answer.detail}`);
  return undefined;
}

/** The activity of the workload `tasks`; undefined for any other one. @returns {TasksActivity | undefined} */
function tasksActivity() {
  const { counts, queue, maintenance } = known.health?.activity ?? {};
  return counts === undefined || queue === undefined || maintenance === undefined
    ? undefined
    : { counts, queue, maintenance };
}

/** @param {Ready} ready */
function showAll(ready) {
  if (refused !== "") forget();
  const { health, status, nodes, version, config } = known;
  showFacts(ready, { status, nodes, version, config });
  showHealth(ready, health);
  showCounts(tasksActivity(), () => {
    showCounts(tasksActivity(), () => undefined);
    poller.now();
  });
  if (config !== undefined) showConfig(config);
  const trouble = byId("trouble");
  trouble.hidden = troubles.length === 0;
  setText(trouble, troubles.join("; "));
  showCredentialForm();
}

/** Nothing that a credential opened stays on the page. */
function forget() {
  const nothing = { health: undefined, status: undefined, nodes: undefined, version: undefined, config: undefined };
  Object.assign(known, nothing, { origin: "" });
  for (const id of ["load", "config"]) byId(id).hidden = true;
}

function showCredentialForm() {
  const form = byId("credential");
  const wanted = refused !== "";
  const text = client.hasCredential
    ? `The node doesn't accept this credential: ${refused}`
    : "This node asks for a credential.";
  if (wanted) setText(byId("credential-text"), text);
  if (form.hidden === !wanted) return;
  form.hidden = !wanted;
  if (wanted) byId("credential-input").focus();
}

/** What moves on without the node: ages, the uptime, and how long it has been silent. */
function tick() {
  updateAges();
  const { ready, health, status } = known;
  showHeader({ ready, health, status, answering, answeredAt });
  showConnection({ answering, answeredAt, due: poller.due });
}

byId("credential").addEventListener("submit", (event) => {
  event.preventDefault();
  const input = byId("credential-input", HTMLInputElement);
  client.use(input.value.trim());
  input.value = "";
  refused = "";
  poller.now();
});
byId("try-now").addEventListener("click", () => {
  poller.now();
});
startSearch();
setInterval(tick, 1_000);
poller.start();
