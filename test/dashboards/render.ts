/** Draws every dashboard from the data of a live cluster under load: `node test/dashboards/render.ts [folder]`. */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { dashboardsFor } from "@quorumkit/dashboards";
import { runbookBase } from "@quorumkit/alerts";
import { startObservedCluster } from "../support/observed-cluster.ts";
import { draw } from "./render/draw.ts";

/** How long the cluster is watched, in seconds: before its leader is stopped, while it is gone, and after. */
const [before, gone, after] = [80, 12, 80];

const folder = process.argv[2] ?? join(import.meta.dirname, "../../docs/images/dashboards");
const ends: (() => unknown)[] = [];
try {
  const test = {
    after: (work: unknown) => {
      ends.push(work as () => unknown);
    },
  };
  // As in a cluster of one's own; scrapes every second would be late on a machine with other work.
  const observed = await startObservedCluster(test, { spec: { monitoring: { scrape_interval: "5s" } } });
  const { cluster, prometheus, clusterName, system, spec } = observed;
  const start = new Date();
  await delay(before * 1000);
  const leader = await cluster.leader();
  await cluster.stop(leader);
  await delay(gone * 1000);
  cluster.launch(leader);
  await cluster.ready([leader]);
  await delay(after * 1000);
  const shown = { start, end: new Date(), step: 2.5 };
  const dashboards = dashboardsFor({ system, alerts: spec.observability.alerts, runbooks: runbookBase });
  await draw({ dashboards, prometheus, cluster: clusterName, shown }, folder, (file, bytes) => {
    process.stdout.write(`${file}: ${Math.round(bytes / 1024)} KiB\n`);
  });
} finally {
  for (const work of ends.reverse()) await work();
}
