/** etcd's own config file, from the plan. etcd takes keys that it doesn't know in silence: the tests look at what it made of them. */
import { stringify } from "yaml";
import { urlOf, type EtcdPlan } from "./plan.ts";

/**
 * Sockets in the node's directory, which is etcd's working directory. HTTP apart from the client port leaves that to
 * gRPC alone, which etcd serves faster so; the metrics answer before the member has found a majority.
 */
export const sockets = { http: "etcd-http.sock", metrics: "etcd-metrics.sock" } as const;

/** Where every member hashes its state and the leader compares; each pass reads the whole state. */
const corruptCheckMilliseconds = 10 * 60_000;
/** The leader compares hashes at compacted revisions, which cost nothing extra. */
const compactHashCheckMilliseconds = 60_000;
/** How long a quiet watch stays without a sign of the current revision. */
const watchProgressMilliseconds = 5_000;
/** etcd's own limits, which the store counts on. */
const maximumTransactionOperations = 128;
const maximumRequestBytes = 1.5 * 1024 * 1024;

/**
 * The file's text. It holds paths of keys, never keys.
 * @param listenAddress IP address in place of the plan's listenHost, since etcd binds no names
 */
export function etcdConfigYaml(plan: EtcdPlan, listenAddress: string = plan.listenHost): string {
  const { tls, start } = plan;
  const scheme = tls === undefined ? "http" : "https";
  const members = start.initialCluster.length > 0 ? start.initialCluster : [plan];
  const transport = tls === undefined ? undefined : transportSecurity(tls);
  return stringify({
    name: plan.name,
    "data-dir": plan.etcdDirectory,
    ...(plan.walDirectory === undefined ? {} : { "wal-dir": plan.walDirectory }),
    "listen-client-urls": urlOf(scheme, listenAddress, plan.clientPort),
    "listen-peer-urls": urlOf(scheme, listenAddress, plan.peerPort),
    "listen-client-http-urls": `unix://${sockets.http}`,
    "listen-metrics-urls": `unix://${sockets.metrics}`,
    "advertise-client-urls": plan.clientUrl,
    "initial-advertise-peer-urls": plan.peerUrl,
    "initial-cluster": members.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(","),
    "initial-cluster-state": start.state,
    "initial-cluster-token": plan.clusterName,
    ...(transport === undefined
      ? {}
      : {
          "client-transport-security": transport,
          "peer-transport-security": transport,
          "tls-min-version": tls?.minVersion,
        }),
    "heartbeat-interval": plan.heartbeat,
    "election-timeout": plan.election,
    "pre-vote": true,
    "strict-reconfig-check": true,
    "snapshot-count": plan.snapshotCount,
    "snapshot-catchup-entries": plan.keptEntries,
    "auto-compaction-mode": "revision",
    "auto-compaction-retention": String(plan.keptEntries),
    "quota-backend-bytes": plan.quota,
    "max-txn-ops": maximumTransactionOperations,
    "max-request-bytes": maximumRequestBytes,
    "feature-gates": "InitialCorruptCheck=true,CompactHashCheck=true",
    "corrupt-check-time": nanoseconds(corruptCheckMilliseconds),
    "compact-hash-check-time": nanoseconds(compactHashCheckMilliseconds),
    "watch-progress-notify-interval": nanoseconds(watchProgressMilliseconds),
    "enable-grpc-gateway": false,
    logger: "zap",
    "log-level": "warn",
    "log-outputs": ["stderr"],
  });
}

function transportSecurity({ certFile, keyFile, caFile }: NonNullable<EtcdPlan["tls"]>) {
  return { "cert-file": certFile, "key-file": keyFile, "trusted-ca-file": caFile, "client-cert-auth": true };
}

/** Times of the file are in nanoseconds where they aren't in milliseconds. */
function nanoseconds(milliseconds: number): number {
  return milliseconds * 1e6;
}
