/** Every scenario of `npm run test:faults`. */
import type { Consistency } from "./clients.ts";
import * as faults from "./faults.ts";
import type { Fault } from "./faults.ts";
import * as workloads from "./workloads.ts";
import type { Workload } from "./workloads.ts";

/** A cluster, its load, and what goes wrong meanwhile. */
export interface Scenario {
  name: string;
  members: 3 | 5;
  workload: Workload;
  clients: number;
  /** Each happens at least once, one after the other, in an order that the seed decides. */
  faults: readonly Fault[];
  /** Of reads. With stale ones the checker has to find a violation: so the scenario shows that it can. */
  consistency: Consistency;
}

const usual = { members: 3, clients: 12, consistency: "linearizable" } as const;

export const scenarios: readonly Scenario[] = [
  {
    ...usual,
    name: "three members crash",
    workload: workloads.registers,
    faults: [faults.killLeader, faults.killFollower, faults.killEngine, faults.killNodeAlone],
  },
  {
    ...usual,
    name: "three members hang",
    workload: workloads.registers,
    faults: [faults.pauseLeader, faults.pauseFollower],
  },
  {
    ...usual,
    name: "three members are cut off",
    workload: workloads.registers,
    faults: [faults.isolateLeader, faults.isolateFollower, faults.deafLeader, faults.muteLeader],
  },
  {
    ...usual,
    name: "three members are operated on",
    workload: workloads.creation,
    clients: 6,
    faults: [faults.rollingRestart, faults.replaceMember],
  },
  {
    ...usual,
    name: "five members, everything",
    members: 5,
    workload: workloads.contention,
    clients: 10,
    faults: [faults.killMinority, faults.pauseLeader, faults.split, faults.bridge, faults.replaceMember],
  },
  {
    ...usual,
    name: "stale reads are found out",
    workload: workloads.freshness,
    faults: [faults.isolateFollower],
    consistency: "stale",
  },
];
