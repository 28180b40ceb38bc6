import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";

/**
 * One step of `npm test`. A phase with a `command` counts as one test; the others count what node:test ran.
 *
 * @typedef {{ name: string, command?: string[], files?: string[], concurrency?: number, timeoutSeconds?: number,
 *   debian?: string[], needs?: ("pulumi" | "docker" | "etcd" | "checker" | "compose")[] }} Phase
 */

const skippedFolders = new Set(["node_modules", "dist", "test"]);

/** A Prometheus, and everything that it watches beside the nodes. */
const watching = [
  "prometheus",
  "prometheus-alertmanager",
  "prometheus-node-exporter",
  "prometheus-nginx-exporter",
  "nginx",
];

/** What each folder of test/ needs; a folder that isn't named here needs nothing. */
const requirements = /** @type {Record<string, Partial<Phase>>} */ ({
  runtime: { needs: ["etcd"] },
  browser: { debian: ["chromium"] },
  start: { needs: ["pulumi"] },
  engine: { needs: ["pulumi", "etcd"] },
  faults: { needs: ["etcd", "checker"], debian: ["iproute2", "iptables"] },
  consumer: { needs: ["pulumi"] },
  alerts: { debian: ["prometheus", "prometheus-alertmanager"] },
  "load-balancer": { needs: ["etcd"], debian: ["nginx", "apache2-utils"] },
  observability: { needs: ["etcd"], debian: watching },
  dashboards: { needs: ["etcd"], debian: [...watching, "chromium"] },
  docker: { needs: ["pulumi", "docker", "etcd", "compose"], debian: ["docker.io", "debootstrap"] },
  compose: { needs: ["pulumi", "docker", "etcd"], debian: ["docker.io", "debootstrap"] },
  systemd: { needs: ["pulumi"], debian: ["debootstrap", "openssh-client", "iproute2", "util-linux", "systemd"] },
});

/**
 * The test files under a folder, in a fixed order.
 *
 * @param {string} folder @param {(name: string) => boolean} enter which sub-folders are entered
 * @returns {string[]}
 */
function testFiles(folder, enter) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return !entry.name.startsWith(".") && enter(entry.name) ? testFiles(path, enter) : [];
    return /\.test\.(ts|mjs)$/.test(entry.name) ? [path] : [];
  });
}

/**
 * The phases of this checkout, in the order in which they run. Those without a test file are left out.
 *
 * @param {string} root @returns {Phase[]}
 */
export function listPhases(root) {
  const relativeFiles = (/** @type {string[]} */ files) => files.map((file) => relative(root, file));
  const unit = relativeFiles(testFiles(root, (name) => !skippedFolders.has(name)));
  /** @type {Phase[]} */
  const phases = [
    { name: "types", command: ["typescript/bin/tsc", "--noEmit"] },
    { name: "lint", command: ["eslint/bin/eslint.js", "--max-warnings", "0", "."] },
    { name: "format", command: ["prettier/bin/prettier.cjs", "--check", "."] },
    { name: "unit", files: unit, concurrency: 2, timeoutSeconds: 300, needs: ["etcd"] },
  ];
  for (const name of orderedFolders(join(root, "test"))) {
    const files = relativeFiles(testFiles(join(root, "test", name), (folder) => folder !== "node_modules"));
    // One file at a time: these start nodes, browsers and daemons, and measure them.
    phases.push({ name, files, concurrency: 1, timeoutSeconds: 1800, ...requirements[name] });
  }
  return phases.filter((phase) => phase.command || (phase.files ?? []).length > 0);
}

/** @param {string} folder @returns {string[]} its folders: those with known requirements first, then the others */
function orderedFolders(folder) {
  let names;
  try {
    names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  } catch {
    return [];
  }
  const known = Object.keys(requirements);
  const rank = (/** @type {string} */ name) => (known.includes(name) ? known.indexOf(name) : known.length);
  return names.map((entry) => entry.name).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** @param {string} root @returns {string} the pinned Node.js, which runs every phase */
export function pinnedNode(root) {
  return join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
}
