import type { CasesOf } from "../case.ts";

/** Seconds of a day. */
const day = 86_400;

export const settingCases: CasesOf<"settings"> = ({ node, metrics, job }) => {
  const refused = node(metrics.node.configReloadFailed);
  const certificate = (days: number) => ({
    [node(metrics.node.certificateExpiry, { use: "api" })]: `${days * day + 600}x20`,
  });
  const labels = { instance: "orders-1", use: "api" };
  return {
    "ConfigReloadRefused/warning": {
      fires: [
        {
          about: "a reload is refused",
          series: { [refused]: "0 1x5" },
          at: "4m",
          alerts: [{ labels: { job, instance: "orders-1" } }],
        },
      ],
      silent: [{ about: "the next reload is taken", series: { [refused]: "0 1 0 0 0" }, at: "4m" }],
    },
    "CertificateExpiry/warning": {
      fires: [
        {
          about: "20 days are left",
          series: certificate(20),
          at: "10m",
          alerts: [{ labels, value: "20d 0h 0m 0s" }],
        },
      ],
      silent: [{ about: "22 days are left", series: certificate(22), at: "10m" }],
    },
    "CertificateExpiry/critical": {
      fires: [
        { about: "6 days are left", series: certificate(6), at: "10m", alerts: [{ labels, value: "6d 0h 0m 0s" }] },
        {
          about: "it ended a day ago",
          series: certificate(-1),
          at: "10m",
          alerts: [{ labels, value: "-1d 0h 0m 0s" }],
        },
      ],
      silent: [{ about: "8 days are left", series: certificate(8), at: "10m" }],
    },
  };
};
