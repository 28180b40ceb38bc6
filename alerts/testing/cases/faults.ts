import type { CasesOf } from "../case.ts";

export const faultCases: CasesOf<"faults"> = ({ node, metrics }) => {
  const { breakerOpen, healingAttempts, healingSuccesses } = metrics.node;
  const breaker = node(breakerOpen, { target: "api/orders-2" });
  const target = node(metrics.exporter.up, { instance: "orders-2" });
  const attempts = node(healingAttempts, { target: "etcd" });
  const successes = node(healingSuccesses, { target: "etcd" });
  return {
    "BreakerOpen/warning": {
      fires: [
        {
          about: "open for two minutes, to a node that is up",
          series: { [breaker]: "0 1x5", [target]: "1x6" },
          at: "4m",
          alerts: [{ labels: { instance: "orders-1", target: "api/orders-2", node_id: "orders-2" } }],
        },
      ],
      silent: [
        { about: "open for less than two minutes", series: { [breaker]: "0 0 1 0 0", [target]: "1x6" }, at: "4m" },
        { about: "open to a node that is down", series: { [breaker]: "0 1x5", [target]: "1 0x5" }, at: "4m" },
      ],
    },
    "FaultToleranceFailure/critical": {
      fires: [
        {
          about: "half of the attempts succeed",
          series: { [attempts]: "0+2x70", [successes]: "0+1x70" },
          at: "70m",
          alerts: [{ value: "50%" }],
        },
        { about: "none has ever succeeded", series: { [attempts]: "0+1x70" }, at: "70m", alerts: [{ value: "0%" }] },
      ],
      silent: [
        { about: "4 of 5 attempts succeed", series: { [attempts]: "0+5x70", [successes]: "0+4x70" }, at: "70m" },
        { about: "nothing had to be healed", series: { [attempts]: "3x70", [successes]: "0x70" }, at: "70m" },
      ],
    },
  };
};
