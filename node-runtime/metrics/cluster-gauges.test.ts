import assert from "node:assert/strict";
import { test } from "node:test";
import { loneFigures } from "../cluster/figures.ts";
import type { ClusterFigures } from "../cluster/cluster.ts";
import { registerClusterGauges } from "./cluster-gauges.ts";
import { Metrics } from "./metrics.ts";

test("follow the cluster: learners come and go, counters only rise", async () => {
  let figures: ClusterFigures | undefined;
  const metrics = new Metrics("test_");
  registerClusterGauges(metrics, { nodeId: "node-1", figures: () => figures });
  const scrape = () => metrics.text();
  assert.match(await scrape(), /^test_cluster_integrity_ok 1$/m, "nothing has been found yet");
  assert.match(await scrape(), /^test_cluster_quorum_ok 0$/m);
  figures = {
    ...loneFigures({ leads: false, term: 7 }),
    size: 4,
    connected: 3,
    elections: 2,
    leadershipChanges: 1,
    members: { voter: 3, learner: 1, gateway: 0 },
    learnerLag: new Map([["node-4", 120]]),
    quorumOk: true,
    integrityOk: false,
  };
  const text = await scrape();
  for (const line of [
    "test_cluster_size 4",
    "test_cluster_nodes_connected 3",
    'test_cluster_leader_status{node_id="node-1"} 0',
    'test_cluster_members{role="learner"} 1',
    'test_cluster_learner_lag_entries{node_id="node-4"} 120',
    "test_cluster_quorum_ok 1",
    "test_cluster_integrity_ok 0",
    "test_raft_term 7",
    "test_raft_election_count_total 2",
    "test_raft_leadership_changes_total 1",
  ]) {
    assert.ok(text.includes(`${line}\n`), line);
  }
  figures = { ...figures, learnerLag: new Map(), elections: 5 };
  const after = await scrape();
  assert.doesNotMatch(after, /learner_lag_entries\{/);
  assert.match(after, /^test_raft_election_count_total 5$/m);
});
