/** The dashboards of a system. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { metricsOf, systems, type SystemName } from "@quorumkit/schema";
import { backupsBoard } from "./boards/backups.ts";
import { clusterBoard } from "./boards/cluster.ts";
import { consensusBoard } from "./boards/consensus.ts";
import { loadBalancerBoard } from "./boards/load-balancer.ts";
import { nodeBoard } from "./boards/node.ts";
import { objectivesBoard } from "./boards/objectives.ts";
import { tasksBoard } from "./boards/tasks.ts";
import type { AlertSettings, Board, BoardContext } from "./definition.ts";
import { dashboardOf } from "./kit/dashboard.ts";
import { selectorsOf } from "./kit/query.ts";

/** What dashboards depend on. */
export interface DashboardOptions {
  system: SystemName;
  /** `observability.alerts` of the spec: the lines in panels are where its alerts fire. */
  alerts: AlertSettings;
  /** Base URL of the runbooks; `/<Alert>.md` is appended. */
  runbooks: string;
  /** What stands around the nodes and gives metrics; all of it where nothing is said. */
  parts?: { loadBalancer?: boolean; nginxExporter?: boolean; nodeExporter?: boolean };
}

type Workload = (typeof systems)[SystemName]["workload"];

/** The boards of each workload. */
const workloadBoards: Readonly<Record<Workload, readonly ((context: BoardContext) => Board)[]>> = {
  inference: [],
  tasks: [tasksBoard],
  vectors: [],
  artifacts: [],
};

/** The dashboards of a system, the overview first. Equal options give equal dashboards; uids stay as they are. */
export function dashboardsFor({ system, alerts, runbooks, parts = {} }: DashboardOptions): Dashboard[] {
  const { loadBalancer = true, nginxExporter = true, nodeExporter = true } = parts;
  const context: BoardContext = {
    system,
    metrics: metricsOf(system),
    select: selectorsOf(system),
    alerts,
    machine: nodeExporter,
    nginx: nginxExporter,
  };
  const boards = [
    clusterBoard,
    consensusBoard,
    nodeBoard,
    ...workloadBoards[systems[system].workload],
    ...(loadBalancer ? [loadBalancerBoard] : []),
    backupsBoard,
    objectivesBoard,
  ];
  return boards.map((board) => dashboardOf(board(context), context, runbooks.replace(/\/+$/, "")));
}
