import type { CasesOf } from "../case.ts";
import { histogram } from "../sample.ts";

export const taskCases: CasesOf<"tasks"> = ({ node, metrics }) => {
  const names = metrics.tasks;
  const waited = (suffix: string, labels: object) => node(`${names.queueSeconds}${suffix}`, { ...labels });
  const tasks = (status: string, instance = "orders-1") => node(names.tasks, { status, instance });
  const idle = (pending: string, claimed: string, maintenance: string) => ({
    [tasks("pending")]: pending,
    [node(names.claimed)]: claimed,
    [node(names.maintenance)]: maintenance,
  });
  const queue = (pending: number, scheduled: number) => ({
    [tasks("pending")]: `${pending}x20`,
    [tasks("scheduled")]: `${scheduled}x20`,
    // Every node gives the figures of the whole cluster.
    [tasks("pending", "orders-2")]: `${pending}x20`,
    [tasks("scheduled", "orders-2")]: `${scheduled}x20`,
    [node(names.queueLimit)]: "1000x20",
    [node(names.queueLimit, { instance: "orders-2" })]: "1000x20",
  });
  const rejected = (reason: string) => node(names.rejected, { reason });
  const ended = (failed: number, completed: number) => ({
    [node(names.failed, { reason: "error" })]: `0+${failed}x40`,
    [node(names.completed)]: `0+${completed}x40`,
  });
  const maintenance = node(names.maintenance);
  return {
    "QueueTimeHigh/warning": {
      fires: [
        {
          about: "all tasks wait between 1 and 5 minutes",
          series: histogram(waited, { above: 60, upTo: 300, times: 20 }),
          at: "17m",
          alerts: [{ value: "4m 48s" }],
        },
      ],
      silent: [
        {
          about: "all tasks wait between 15 and 60 seconds",
          series: histogram(waited, { above: 15, upTo: 60, times: 20 }),
          at: "17m",
        },
      ],
    },
    "TasksNotClaimed/warning": {
      fires: [
        { about: "5 tasks, no claim", series: idle("5x30", "3x30", "0x30"), at: "20m", alerts: [{ value: "5" }] },
      ],
      silent: [
        { about: "one claim in 10 minutes", series: idle("5x30", "3x9 4x9 5x9", "0x30"), at: "20m" },
        { about: "maintenance", series: idle("5x30", "3x30", "1x30"), at: "20m" },
        { about: "no tasks", series: idle("0x30", "3x30", "0x30"), at: "20m" },
      ],
    },
    "QueueFull/warning": {
      fires: [{ about: "91% wait", series: queue(610, 300), at: "10m", alerts: [{ value: "91%" }] }],
      silent: [{ about: "90% wait", series: queue(600, 300), at: "10m" }],
    },
    "QueueFull/critical": {
      fires: [
        {
          about: "tasks are refused",
          series: { [rejected("queue-full")]: "0+30x20" },
          at: "10m",
          alerts: [{ value: "500m" }],
        },
      ],
      silent: [
        { about: "tasks are refused in maintenance", series: { [rejected("maintenance")]: "0+30x20" }, at: "10m" },
        { about: "tasks were refused before", series: { [rejected("queue-full")]: "30x20" }, at: "10m" },
      ],
    },
    "TasksFailing/warning": {
      fires: [{ about: "1 of 8 fails", series: ended(1, 7), at: "35m", alerts: [{ value: "12.5%" }] }],
      silent: [
        { about: "1 of 10 fails", series: ended(1, 9), at: "35m" },
        { about: "nothing ends", series: ended(0, 0), at: "35m" },
      ],
    },
    "MaintenanceForgotten/info": {
      fires: [{ about: "4 hours", series: { [maintenance]: "1x300" }, at: "241m", alerts: [{}] }],
      silent: [{ about: "3 hours and 55 minutes", series: { [maintenance]: "1x300" }, at: "235m" }],
    },
  };
};
