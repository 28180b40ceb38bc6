import type { CasesOf } from "../case.ts";

export const nodeCases: CasesOf<"nodes"> = ({ node, metrics, job, input }) => {
  const up = (instance: string) => node(metrics.exporter.up, { instance });
  const { nodeStatus, clusterSize, buildInfo } = metrics.node;
  const expected = input.members + input.gateways;
  const status = node(nodeStatus, { node_id: "orders-1" });
  const started = node(metrics.process.startTime);
  const version = (instance: string, text: string) =>
    node(buildInfo, { instance, version: text, system: input.system, engine: "etcd" });
  return {
    "NodeDown/critical": {
      fires: [
        {
          about: "one of two nodes is gone",
          series: { [up("orders-1")]: "1 0x5", [up("orders-2")]: "1x6" },
          at: "2m",
          alerts: [{ labels: { job, instance: "orders-1" } }],
        },
      ],
      silent: [{ about: "a node misses one scrape", series: { [up("orders-1")]: "1 1 0 1 1" }, at: "2m" }],
    },
    "NodeNotReady/warning": {
      fires: [
        {
          about: "a node is not ready for 2 minutes",
          series: { [status]: "1 0x5" },
          at: "3m",
          alerts: [{ labels: { job, instance: "orders-1", node_id: "orders-1" } }],
        },
      ],
      silent: [{ about: "a node is ready again within 2 minutes", series: { [status]: "1 0 0 1 1" }, at: "3m" }],
    },
    "NodeRestarting/warning": {
      fires: [
        {
          about: "three restarts within 30 minutes",
          series: { [started]: "100x5 400x5 800x5 1200x5" },
          at: "20m",
          alerts: [{ labels: { job, instance: "orders-1" }, value: "3" }],
        },
      ],
      silent: [
        {
          about: "a restart and another one, as when a node rolls",
          series: { [started]: "100x5 400x5 800x10" },
          at: "20m",
        },
      ],
    },
    "ClusterSizeReduced/warning": {
      fires: [
        {
          about: "the nodes see one another but for one",
          series: {
            [node(clusterSize, { instance: "orders-1" })]: `${expected}x2 ${expected - 1}x5`,
            [node(clusterSize, { instance: "orders-2" })]: `${expected}x2 ${expected - 1}x5`,
          },
          at: "5m",
          alerts: [{ value: String(expected - 1) }],
        },
      ],
      silent: [
        {
          about: "a node that starts does not see the others yet",
          series: {
            [node(clusterSize, { instance: "orders-1" })]: `${expected}x7`,
            [node(clusterSize, { instance: "orders-2" })]: "1x7",
          },
          at: "5m",
        },
      ],
    },
    "VersionsDiffer/warning": {
      fires: [
        {
          about: "a roll that stopped half-way an hour ago",
          series: { [version("orders-1", "0.1.0")]: "1x70", [version("orders-2", "0.2.0")]: "1x70" },
          at: "65m",
          alerts: [{ value: "2" }],
        },
      ],
      silent: [
        {
          about: "a roll that ends within the hour",
          series: {
            [version("orders-1", "0.2.0")]: "1x70",
            [version("orders-2", "0.1.0")]: "1x40 stale",
            [version("orders-3", "0.2.0")]: "1x70",
          },
          at: "65m",
        },
      ],
    },
  };
};
