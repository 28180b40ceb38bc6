import { histogram } from "../sample.ts";
import type { CasesOf } from "../case.ts";

export const storeCases: CasesOf<"store"> = ({ node, metrics, job, input }) => {
  const { engine } = metrics;
  const own = { job, instance: "orders-1" };
  const healthy = node(metrics.node.storeHealthy);
  const up = node(engine.up);
  const restarts = node(engine.restarts);
  const fsync = (suffix: string, labels: object) => node(`${engine.fsync}${suffix}`, { ...labels });
  const commit = (suffix: string, labels: object) => node(`${engine.commit}${suffix}`, { ...labels });
  const embedded = input.engine === "embedded";
  const latest = node(metrics.node.commitDuration, { quantile: "0.99" });
  const database = (used: string) => ({ [node(engine.databaseSize)]: used, [node(engine.quota)]: "2000x20" });
  return {
    "StoreUnhealthy/critical": {
      fires: [{ about: "no writes for a minute", series: { [healthy]: "1 0x5" }, at: "3m", alerts: [{ labels: own }] }],
      silent: [{ about: "one refused write, then they go on", series: { [healthy]: "1 1 0 1 1" }, at: "3m" }],
    },
    "EngineDown/critical": {
      fires: [{ about: "etcd is gone", series: { [up]: "1 0x5" }, at: "3m", alerts: [{ labels: own }] }],
      silent: [{ about: "etcd is started again at once", series: { [up]: "1 1 0 1 1" }, at: "3m" }],
    },
    "EngineRestarting/warning": {
      fires: [
        {
          about: "three starts within an hour",
          series: { [restarts]: "0x9 1x9 2x9 3x40" },
          at: "60m",
          alerts: [{ labels: own, value: "3" }],
        },
      ],
      silent: [{ about: "two starts within an hour", series: { [restarts]: "0x9 1x9 2x50" }, at: "60m" }],
    },
    "SlowFsync/warning": {
      fires: [
        {
          about: "all fsyncs take between 8 and 16 ms",
          series: histogram(fsync, { above: 0.008, upTo: 0.016, times: 20 }),
          at: "18m",
          alerts: [{ labels: { instance: "orders-1" }, value: "15.92ms" }],
        },
      ],
      silent: [
        {
          about: "all fsyncs take between 4 and 8 ms",
          series: histogram(fsync, { above: 0.004, upTo: 0.008, times: 20 }),
          at: "18m",
        },
        { about: "no fsync at all", series: { [fsync("_bucket", { le: "+Inf" })]: "7x20" }, at: "18m" },
      ],
    },
    "SlowCommit/warning": {
      fires: [
        {
          about: "all commits take between 32 and 64 ms",
          series: embedded ? { [latest]: "0.06368x20" } : histogram(commit, { above: 0.032, upTo: 0.064, times: 20 }),
          at: "18m",
          alerts: [{ labels: { instance: "orders-1" }, value: "63.68ms" }],
        },
      ],
      silent: [
        {
          about: "all commits take between 8 and 16 ms",
          series: embedded ? { [latest]: "0.016x20" } : histogram(commit, { above: 0.008, upTo: 0.016, times: 20 }),
          at: "18m",
        },
      ],
    },
    "QuotaUsage/warning": {
      fires: [
        { about: "81% are used", series: database("1620x20"), at: "10m", alerts: [{ labels: own, value: "81%" }] },
      ],
      silent: [{ about: "80% are used", series: database("1600x20"), at: "10m" }],
    },
    "QuotaUsage/critical": {
      fires: [
        { about: "96% are used", series: database("1920x20"), at: "10m", alerts: [{ labels: own, value: "96%" }] },
      ],
      silent: [{ about: "94% are used", series: database("1880x20"), at: "10m" }],
    },
  };
};
