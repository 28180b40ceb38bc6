import type { CasesOf } from "../case.ts";
import { histogram } from "../sample.ts";

export const vectorCases: CasesOf<"vectors"> = ({ node, metrics }) => {
  const searched = (suffix: string, labels: object) =>
    node(`${metrics.vectors.searchDuration}${suffix}`, { ...labels });
  return {
    "HighSearchLatency/warning": {
      fires: [
        {
          about: "all searches take between 0.5 and 1 s",
          series: histogram(searched, { above: 0.5, upTo: 1, times: 20 }),
          at: "10m",
          alerts: [{ value: "975ms" }],
        },
      ],
      silent: [
        {
          about: "all searches take between 0.25 and 0.5 s",
          series: histogram(searched, { above: 0.25, upTo: 0.5, times: 20 }),
          at: "10m",
        },
      ],
    },
  };
};
