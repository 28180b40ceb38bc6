import type { CasesOf } from "../case.ts";

export const backupCases: CasesOf<"backups"> = ({ node, metrics }) => {
  const { backupEnabled, backupLastSuccess, backupLastVerified } = metrics.node;
  const interval = "30m";
  /** Values for some hours; what they hold are seconds since the first. */
  const during = (hours: number, enabled: 0 | 1, made: string, verified = "0") => ({
    [node(backupEnabled)]: `${enabled}x${hours * 2}`,
    [node(backupLastSuccess)]: made,
    // Another node has made none.
    [node(backupLastSuccess, { instance: "orders-2" })]: `0x${hours * 2}`,
    [node(backupLastVerified)]: verified,
  });
  return {
    "BackupMissing/critical": {
      fires: [{ about: "none for 26 hours", series: during(27, 1, "0x54"), interval, at: "26h30m", alerts: [{}] }],
      silent: [
        { about: "the first after 25 hours", series: during(27, 1, "0x49 90000x4"), interval, at: "26h30m" },
        { about: "backups are not asked for", series: during(27, 0, "0x54"), interval, at: "26h30m" },
      ],
    },
    "BackupTooOld/warning": {
      fires: [
        {
          about: "one an hour after the start, and no further",
          series: during(29, 1, "3600x58"),
          interval,
          at: "28h",
          alerts: [{ value: "1d 3h 0m 0s" }],
        },
      ],
      silent: [
        { about: "it is 26 hours old", series: during(29, 1, "3600x58"), interval, at: "27h" },
        { about: "backups are no longer asked for", series: during(29, 0, "3600x58"), interval, at: "28h" },
        { about: "there is none yet", series: during(29, 1, "0x58"), interval, at: "28h" },
      ],
    },
    "BackupTooOld/critical": {
      fires: [
        {
          about: "one an hour after the start, and no further",
          series: during(55, 1, "3600x110"),
          interval,
          at: "54h",
          alerts: [{ value: "2d 5h 0m 0s" }],
        },
      ],
      silent: [{ about: "it is 52 hours old", series: during(55, 1, "3600x110"), interval, at: "53h" }],
    },
    "BackupUnverified/warning/old": {
      fires: [
        {
          about: "one was tried an hour after the start",
          series: during(195, 1, "3600x390", "3600x390"),
          interval,
          at: "194h",
          alerts: [{ value: "8d 1h 0m 0s" }],
        },
      ],
      silent: [
        {
          about: "one was tried 8 days ago",
          series: during(195, 1, "3600x390", "3600x390"),
          interval,
          at: "193h",
        },
      ],
    },
    "BackupUnverified/warning/never": {
      fires: [
        {
          about: "there are backups for 8 days, none was tried",
          series: during(195, 1, "3600x390", "0x390"),
          interval,
          at: "194h",
          alerts: [{}],
        },
      ],
      silent: [
        {
          about: "the first was tried after 7 days",
          series: during(195, 1, "3600x390", "0x335 600000x54"),
          interval,
          at: "194h",
        },
        {
          about: "there is no backup that could be tried",
          series: during(195, 1, "0x390", "0x390"),
          interval,
          at: "194h",
        },
      ],
    },
  };
};
