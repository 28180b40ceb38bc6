/** Backups: whether there are any, how old they are, and whether they could be restored. */
import { units, type Board, type BoardContext, type Row, type Threshold } from "../definition.ts";
import { maximum, minimum } from "../kit/query.ts";
import { plain, secondsOf, yesOrNo } from "../kit/thresholds.ts";

/** The age that stands for a backup that was never made. */
const never = -1;

/** The board `backups`. */
export function backupsBoard(context: BoardContext): Board {
  return {
    name: "backups",
    title: "Backups",
    description: "How much would be lost if all nodes were gone now, and is it sure that the rest could be restored?",
    rows: [stateRow(context), ageRow(context)],
  };
}

/** Age in seconds of what happened last at a time since the epoch; `never` where the time is 0. */
function ageOf(time: string): string {
  return `(time() - (${time} > 0)) or (0 * ${time} + ${never})`;
}

/** Green up to the limit; red beyond it and where there is none. */
function fresh(limit: number): Threshold[] {
  return [
    { from: null, color: "red" },
    { from: 0, color: "green" },
    { from: limit / 2, color: "yellow" },
    { from: limit, color: "red" },
  ];
}

const neverMade = { [never]: { text: "never", color: "red" } } as const;

function stateRow({ metrics: { node }, select: { nodes }, alerts: { thresholds } }: BoardContext): Row {
  const limit = secondsOf(thresholds.backupAge);
  // A backup that one node has made is one of the cluster's.
  const latest = maximum(nodes(node.backupLastSuccess));
  const verified = maximum(nodes(node.backupLastVerified));
  return {
    title: "Now",
    panels: [
      {
        kind: "stat",
        title: "Backups",
        description: "Whether the config asks for backups.",
        unit: units.number,
        width: 6,
        queries: [{ expression: maximum(nodes(node.backupEnabled)), legend: "backups" }],
        meanings: yesOrNo({ text: "off", color: "orange" }, { text: "on", color: "green" }),
        alerts: ["BackupMissing"],
      },
      {
        kind: "stat",
        title: "Age of the latest backup",
        description: "Changes since its beginning would be lost with the cluster.",
        unit: units.seconds,
        width: 6,
        queries: [{ expression: ageOf(latest), legend: "age" }],
        meanings: neverMade,
        thresholds: fresh(limit),
        alerts: ["BackupTooOld"],
      },
      {
        kind: "stat",
        title: "Latest verified restore",
        description: "Since a backup was restored to check it. A backup that was never restored is a hope.",
        unit: units.seconds,
        width: 6,
        queries: [{ expression: ageOf(verified), legend: "age" }],
        meanings: neverMade,
        thresholds: fresh(secondsOf(thresholds.verificationAge)),
        alerts: ["BackupUnverified"],
      },
      {
        kind: "stat",
        title: "Data to back up",
        description: "Size of the largest node's database.",
        unit: units.bytes,
        width: 6,
        queries: [{ expression: maximum(nodes(node.storeSize, { file: "=database" })), legend: "database" }],
        thresholds: plain(),
      },
    ],
  };
}

function ageRow({ metrics: { node }, select: { nodes, chosen }, alerts: { thresholds } }: BoardContext): Row {
  const age = (time: string): string => `clamp_min(${ageOf(maximum(nodes(time)))}, 0)`;
  const perNode = (time: string): string => ageOf(maximum(chosen(time), "instance"));
  return {
    title: "Over time",
    panels: [
      {
        kind: "time-series",
        title: "Age of the latest backup",
        description: "Rises by a second a second and falls with each backup; 0 before the first.",
        unit: units.seconds,
        queries: [{ expression: age(node.backupLastSuccess), legend: "age" }],
        thresholds: [
          { from: null, color: "green" },
          { from: secondsOf(thresholds.backupAge), color: "red" },
        ],
        alerts: ["BackupTooOld"],
      },
      {
        kind: "time-series",
        title: "Room on the nodes' disks",
        description: "The least free space of a node: a backup is made there before it goes to its store.",
        unit: units.bytes,
        queries: [{ expression: minimum(chosen(node.diskFree), "instance"), legend: "{{instance}}" }],
        alerts: ["DiskSpace"],
      },
      {
        kind: "table",
        title: "Backups by node",
        description: "Whether a node is to make backups, and how old its latest are.",
        width: 8,
        labels: [{ name: "instance", title: "Node" }],
        columns: [
          { title: "Enabled", expression: maximum(chosen(node.backupEnabled), "instance"), unit: units.number },
          {
            title: "Latest",
            expression: perNode(node.backupLastSuccess),
            unit: units.seconds,
            meanings: neverMade,
            thresholds: fresh(secondsOf(thresholds.backupAge)),
          },
          {
            title: "Verified",
            expression: perNode(node.backupLastVerified),
            unit: units.seconds,
            meanings: neverMade,
            thresholds: fresh(secondsOf(thresholds.verificationAge)),
          },
        ],
      },
    ],
  };
}
