/** Which line of docs/guide-rulings.md explains a problem that the rules of a spec find in an imported file. */

/** By the id of the rule. */
export const rulingOfRule: Readonly<Record<string, string>> = {
  "members-odd": "coordinator.even_cluster_on_add",
  "election-timeout-at-least-five-heartbeats": "import.election-timeout",
  "acknowledged-writes-reach-the-disk": "import.synchronous-normal",
  "no-published-secrets": "import.published-secrets",
  "jwt-secret-at-least-32-bytes": "import.published-secrets",
  "min-replicas-at-most-members": "import.members",
  "vector-copies-within-members": "import.members",
  "artifact-copies-within-members": "import.members",
  "specific-regions-are-named": "import.specific-region",
  "asynchronous-replication-can-lose-writes": "grape.async_vs_acid",
  "max-size-fits-the-volume": "ollamamax.storage_limit_vs_pvc",
  "healing-at-least-three-monitoring-intervals": "ollamamax.defaults_break_own_rule",
  "detection-window-at-least-three-healing-intervals": "ollamamax.preset_rule_check",
  "prediction-at-most-healing-interval": "ollamamax.high_cpu_fix_breaks_rule",
  "adaptation-at-least-ten-healing-intervals": "ollamamax.preset_rule_check",
  "predictive-healing-needs-detection": "ollamamax.emergency_config_cross_rule",
};
