/**
 * `npm run bench`: what a lone node and a cluster of three do on this machine, the load generator beside them. Prints
 * tables, or one JSON document with --json. `--seconds N` is the length of each measurement (default 5), `--kills N` the
 * number of leaders that are killed (default 20), `--only lone-node|cluster` leaves the other out.
 */
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { provideEtcd } from "../support/toolchain.ts";
import { describeCluster, measureCluster } from "./cluster.ts";
import { describeLoneNode, measureLoneNode } from "./lone-node.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    seconds: { type: "string", default: "5" },
    kills: { type: "string", default: "20" },
    only: { type: "string" },
  },
});
const seconds = Number(values.seconds);
const machine = `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} cores, node ${process.version}`;
if (!values.json) process.stdout.write(`${machine}\n\n`);
const report: Record<string, unknown> = { machine };
if (values.only !== "cluster") {
  const lone = await measureLoneNode(seconds);
  report["lone_node"] = lone;
  if (!values.json) process.stdout.write(`${describeLoneNode(lone)}\n\n`);
}
if (values.only !== "lone-node") {
  process.env["QUORUMKIT_ETCD"] ??= await provideEtcd();
  const cluster = await measureCluster(seconds, Number(values.kills));
  report["cluster"] = cluster;
  if (!values.json) process.stdout.write(`${describeCluster(cluster)}\n`);
}
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
