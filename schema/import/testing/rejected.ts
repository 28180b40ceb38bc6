/** The fixtures that are rejected, with the rulings that give the reasons. */

const deployment = [": import.deployment-files"];

/** By the names of the fixtures: every problem as its path and ruling. */
export const rejected: Readonly<Record<string, readonly string[]>> = {
  "000-285-node-2.yaml": ["p2p.bootstrap_peers: import.placeholders"],
  "000-365-namespace-rbac.yaml": deployment,
  "000-487-statefulset.yaml": deployment,
  "000-634-docker-compose.yaml": deployment,
  "000-822-node-N.yaml": ["p2p.bootstrap_peers: import.placeholders"],
  "000-890-hpa.yaml": deployment,
  "000-957-auth-rbac.yaml": [
    "auth.providers[0].config.secret: import.published-secrets",
    "auth.providers[0].config.secret: import.published-secrets",
    "auth.providers[1].config.client_secret: import.published-secrets",
  ],
  "000-985-network-policy.yaml": deployment,
  "000-1181-probes.yaml": deployment,
  "000-1238-prometheus.yaml": deployment,
  "000-1285-alert-rules.yaml": deployment,
  "002-076-cluster-config.yaml": [
    "nodes[0].role: coordinator.even_cluster_on_add",
    "replication_factor: import.members",
  ],
  "002-249-docker-swarm.yaml": deployment,
  "002-681-hybrid-cloud.yaml": ["artifacts.placement.specific_regions: import.specific-region"],
  "003-268-docker-compose.yaml": deployment,
  "003-394-scrape-config.yaml": deployment,
  "003-472-node4.json": ["peers: coordinator.even_cluster_on_add"],
  "003-597-auth.json": [
    "auth_users[0].password_hash: import.placeholders",
    "auth_users[1].password_hash: import.placeholders",
    "jwt_secret: import.published-secrets",
  ],
  "003-675-database.json": ["db_pragma.synchronous: import.synchronous-normal"],
  "003-800-statefulset.yaml": deployment,
  "003-854-service.yaml": deployment,
  "004-076-docker-compose.yaml": deployment,
  "004-566-node4.yaml": ["cluster.peers: coordinator.even_cluster_on_add"],
  "004-663-prometheus.yaml": deployment,
  "004-756-dashboard.json": deployment,
  "004-822-alert-rules.yaml": deployment,
  "004-920-rbac.yaml": [
    "rbac.users[0].password_hash: import.placeholders",
    "rbac.users[1].password_hash: import.placeholders",
    "rbac.users[2].password_hash: import.placeholders",
  ],
  "004-961-api-keys.yaml": ["api_keys[0].key: import.published-secrets", "api_keys[1].key: import.published-secrets"],
  "004-1022-high-performance.yaml": [
    "index.enable_product_quantization: import.two-quantizations",
    "database.replication_factor: import.members",
  ],
};
