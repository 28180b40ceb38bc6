/** The cases of all alerts. */
import type { AlertGroup, KnownAlertKey } from "../alert-rules.ts";
import type { CasesOf, RuleCases, WatchdogCases } from "./case.ts";
import { backupCases } from "./cases/backups.ts";
import { faultCases } from "./cases/faults.ts";
import { loadBalancerCases } from "./cases/load-balancer.ts";
import { nodeCases } from "./cases/nodes.ts";
import { quorumCases } from "./cases/quorum.ts";
import { requestCases } from "./cases/requests.ts";
import { resourceCases } from "./cases/resources.ts";
import { settingCases } from "./cases/settings.ts";
import { storeCases } from "./cases/store.ts";
import { taskCases } from "./cases/tasks.ts";
import { vectorCases } from "./cases/vectors.ts";
import { watchingCases } from "./cases/watching.ts";
import type { Sample } from "./sample.ts";

const groups: { readonly [Group in AlertGroup]: CasesOf<Group> } = {
  nodes: nodeCases,
  quorum: quorumCases,
  store: storeCases,
  resources: resourceCases,
  requests: requestCases,
  faults: faultCases,
  settings: settingCases,
  backups: backupCases,
  tasks: taskCases,
  vectors: vectorCases,
  loadBalancer: loadBalancerCases,
  watching: watchingCases,
};

/** The cases of every alert in a sample, by keys; also of those that the sample has not got. */
export function allCases(sample: Sample): Readonly<Record<KnownAlertKey, RuleCases | WatchdogCases>> {
  return Object.assign({}, ...Object.values(groups).map((cases) => cases(sample))) as Record<
    KnownAlertKey,
    RuleCases | WatchdogCases
  >;
}
