import { boundOf } from "../../requests.ts";
import { burnCases, type Events } from "../burn-cases.ts";
import type { CasesOf } from "../case.ts";
import { histogram, type Series, type SeriesValues } from "../sample.ts";

type Labels = Readonly<Record<string, string>>;

export const requestCases: CasesOf<"requests"> = ({ node, around, metrics, input }) => {
  const { objectives } = input;
  const route = { method: "GET", route: "/api/v1/kv/:key" };
  const { requests, requestDuration } = metrics.node;
  const balancer = metrics.loadBalancer;
  const timed = (suffix: string, labels: Labels) =>
    node(`${requestDuration}${suffix}`, { ...route, status: "200", ...labels });
  const probed = (suffix: string, labels: Labels) =>
    node(`${requestDuration}${suffix}`, { method: "GET", route: "/api/v1/health/detailed", status: "200", ...labels });
  /** Beside probes, which are many and always refused: they must not count. */
  const failures = ({ good, bad, all }: Events): SeriesValues => ({
    [node(requests, { ...route, status: "200" })]: good,
    [node(requests, { ...route, status: "503" })]: bad,
    [node(requests, { ...route, route: "/api/v1/ready", status: "503" })]: all,
  });
  const balancedFailures = ({ good, bad, all }: Events): SeriesValues => ({
    [around("loadBalancer", balancer.requests, { kind: "write", status: "201" })]: good,
    [around("loadBalancer", balancer.requests, { kind: "read", status: "502" })]: bad,
    [around("loadBalancer", balancer.requests, { kind: "health", status: "503" })]: all,
  });
  const slow =
    (of: (suffix: string, labels: Labels) => Series) =>
    ({ good, all }: Events): SeriesValues => ({
      [of("_bucket", { le: String(boundOf(objectives.latency)) })]: good,
      [of("_bucket", { le: "+Inf" })]: all,
      [of("_count", {})]: all,
    });
  const read = (suffix: string, labels: Labels) =>
    around("loadBalancer", `${balancer.requestDuration}${suffix}`, { kind: "read", ...labels });
  return {
    "HighLatency/warning": {
      fires: [
        {
          about: "all requests take between 5 and 10 s",
          series: histogram(timed, { above: 5, upTo: 10, times: 20 }),
          at: "12m",
          alerts: [{ value: "9.75s" }],
        },
      ],
      silent: [
        {
          about: "all requests take between 2.5 and 5 s",
          series: histogram(timed, { above: 2.5, upTo: 5, times: 20 }),
          at: "12m",
        },
        { about: "only probes are slow", series: histogram(probed, { above: 5, upTo: 10, times: 20 }), at: "12m" },
      ],
    },
    ...burnCases("AvailabilityBudgetBurn", objectives.availability, failures),
    ...burnCases("LatencyBudgetBurn", objectives.fast, slow(timed)),
    ...burnCases("BalancerAvailabilityBudgetBurn", objectives.availability, balancedFailures),
    ...burnCases("BalancerLatencyBudgetBurn", objectives.fast, slow(read)),
  };
};
