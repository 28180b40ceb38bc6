// Generated from schema/ by `npm run generate`. Edit the schema, not this file.
import type { Input } from "@pulumi/pulumi";

/** One quorum cluster and everything around it. */
export interface ClusterArgs {
  /** Name of the cluster; names of nodes and resources start with it. A change is applied: migrate. Since 0.1.0; source 002:75. */
  name: string;
  /** Which of the four systems runs on it: its workload, ports, API paths, metric prefix and defaults. A change is applied: migrate. Since 0.1.0; source design. */
  system: "ollamamax" | "coordinator" | "grape" | "maif";
  /** Defaults for an environment, laid over those of the system (guide 001, Deployment Scenarios). A change is applied: hot. Since 0.1.0; source 001:316. */
  preset?: "development" | "staging" | "production" | "high-availability";
  /** Defaults for a cluster size, laid over those of the preset (guide 001, Scaling Recommendations). A change is applied: hot. Since 0.1.0; source 001:540. */
  size?: "small" | "medium" | "large";
  /** Nodes that vote and hold state: 1, 3, 5 or 7. Default: 1. Range: 1 to 7. Unit: nodes. A change is applied: rolling. Since 0.1.0; source 000:220. */
  members?: number;
  /** Stateless nodes that serve the API and use the members' store. Default: 0. Range: 0 to 100. Unit: nodes. A change is applied: hot. Since 0.1.0; source design. */
  gateways?: number;
  target?: TargetArgs;
  placement?: Input<PlacementArgs>;
  api?: Input<ApiArgs>;
  p2p?: Input<P2pArgs>;
  consensus?: Input<ConsensusArgs>;
  faultTolerance?: Input<FaultToleranceArgs>;
  storage?: Input<StorageArgs>;
  replication?: Input<ReplicationArgs>;
  security?: Input<SecurityArgs>;
  network?: Input<NetworkArgs>;
  monitoring?: Input<MonitoringArgs>;
  backup?: Input<BackupArgs>;
  recovery?: Input<RecoveryArgs>;
  resources?: Input<ResourcesArgs>;
  gc?: Input<GcArgs>;
  tasks?: Input<TasksArgs>;
  inference?: Input<InferenceArgs>;
  vectors?: Input<VectorsArgs>;
  artifacts?: Input<ArtifactsArgs>;
  autoscaling?: Input<AutoscalingArgs>;
  regions?: Input<RegionsArgs>;
  loadBalancer?: Input<LoadBalancerArgs>;
  observability?: Input<ObservabilityArgs>;
}

/** Where the cluster runs. */
export interface TargetArgs {
  /** What `pulumi up` makes. This release provisions single nodes, and clusters of processes or containers on one machine; kubernetes and multi-region follow. Default: "single-node". A change is applied: migrate. Since 0.1.0; source design. */
  kind?: "single-node" | "local-cluster" | "compose";
  singleNode?: TargetSingleNodeArgs;
  localCluster?: TargetLocalClusterArgs;
  compose?: TargetComposeArgs;
}

/** One node on one machine. */
export interface TargetSingleNodeArgs {
  /** A process of this machine, a container, or a systemd unit on a host over ssh. Default: "process". A change is applied: migrate. Since 0.1.0; source 003:209. */
  runOn?: "process" | "container" | "systemd";
  /** How long `pulumi up` waits until the node is ready. Default: "60s". Range: 5s to 15m. A change is applied: hot. Since 0.1.0; source quorumkit. */
  startTimeout?: string;
  /** How long a node may take to stop before it is killed. Default: "30s". Range: 1s to 10m. A change is applied: hot. Since 0.1.0; source quorumkit. */
  stopTimeout?: string;
  /** Keeps the data directory on destroy. Default: true. A change is applied: hot. Since 0.1.0; source quorumkit. */
  keepData?: boolean;
  container?: TargetSingleNodeContainerArgs;
  systemd?: TargetSingleNodeSystemdArgs;
}

/** One container on a Docker host, through @pulumi/docker. */
export interface TargetSingleNodeContainerArgs {
  /** Image of the node; it has to be on the Docker host or in a registry that the host can reach. Default: "quorumkit/node:0.1.0". A change is applied: rolling. Since 0.1.0; source 000:508. */
  image?: string;
  /** Address of the host on which the node's ports are published. Default: "127.0.0.1". A change is applied: rolling. Since 0.1.0; source quorumkit. */
  publishAddress?: string;
  /** Docker endpoint, as in DOCKER_HOST. Default: "unix:///var/run/docker.sock". A change is applied: rolling. Since 0.1.0; source quorumkit. */
  dockerHost?: string;
}

/** A hardened unit on a host that is reached by the system's ssh (guide 003, Systemd Service). */
export interface TargetSingleNodeSystemdArgs {
  /** Host to install on. Default: "127.0.0.1". A change is applied: migrate. Since 0.1.0; source 003:174. */
  host?: string;
  /** Port of its ssh server. Default: 22. Range: 1 to 65535. A change is applied: hot. Since 0.1.0; source quorumkit. */
  sshPort?: number;
  /** User to log in as; it must be root or may use sudo without a password. Default: "root". A change is applied: hot. Since 0.1.0; source quorumkit. */
  sshUser?: string;
  /** Private key for ssh. Without it ssh decides (agent, ~/.ssh/config). A change is applied: hot. Since 0.1.0; source quorumkit. */
  identityFile?: string;
  /** Known hosts of ssh. An unknown host key is always refused. A change is applied: hot. Since 0.1.0; source quorumkit. */
  knownHostsFile?: string;
  /** Account that the node runs as; made as a system user where it is missing. Default: "quorumkit". A change is applied: rolling. Since 0.1.0; source 003:240. */
  serviceUser?: string;
  /** Where the node runtime is installed on the host. Default: "/opt/quorumkit". A change is applied: rolling. Since 0.1.0; source 003:241. */
  installDirectory?: string;
  /** Node.js 24 on the host. Without it the Node that runs Pulumi is copied there. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  nodeBinary?: string;
  /** Wait before systemd restarts a failed node (RestartSec). Default: "5s". Range: 1s to 10m. A change is applied: rolling. Since 0.1.0; source 003:244. */
  restartDelay?: string;
  /** Memory limit of the unit (MemoryMax). Default: "infinity". A change is applied: rolling. Since 0.1.0; source quorumkit. */
  memoryMax?: string;
}

/** Several nodes as processes of this machine, for development and tests. */
export interface TargetLocalClusterArgs {
  /** Each further node listens on ports that are higher by this much. Default: 10. Range: 1 to 1000. A change is applied: migrate. Since 0.1.0; source quorumkit. */
  portStep?: number;
  /** How long `pulumi up` waits until a node, and then the whole cluster, is ready. Default: "60s". Range: 5s to 15m. A change is applied: hot. Since 0.1.0; source quorumkit. */
  startTimeout?: string;
  /** How long a node may take to stop before it is killed. Default: "30s". Range: 1s to 10m. A change is applied: hot. Since 0.1.0; source quorumkit. */
  stopTimeout?: string;
  /** Keeps the data directories on destroy. Default: true. A change is applied: hot. Since 0.1.0; source quorumkit. */
  keepData?: boolean;
}

/** A cluster with everything around it as containers of one Docker host (guides 000, 003 and 004). */
export interface TargetComposeArgs {
  /** Image of the node; it has to be on the Docker host or in a registry that the host can reach. Default: "quorumkit/node:0.1.0". A change is applied: rolling. Since 0.1.0; source 000:627. */
  image?: string;
  /** Docker endpoint, as in DOCKER_HOST; it has to be that of this machine. Default: "unix:///var/run/docker.sock". A change is applied: migrate. Since 0.1.0; source quorumkit. */
  dockerHost?: string;
  /** Address of the host on which the load balancer and the pages of Prometheus, Alertmanager and Grafana are published. 0.0.0.0 is every address. Default: "127.0.0.1". A change is applied: rolling. Since 0.1.0; source quorumkit. */
  publishAddress?: string;
  /** Port of the host, on its loopback address alone, for the API of the first node; further nodes have the next ones. Default: 8080. Range: 1 to 65535. A change is applied: rolling. Since 0.1.0; source 000:631. */
  nodePort?: number;
  /** Network of the containers. Docker chooses one where none is given. A change is applied: migrate. Since 0.1.0; source 004:205. */
  subnet?: string;
  /** How long `pulumi up` waits until a node, and then the whole cluster, is ready. Default: "90s". Range: 5s to 15m. A change is applied: hot. Since 0.1.0; source quorumkit. */
  startTimeout?: string;
  /** How long a node may take to stop before it is killed. Default: "30s". Range: 1s to 10m. A change is applied: hot. Since 0.1.0; source quorumkit. */
  stopTimeout?: string;
  /** Keeps the volumes of the nodes on destroy. Default: true. A change is applied: hot. Since 0.1.0; source quorumkit. */
  keepData?: boolean;
  /** Files that a node may have open (ulimit nofile). Default: 16384. Range: 1024 to 1048576. Unit: files. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  openFiles?: number;
}

/** Region, zones and racks of the nodes, and what they are labelled with (guide 000, Multi-Region Deployment). */
export interface PlacementArgs {
  /** Region of all nodes. A change is applied: rolling. Since 0.1.0; source 000:129. */
  region?: Input<string>;
  /** Availability zones, given to the nodes in turn. Default: []. A change is applied: rolling. Since 0.1.0; source 000:130. */
  zones?: Input<Input<string>[]>;
  /** Racks, given to the nodes in turn. Default: []. A change is applied: rolling. Since 0.1.0; source 000:1038. */
  racks?: Input<Input<string>[]>;
  /** Labels of every node. Default: {}. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  labels?: Input<Record<string, Input<string>>>;
}

/** Where the node's HTTP API listens, and its limits (guide 000, Configuration). */
export interface ApiArgs {
  /** Address or name that the API binds to; 0.0.0.0 for every interface. Default: "127.0.0.1". A change is applied: rolling. Since 0.1.0; source 000:133. */
  host?: Input<string>;
  /** Port of the HTTP API. Default: 8080. Range: 1 to 65535. A change is applied: rolling. Since 0.1.0; source 000:134. */
  port?: Input<number>;
  tls?: Input<ApiTlsArgs>;
  /** Port of the HTTPS API; 8443 where TLS is on and none is given. Rejected while TLS is off. Range: 1 to 65535. A change is applied: rolling. Since 0.1.0; source 000:47. */
  tlsPort?: Input<number>;
  /** What port does while TLS is on: send clients to tls_port, answer as before, or not listen. Default: "redirect". A change is applied: rolling. Since 0.1.0; source quorumkit. */
  plainHttp?: Input<"redirect" | "serve" | "off">;
  /** Networks of the load balancers whose X-Forwarded-For and X-Forwarded-Proto are believed. Default: []. A change is applied: rolling. Since 0.1.0; source 000:777. */
  trustedProxies?: Input<Input<string>[]>;
  /** Largest request body. Streamed uploads of artifacts and models have limits of their own. Default: "1Mi". Range: 1Ki to 1Gi. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  bodyLimit?: Input<string>;
  /** Time limit for receiving and answering one request; event streams are exempt. Default: "60s". Range: 1s to 1h. A change is applied: rolling. Since 0.1.0; source 000:783. */
  requestTimeout?: Input<string>;
  /** How long an idle client connection is kept; longer than the load balancer keeps its own. Default: "72s". Range: 1s to 1h. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  keepAliveTimeout?: Input<string>;
  /** How long a stopping node waits for requests in flight. Default: "30s". Range: 0s to 10m. A change is applied: hot. Since 0.1.0; source quorumkit. */
  drainTimeout?: Input<string>;
  /** Serves the status page at /. Default: true. A change is applied: hot. Since 0.1.0; source quorumkit. */
  statusPage?: Input<boolean>;
  /** Serves the OpenAPI document of the API. Default: true. A change is applied: hot. Since 0.1.0; source quorumkit. */
  docs?: Input<boolean>;
}

/** HTTPS on tls_port. */
export interface ApiTlsArgs {
  /** Turns TLS on. Default: false. A change is applied: rolling. Since 0.1.0; source 000:941. */
  enabled?: Input<boolean>;
  /** Certificate in PEM, with its intermediates. A change is applied: rolling. Since 0.1.0; source 000:942. */
  certFile?: Input<string>;
  /** Private key of the certificate, in PEM. A change is applied: rolling. Since 0.1.0; source 000:943. */
  keyFile?: Input<string>;
  /** Authorities that sign the certificates of the other side; the system's own where none is given. A change is applied: rolling. Since 0.1.0; source 000:944. */
  caFile?: Input<string>;
  /** Refuses whoever shows no certificate that an authority of ca_file signed. Default: false. A change is applied: rolling. Since 0.1.0; source 004:912. */
  verifyPeer?: Input<boolean>;
  /** Oldest protocol version that is spoken. Default: "TLSv1.2". A change is applied: rolling. Since 0.1.0; source quorumkit. */
  minVersion?: Input<"TLSv1.2" | "TLSv1.3">;
}

/** Traffic between nodes outside of consensus (guide 000, Configuration). */
export interface P2pArgs {
  /** Turns the libp2p host on. Where none is given it is on in clusters of more than one node. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  enabled?: Input<boolean>;
  /** Address that the libp2p host listens on; /ip4/0.0.0.0/tcp/4001 for every interface. Default: "/ip4/127.0.0.1/tcp/4001". A change is applied: rolling. Since 0.1.0; source 000:139. */
  listenAddr?: Input<string>;
  /** Addresses that other nodes are told, where those it listens on can't be reached. Default: []. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  announceAddrs?: Input<Input<string>[]>;
  /** Nodes to call first; empty on a single node and on the first of a cluster. Default: []. A change is applied: rolling. Since 0.1.0; source 000:140. */
  bootstrapPeers?: Input<Input<string>[]>;
  /** Peer ids that may connect beside the nodes of the cluster; everyone else is refused. Default: []. A change is applied: hot. Since 0.1.0; source quorumkit. */
  allowedPeers?: Input<Input<string>[]>;
  /** Private key that the peer id comes from; p2p.key in the data directory where none is given. A change is applied: restart. Since 0.1.0; source quorumkit. */
  identityFile?: Input<string>;
  discovery?: Input<P2pDiscoveryArgs>;
  tls?: Input<P2pTlsArgs>;
}

/** How nodes find each other beside bootstrap_peers. */
export interface P2pDiscoveryArgs {
  /** A second TCP port of the libp2p host, for firewalls that keep discovery apart from transfers. Range: 1 to 65535. A change is applied: rolling. Since 0.1.0; source 000:50. */
  port?: Input<number>;
  mdns?: Input<P2pDiscoveryMdnsArgs>;
  dht?: Input<P2pDiscoveryDhtArgs>;
}

/** Finds nodes on the same LAN. */
export interface P2pDiscoveryMdnsArgs {
  /** Announces and looks for nodes by multicast DNS. Default: true. A change is applied: rolling. Since 0.1.0; source 000:211. */
  enabled?: Input<boolean>;
}

/** Finds nodes through a distributed hash table. */
export interface P2pDiscoveryDhtArgs {
  /** Takes part in the DHT. Default: false. A change is applied: rolling. Since 0.1.0; source 000:213. */
  enabled?: Input<boolean>;
  /** Answers queries, or only asks. Where none is given members answer and gateways ask. A change is applied: rolling. Since 0.1.0; source 000:214. */
  mode?: Input<"server" | "client">;
}

/** Certificates of a managed etcd's peers and clients and of calls from node to node. libp2p itself is always encrypted (noise). */
export interface P2pTlsArgs {
  /** Turns TLS on. Default: false. A change is applied: rolling. Since 0.1.0; source 000:949. */
  enabled?: Input<boolean>;
  /** Certificate in PEM, with its intermediates. A change is applied: rolling. Since 0.1.0; source 000:950. */
  certFile?: Input<string>;
  /** Private key of the certificate, in PEM. A change is applied: rolling. Since 0.1.0; source 000:951. */
  keyFile?: Input<string>;
  /** Authorities that sign the certificates of the other side; the system's own where none is given. A change is applied: rolling. Since 0.1.0; source 004:911. */
  caFile?: Input<string>;
  /** Refuses whoever shows no certificate that an authority of ca_file signed. Default: true. A change is applied: rolling. Since 0.1.0; source 004:912. */
  verifyPeer?: Input<boolean>;
  /** Oldest protocol version that is spoken. Default: "TLSv1.2". A change is applied: rolling. Since 0.1.0; source quorumkit. */
  minVersion?: Input<"TLSv1.2" | "TLSv1.3">;
}

/** The engine that members agree through, and its timing (guides 000 and 003). */
export interface ConsensusArgs {
  /** What holds the state: SQLite in the node, or etcd. Embedded for a lone node, etcd for more, where none is given. A change is applied: migrate. Since 0.1.0; source quorumkit. */
  engine?: Input<"embedded" | "etcd">;
  /** Whether the node starts and supervises etcd itself, or uses the one at endpoints. Default: "managed". A change is applied: migrate. Since 0.1.0; source quorumkit. */
  mode?: Input<"managed" | "external">;
  /** Client URLs of an external etcd. Default: []. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  endpoints?: Input<Input<string>[]>;
  /** Program of a managed etcd, version 3.6. Without it the one that QUORUMKIT_ETCD names, else etcd on the PATH. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  binary?: Input<string>;
  /** Client port of a managed etcd, on the address of the API; 2379 where none is given. Range: 1 to 65535. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  clientPort?: Input<number>;
  /** Peer port of a managed etcd, on the address of the API; 2380 where none is given. Range: 1 to 65535. A change is applied: migrate. Since 0.1.0; source 004:242. */
  peerPort?: Input<number>;
  tls?: Input<ConsensusTlsArgs>;
  /** The consensus protocol; etcd has no other. Default: "raft". A change is applied: restart. Since 0.1.0; source 000:143. */
  algorithm?: Input<"raft">;
  /** How long members wait for a heartbeat before they elect a leader; etcd adds up to as much again by chance. At least 5x heartbeat_interval. Default: "5s". Range: 50ms to 50s. A change is applied: rolling. Since 0.1.0; source 000:144. */
  electionTimeout?: Input<string>;
  /** How often the leader shows that it is there; about the round trip between members. Default: "1s". Range: 10ms to 10s. A change is applied: rolling. Since 0.1.0; source 000:145. */
  heartbeatInterval?: Input<string>;
  /** Number of members that is expected; a check on the spec, since members says how many there are. Range: 1 to 7. Unit: members. A change is applied: rolling. Since 0.1.0; source 000:220. */
  clusterSize?: Input<number>;
  /** Log entries after which the state is written out as a snapshot. Default: 1000. Range: 100 to 1000000. Unit: entries. A change is applied: rolling. Since 0.1.0; source 003:206. */
  snapshotThreshold?: Input<number>;
  /** Log entries that are kept for slow followers and for watches from a past revision. Default: 10000. Range: 1000 to 10000000. Unit: entries. A change is applied: rolling. Since 0.1.0; source 003:207. */
  maxLogSize?: Input<number>;
  /** Client writes that share one commit at most. Default: 100. Range: 1 to 128. Unit: operations. A change is applied: rolling. Since 0.1.0; source 003:650. */
  maxBatchSize?: Input<number>;
  /** How long a write or linearizable read waits for etcd before it is refused. Default: "5s". Range: 100ms to 1m. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  requestTimeout?: Input<string>;
  /** State that a node keeps in memory, so that reads are answered without etcd; a larger state is read from etcd. Default: "64Mi". Range: 0B to 8Gi. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  cacheSize?: Input<string>;
  /** Size of the state at which writes are refused until space is made. Default: "2Gi". Range: 64Mi to 8Gi. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  quota?: Input<string>;
}

/** Certificates for an external etcd. A managed one uses those of p2p.tls. */
export interface ConsensusTlsArgs {
  /** Turns TLS on. Default: false. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  enabled?: Input<boolean>;
  /** Certificate in PEM, with its intermediates. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  certFile?: Input<string>;
  /** Private key of the certificate, in PEM. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  keyFile?: Input<string>;
  /** Authorities that sign the certificates of the other side; the system's own where none is given. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  caFile?: Input<string>;
  /** Refuses whoever shows no certificate that an authority of ca_file signed. Default: true. A change is applied: rolling. Since 0.1.0; source 004:912. */
  verifyPeer?: Input<boolean>;
  /** Oldest protocol version that is spoken. Default: "TLSv1.2". A change is applied: rolling. Since 0.1.0; source quorumkit. */
  minVersion?: Input<"TLSv1.2" | "TLSv1.3">;
}

/** Retries, breaker, detection, healing and redundancy (guide 001). */
export interface FaultToleranceArgs {
  /** Master switch of fault tolerance. Default: true. A change is applied: hot. Since 0.1.0; source 001:61. */
  enabled?: Input<boolean>;
  /** Attempts for one failed operation. Default: 3. Range: 1 to 10. Unit: attempts. A change is applied: hot. Since 0.1.0; source 001:62. */
  retryAttempts?: Input<number>;
  /** Wait before the first retry. Default: "1s". Range: 100ms to 30s. A change is applied: hot. Since 0.1.0; source 001:63. */
  retryDelay?: Input<string>;
  /** How often nodes are checked. Default: "30s". Range: 5s to 10m. A change is applied: hot. Since 0.1.0; source 001:64. */
  healthCheckInterval?: Input<string>;
  /** Time limit of a recovery. Default: "5m". Range: 30s to 30m. A change is applied: hot. Since 0.1.0; source 001:65. */
  recoveryTimeout?: Input<string>;
  /** Stops calling what keeps failing. Default: true. A change is applied: hot. Since 0.1.0; source 001:66. */
  circuitBreakerEnabled?: Input<boolean>;
  /** How often the state is checkpointed. Default: "1m". Range: 10s to 1h. A change is applied: hot. Since 0.1.0; source 001:67. */
  checkpointInterval?: Input<string>;
  /** Retries after which an operation is given up. Default: 5. Range: 1 to 20. Unit: retries. A change is applied: hot. Since 0.1.0; source 001:68. */
  maxRetries?: Input<number>;
  /** Base of the exponential backoff. Default: "2s". Range: 100ms to 60s. A change is applied: hot. Since 0.1.0; source 001:69. */
  retryBackoff?: Input<string>;
  /** Copies of critical data. Default: 2. Range: 1 to 5. Unit: copies. A change is applied: hot. Since 0.1.0; source 001:70. */
  replicationFactor?: Input<number>;
  predictiveDetection?: Input<FaultTolerancePredictiveDetectionArgs>;
  selfHealing?: Input<FaultToleranceSelfHealingArgs>;
  redundancy?: Input<FaultToleranceRedundancyArgs>;
  performanceTracking?: Input<FaultTolerancePerformanceTrackingArgs>;
  configAdaptation?: Input<FaultToleranceConfigAdaptationArgs>;
}

/** Notices trouble before it is a failure (guide 001, Predictive Detection). */
export interface FaultTolerancePredictiveDetectionArgs {
  /** Turns predictive detection on. Default: true. A change is applied: hot. Since 0.1.0; source 001:109. */
  enabled?: Input<boolean>;
  /** A prediction below this confidence is not acted on. Default: 0.8. Range: 0.0 to 1.0. A change is applied: hot. Since 0.1.0; source 001:110. */
  confidenceThreshold?: Input<number>;
  /** How often predictions are made. Default: "30s". Range: 1s to 5m. A change is applied: hot. Since 0.1.0; source 001:111. */
  predictionInterval?: Input<string>;
  /** How far back a prediction looks. Default: "5m". Range: 1m to 1h. A change is applied: hot. Since 0.1.0; source 001:112. */
  windowSize?: Input<string>;
  /** How unusual a value must be to count as an anomaly. Default: 0.7. Range: 0.0 to 1.0. A change is applied: hot. Since 0.1.0; source 001:113. */
  threshold?: Input<number>;
  /** Uses the learned detectors. Default: true. A change is applied: hot. Since 0.1.0; source 001:114. */
  enableMlDetection?: Input<boolean>;
  /** Uses the statistical detectors. Default: true. A change is applied: hot. Since 0.1.0; source 001:115. */
  enableStatistical?: Input<boolean>;
  /** Uses the pattern detectors. Default: true. A change is applied: hot. Since 0.1.0; source 001:116. */
  enablePatternRecognition?: Input<boolean>;
}

/** Mends what is found, within limits (guide 001, Self-Healing). */
export interface FaultToleranceSelfHealingArgs {
  /** Turns self-healing on. Default: true. A change is applied: hot. Since 0.1.0; source 001:199. */
  enabled?: Input<boolean>;
  /** Health below which healing starts. Default: 0.7. Range: 0.0 to 1.0. A change is applied: hot. Since 0.1.0; source 001:200. */
  healingThreshold?: Input<number>;
  /** Time between healing attempts. Should be at least 3x monitoring_interval. Default: "1m". Range: 10s to 30m. A change is applied: hot. Since 0.1.0; source 001:201. */
  healingInterval?: Input<string>;
  /** How often the system is looked at. Default: "30s". Range: 1s to 5m. A change is applied: hot. Since 0.1.0; source 001:202. */
  monitoringInterval?: Input<string>;
  /** How often the results of past healing are taken into account. Default: "5m". Range: 1m to 1h. A change is applied: hot. Since 0.1.0; source 001:203. */
  learningInterval?: Input<string>;
  /** May restart a failing service. Default: true. A change is applied: hot. Since 0.1.0; source 001:204. */
  serviceRestart?: Input<boolean>;
  /** May move resources between services. Default: true. A change is applied: hot. Since 0.1.0; source 001:205. */
  resourceReallocation?: Input<boolean>;
  /** May move load to other nodes. Default: true. A change is applied: hot. Since 0.1.0; source 001:206. */
  loadRedistribution?: Input<boolean>;
  /** Learns from past healing. Default: true. A change is applied: hot. Since 0.1.0; source 001:207. */
  enableLearning?: Input<boolean>;
  /** Heals on predictions; needs predictive detection. Default: true. A change is applied: hot. Since 0.1.0; source 001:208. */
  enablePredictive?: Input<boolean>;
  /** Heals before a threshold is reached. Default: true. A change is applied: hot. Since 0.1.0; source 001:209. */
  enableProactive?: Input<boolean>;
  /** May fail over by itself. Default: true. A change is applied: hot. Since 0.1.0; source 001:210. */
  enableFailover?: Input<boolean>;
  /** May ask for more gateways. Default: true. A change is applied: hot. Since 0.1.0; source 001:211. */
  enableScaling?: Input<boolean>;
}

/** How many copies of critical components are kept (guide 001, Redundancy Management). */
export interface FaultToleranceRedundancyArgs {
  /** Turns redundancy management on. Default: true. A change is applied: hot. Since 0.1.0; source 001:267. */
  enabled?: Input<boolean>;
  /** Copies by default. Default: 2. Range: 1 to 10. Unit: copies. A change is applied: hot. Since 0.1.0; source 001:268. */
  defaultFactor?: Input<number>;
  /** Copies at most. Default: 5. Range: 1 to 20. Unit: copies. A change is applied: hot. Since 0.1.0; source 001:269. */
  maxFactor?: Input<number>;
  /** How often copies are counted and mended. Default: "5m". Range: 1m to 1h. A change is applied: hot. Since 0.1.0; source 001:270. */
  updateInterval?: Input<string>;
}

/** Keeps figures to decide by (guide 001, Performance Tracking). */
export interface FaultTolerancePerformanceTrackingArgs {
  /** Turns performance tracking on. Default: true. A change is applied: hot. Since 0.1.0; source 001:291. */
  enabled?: Input<boolean>;
  /** How far back figures are kept. At least 3x healing_interval. Default: "10m". Range: 1m to 1h. A change is applied: hot. Since 0.1.0; source 001:292. */
  windowSize?: Input<string>;
}

/** Tunes options inside their ranges (guide 001, Configuration Adaptation). */
export interface FaultToleranceConfigAdaptationArgs {
  /** Turns config adaptation on. Default: true. A change is applied: hot. Since 0.1.0; source 001:313. */
  enabled?: Input<boolean>;
  /** How often options are tuned. Should be at least 10x healing_interval. Default: "15m". Range: 1m to 24h. A change is applied: hot. Since 0.1.0; source 001:314. */
  interval?: Input<string>;
}

/** Directories, limits and retention of a node (guide 000, Persistent Storage). */
export interface StorageArgs {
  /** Directory of the node's data. One node at a time can use it. Default: "/var/lib/quorumkit". A change is applied: migrate. Since 0.1.0; source 000:1142. */
  dataDir?: Input<string>;
  /** Directory of etcd's write-ahead log, for a disk of its own; in the data directory where none is given. A change is applied: migrate. Since 0.1.0; source 000:1145. */
  walDir?: Input<string>;
  /** Directory of half-made files. Each node empties a directory of its own in it when it starts. Default: "/tmp/quorumkit". A change is applied: rolling. Since 0.1.0; source 000:1148. */
  tempDir?: Input<string>;
  /** Space that a node's data may take; writes are refused before the disk is full. Default: "50GB". Range: 100MB to 1000TB. A change is applied: hot. Since 0.1.0; source 000:1151. */
  maxSize?: Input<string>;
  /** How often what retention_period lets go is removed. Default: "1h". Range: 1m to 7d. A change is applied: hot. Since 0.1.0; source 000:1152. */
  cleanupInterval?: Input<string>;
  /** How long old revisions and temporary files are kept; finished tasks have tasks.retention. Live data never expires. Default: "7d". Range: 1h to 3650d. A change is applied: hot. Since 0.1.0; source 000:1153. */
  retentionPeriod?: Input<string>;
  database?: Input<StorageDatabaseArgs>;
}

/** The SQLite database of the embedded engine (guide 003, Database Optimization). */
export interface StorageDatabaseArgs {
  /** Database file; <system>.db in the data directory where none is given. A change is applied: migrate. Since 0.1.0; source 003:199. */
  path?: Input<string>;
  /** Memory that the database may take. Default: "512MB". Range: 16MB to 64GB. A change is applied: rolling. Since 0.1.0; source 003:676. */
  memoryLimit?: Input<string>;
  /** Pages of 4 KiB that the database keeps in memory. Default: 10000. Range: 100 to 10000000. Unit: pages. A change is applied: rolling. Since 0.1.0; source 003:680. */
  cacheSize?: Input<number>;
  /** Journal of the database. Group commit needs the write-ahead log. Default: "WAL". A change is applied: restart. Since 0.1.0; source 003:678. */
  journalMode?: Input<"WAL">;
  /** When the database waits for the disk. NORMAL is rejected: it can lose acknowledged writes. Default: "FULL". A change is applied: rolling. Since 0.1.0; source 003:679. */
  synchronous?: Input<"FULL" | "EXTRA" | "NORMAL">;
}

/** Copies of workload data (guide 000, Data Replication). */
export interface ReplicationArgs {
  /** Whether a write waits for min_replicas copies before it is acknowledged. Default: "sync". A change is applied: rolling. Since 0.1.0; source 000:1162. */
  mode?: Input<"sync" | "async">;
  /** Copies that a write waits for in mode sync; 2, or 1 on a single member, where none is given. Range: 1 to 7. Unit: copies. A change is applied: rolling. Since 0.1.0; source 000:1165. */
  minReplicas?: Input<number>;
  /** How long a write waits for its copies before it fails. Default: "30s". Range: 100ms to 10m. A change is applied: hot. Since 0.1.0; source 000:1168. */
  timeout?: Input<string>;
  /** What happens to the older of two writes made in different regions: replaced, or kept and the newer refused. Default: "last_write_wins". A change is applied: rolling. Since 0.1.0; source 000:1171. */
  conflictResolution?: Input<"last_write_wins" | "reject">;
  crossRegion?: Input<ReplicationCrossRegionArgs>;
}

/** Copies in other regions (guide 000, Multi-Region Deployment). */
export interface ReplicationCrossRegionArgs {
  /** Copies data to the other regions. Default: false. A change is applied: rolling. Since 0.1.0; source 000:1050. */
  enabled?: Input<boolean>;
  /** Regions that hold copies. Default: []. A change is applied: rolling. Since 0.1.0; source 000:1051. */
  regions?: Input<Input<string>[]>;
  /** How often changes are sent; what a lost region may take with it. Default: "30s". Range: 1s to 24h. A change is applied: hot. Since 0.1.0; source 000:1055. */
  syncInterval?: Input<string>;
}

/** Credentials, permissions, audit and TLS policy. */
export interface SecurityArgs {
  /** Bearer token with every permission. Without any credential admin paths are closed. A change is applied: hot. Secret. Since 0.1.0; source design. */
  adminToken?: Input<string>;
  /** File that holds the admin token alone. A change is applied: hot. Since 0.1.0; source design. */
  adminTokenFile?: Input<string>;
  /** API keys. Default: []. A change is applied: hot. Since 0.1.0; source 004:962. */
  apiKeys?: Input<Input<SecurityApiKeysItemArgs>[]>;
  /** YAML file with further API keys, a list of the same form. It is read again on a reload. A change is applied: hot. Since 0.1.0; source 004:286. */
  apiKeysFile?: Input<string>;
  /** Users; they log in for a token, which needs a JWT provider with a secret. Default: []. A change is applied: hot. Since 0.1.0; source 003:601. */
  users?: Input<Input<SecurityUsersItemArgs>[]>;
  /** Networks that may reach the API, for firewalls and network policies. Empty: every network. Default: []. A change is applied: hot. Since 0.1.0; source 003:619. */
  clientNetworks?: Input<Input<string>[]>;
  addressRateLimit?: Input<SecurityAddressRateLimitArgs>;
  auth?: Input<SecurityAuthArgs>;
  rbac?: Input<SecurityRbacArgs>;
  audit?: Input<SecurityAuditArgs>;
  tls?: Input<SecurityTlsArgs>;
}

/** A key of a program, with its permissions and limits. */
export interface SecurityApiKeysItemArgs {
  /** The key itself. A change is applied: hot. Secret. Since 0.1.0; source 004:963. */
  key: Input<string>;
  /** Name of the key, for logs and limits. A change is applied: hot. Since 0.1.0; source 004:964. */
  name: Input<string>;
  /** Roles and permissions of the key. A change is applied: hot. Since 0.1.0; source 004:965. */
  permissions: Input<Input<string>[]>;
  rateLimits?: Input<SecurityApiKeysRateLimitsItemArgs>;
  quotas?: Input<SecurityApiKeysQuotasItemArgs>;
  /** Networks that the key may be used from. Empty: from anywhere. Default: []. A change is applied: hot. Since 0.1.0; source 004:969. */
  ipAllowlist?: Input<Input<string>[]>;
  /** Time from which the key is refused. Without it the key doesn't expire. A change is applied: hot. Since 0.1.0; source 004:972. */
  expiresAt?: Input<string>;
}

/** How fast one node takes requests with the key. */
export interface SecurityApiKeysRateLimitsItemArgs {
  /** Requests a second in the long run. Without it there is no limit. Range: 1 to 1000000. Unit: requests per second. A change is applied: hot. Since 0.1.0; source 004:967. */
  requestsPerSecond?: Input<number>;
  /** Requests taken at once. Without it, twice requests_per_second. Range: 1 to 1000000. Unit: requests. A change is applied: hot. Since 0.1.0; source 004:968. */
  burstSize?: Input<number>;
}

/** How much the whole cluster does for the key in a day (UTC). */
export interface SecurityApiKeysQuotasItemArgs {
  /** Documents and key-value entries written in a day. Without it there is no limit. Range: 0 to . Unit: documents per day. A change is applied: hot. Since 0.1.0; source 004:981. */
  documentsPerDay?: Input<number>;
  /** Searches made in a day. Without it there is no limit. Range: 0 to . Unit: searches per day. A change is applied: hot. Since 0.1.0; source 004:982. */
  searchesPerDay?: Input<number>;
}

/** Somebody who logs in with a password. */
export interface SecurityUsersItemArgs {
  /** Name to log in with. A change is applied: hot. Since 0.1.0; source 003:602. */
  username: Input<string>;
  /** Hash of the password, never the password. A change is applied: hot. Secret. Since 0.1.0; source 004:946. */
  passwordHash: Input<string>;
  /** Roles of the user; without one the user may do nothing. Default: []. A change is applied: hot. Since 0.1.0; source 004:947. */
  roles?: Input<Input<string>[]>;
}

/** How fast one node takes requests from one client address. */
export interface SecurityAddressRateLimitArgs {
  /** Requests a second in the long run. Without it there is no limit. Range: 1 to 1000000. Unit: requests per second. A change is applied: hot. Since 0.1.0; source 004:380. */
  requestsPerSecond?: Input<number>;
  /** Requests taken at once. Without it, twice requests_per_second. Range: 1 to 1000000. Unit: requests. A change is applied: hot. Since 0.1.0; source 004:380. */
  burstSize?: Input<number>;
}

/** Who may use the API. Admin paths need a credential whether it is on or not. */
export interface SecurityAuthArgs {
  /** Refuses every API request without a credential; health and readiness stay open. Default: false. A change is applied: hot. Since 0.1.0; source 000:958. */
  enabled?: Input<boolean>;
  /** What counts as a credential, asked in this order. API keys count without being named here. Default: []. A change is applied: hot. Since 0.1.0; source 000:959. */
  providers?: Input<Input<{ type: "jwt"; secret?: Input<string>; algorithm?: Input<"HS256" | "RS256">; publicKeyFile?: Input<string>; jwksUrl?: Input<string>; tokenLifetime?: Input<string>; issuer?: Input<string>; audience?: Input<string>; rolesClaim?: Input<string> } | { type: "oauth2"; clientId: Input<string>; clientSecret?: Input<string>; providerUrl: Input<string>; rolesClaim?: Input<string> } | { type: "api_key"; header?: Input<string> }>[]>;
}

/** What those who got in may do. */
export interface SecurityRbacArgs {
  /** Checks permissions. Off, whoever has a credential may do everything. Default: true. A change is applied: hot. Since 0.1.0; source 000:972. */
  enabled?: Input<boolean>;
  /** The roles. Default: [{"name":"admin","permissions":["*"]},{"name":"operator","permissions":["read","inference"]},{"name":"readonly","permissions":["read"]}]. A change is applied: hot. Since 0.1.0; source 000:973. */
  roles?: Input<Input<SecurityRbacRolesItemArgs>[]>;
}

/** A set of permissions. */
export interface SecurityRbacRolesItemArgs {
  /** Name of the role. A change is applied: hot. Since 0.1.0; source 004:923. */
  name: Input<string>;
  /** What the role may do: `*` is everything, `data:*` everything with data, `read` any reading. A change is applied: hot. Since 0.1.0; source 004:924. */
  permissions: Input<Input<string>[]>;
}

/** Who did what: one line of JSON for every request that changes something or is refused. */
export interface SecurityAuditArgs {
  /** Writes the audit log. Default: true. A change is applied: hot. Since 0.1.0; source 002:805. */
  enabled?: Input<boolean>;
  /** File to write to. Without it the lines go into the node's log, marked as audit. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  file?: Input<string>;
  /** Also writes down requests that only read. Default: false. A change is applied: hot. Since 0.1.0; source quorumkit. */
  reads?: Input<boolean>;
}

/** What every TLS listener of the cluster speaks; certificates and versions stand with each listener. */
export interface SecurityTlsArgs {
  /** Ciphers of TLS 1.2 in order of preference. Empty: those that OpenSSL thinks safe. Default: []. A change is applied: rolling. Since 0.1.0; source 004:399. */
  ciphers?: Input<Input<string>[]>;
  /** Lets the server's order of ciphers win over the client's. Default: false. A change is applied: rolling. Since 0.1.0; source 004:400. */
  preferServerCiphers?: Input<boolean>;
}

/** Buffers, sockets and connection limits (guides 000 and 003, Network Optimization). */
export interface NetworkArgs {
  /** Bytes held for sending on one connection before its writer is slowed down. Default: "1MB". Range: 4KB to 64MB. A change is applied: rolling. Since 0.1.0; source 000:1120. */
  sendBufferSize?: Input<string>;
  /** Bytes read ahead on one connection before its sender is slowed down. Default: "1MB". Range: 4KB to 64MB. A change is applied: rolling. Since 0.1.0; source 000:1121. */
  recvBufferSize?: Input<string>;
  /** Sends small packets at once (TCP_NODELAY). Default: true. A change is applied: rolling. Since 0.1.0; source 000:1124. */
  tcpNodelay?: Input<boolean>;
  /** Probes idle connections, so that a vanished peer is noticed. Default: true. A change is applied: rolling. Since 0.1.0; source 000:1125. */
  tcpKeepalive?: Input<boolean>;
  connectionPool?: Input<NetworkConnectionPoolArgs>;
  /** Time limit for opening a connection. Default: "5s". Range: 100ms to 5m. A change is applied: rolling. Since 0.1.0; source 003:664. */
  connectionTimeout?: Input<string>;
  /** Further attempts at opening a connection. Default: 3. Range: 0 to 20. Unit: attempts. A change is applied: rolling. Since 0.1.0; source 003:665. */
  connectionRetryLimit?: Input<number>;
  /** Connections that the API accepts at once. Default: 1000. Range: 10 to 1000000. Unit: connections. A change is applied: rolling. Since 0.1.0; source 003:666. */
  maxConcurrentConnections?: Input<number>;
}

/** Connections kept open to each node and backend (guide 000, Network Optimization). */
export interface NetworkConnectionPoolArgs {
  /** Open connections to one node or backend at most. Default: 1000. Range: 1 to 100000. Unit: connections. A change is applied: rolling. Since 0.1.0; source 000:1129. */
  maxConnections?: Input<number>;
  /** How long an unused connection is kept. Default: "5m". Range: 1s to 24h. A change is applied: rolling. Since 0.1.0; source 000:1130. */
  idleTimeout?: Input<string>;
  /** Age at which a connection is replaced, so that new addresses are noticed. Default: "1h". Range: 1s to 7d. A change is applied: rolling. Since 0.1.0; source 000:1131. */
  maxLifetime?: Input<string>;
}

/** Metrics, logs, traces and alerts (guides 000, 002, 003 and 004). */
export interface MonitoringArgs {
  /** Serves metrics, and has the targets collect them. Default: true. A change is applied: rolling. Since 0.1.0; source 000:171. */
  enabled?: Input<boolean>;
  /** Address that the metrics bind to; that of the API where none is given. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  metricsHost?: Input<string>;
  /** Port of the metrics, at /metrics. Default: 9090. Range: 1 to 65535. A change is applied: rolling. Since 0.1.0; source 000:172. */
  metricsPort?: Input<number>;
  /** Serves the metrics over HTTPS, with the certificate and the protocol versions of api.tls. Default: false. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  tls?: Input<boolean>;
  /** Least severe messages that are logged. Default: "info". A change is applied: hot. Since 0.1.0; source 000:173. */
  logLevel?: Input<"debug" | "info" | "warn" | "error">;
  /** File that logs are written to beside standard output. A change is applied: rolling. Since 0.1.0; source 003:764. */
  logFile?: Input<string>;
  /** Size at which log_file is put aside and a new one begun. Default: "10Mi". Range: 64Ki to 10Gi. A change is applied: rolling. Since 0.1.0; source 003:765. */
  logMaxSize?: Input<string>;
  /** Log files put aside that are kept. Default: 10. Range: 0 to 1000. Unit: files. A change is applied: rolling. Since 0.1.0; source 003:766. */
  logBackupCount?: Input<number>;
  /** Logs elections, leader changes and membership changes in detail. Default: false. A change is applied: hot. Since 0.1.0; source 003:767. */
  logRaftEvents?: Input<boolean>;
  tracing?: Input<MonitoringTracingArgs>;
  /** How often Prometheus collects the metrics. Default: "15s". Range: 1s to 10m. A change is applied: hot. Since 0.1.0; source 000:1240. */
  scrapeInterval?: Input<string>;
  /** How long Prometheus keeps them. Default: "30d". Range: 1h to 3650d. A change is applied: hot. Since 0.1.0; source 002:741. */
  metricsRetention?: Input<string>;
  /** Loads the alert rules and runs Alertmanager on targets that have a Prometheus. Default: true. A change is applied: hot. Since 0.1.0; source 002:742. */
  alertingEnabled?: Input<boolean>;
}

/** Traces of requests over OTLP (guide 000, Bootstrap Node). */
export interface MonitoringTracingArgs {
  /** Sends traces. Default: false. A change is applied: rolling. Since 0.1.0; source 000:271. */
  enabled?: Input<boolean>;
  /** Share of requests that are traced. Default: 0.1. Range: 0.0 to 1.0. A change is applied: hot. Since 0.1.0; source 000:272. */
  sampleRate?: Input<number>;
  /** OTLP/HTTP collector. Default: "http://127.0.0.1:4318". A change is applied: rolling. Since 0.1.0; source quorumkit. */
  endpoint?: Input<string>;
}

/** Regular copies of all data away from the node (guide 000, Disaster Recovery). */
export interface BackupArgs {
  /** Makes backups. Default: false. A change is applied: hot. Since 0.1.0; source 000:1063. */
  enabled?: Input<boolean>;
  /** When, in UTC. Default: "0 2 * * *". A change is applied: hot. Since 0.1.0; source 000:1064. */
  schedule?: Input<string>;
  /** How long a backup is kept. The newest one that was verified is never removed. Default: "30d". Range: 1d to 3650d. A change is applied: hot. Since 0.1.0; source 000:1065. */
  retention?: Input<string>;
  storage?: Input<BackupStorageArgs>;
}

/** Where backups go (guide 000, Disaster Recovery). */
export interface BackupStorageArgs {
  /** A directory, best on another machine's disk, or an S3 bucket. Default: "filesystem". A change is applied: hot. Since 0.1.0; source 000:1067. */
  type?: Input<"filesystem" | "s3">;
  /** Directory for type filesystem; <data_dir>-backups where none is given. A change is applied: hot. Since 0.1.0; source quorumkit. */
  path?: Input<string>;
  /** Bucket for type s3. A change is applied: hot. Since 0.1.0; source 000:1069. */
  bucket?: Input<string>;
  /** Put before the names of all objects; the name of the cluster where none is given. A change is applied: hot. Since 0.1.0; source quorumkit. */
  prefix?: Input<string>;
  /** Region of the bucket. A change is applied: hot. Since 0.1.0; source 000:1070. */
  region?: Input<string>;
  /** Address of an S3-compatible service that is not Amazon's. A change is applied: hot. Since 0.1.0; source quorumkit. */
  endpoint?: Input<string>;
  /** Access key; that of the machine's role where none is given. A change is applied: hot. Secret. Since 0.1.0; source quorumkit. */
  accessKeyId?: Input<string>;
  /** Secret of the access key. A change is applied: hot. Secret. Since 0.1.0; source quorumkit. */
  secretAccessKey?: Input<string>;
  /** Encrypts backups before they leave the node. Default: true. A change is applied: hot. Since 0.1.0; source 000:1071. */
  encryption?: Input<boolean>;
  /** File with the password of encrypted backups; the components make one, kept as a stack secret, where none is given. A change is applied: hot. Since 0.1.0; source quorumkit. */
  passwordFile?: Input<string>;
}

/** Checkpoints to go back to, and what a crashed node does (guides 000 and 003). */
export interface RecoveryArgs {
  /** Keeps checkpoints on the node, for recovery to a point in time. Default: false. A change is applied: hot. Since 0.1.0; source 000:1075. */
  enabled?: Input<boolean>;
  /** How often a checkpoint is made. fault_tolerance.checkpoint_interval is that of running work. Default: "5m". Range: 10s to 24h. A change is applied: hot. Since 0.1.0; source 000:1076. */
  checkpointInterval?: Input<string>;
  /** Checkpoints that are kept. Default: 100. Range: 1 to 10000. Unit: checkpoints. A change is applied: hot. Since 0.1.0; source 000:1077. */
  maxCheckpoints?: Input<number>;
  /** Directory of checkpoints and of a recovery's work; recovery in the data directory where none is given. A change is applied: rolling. Since 0.1.0; source 003:453. */
  dir?: Input<string>;
  /** Restarts a crashed node. Default: true. A change is applied: hot. Since 0.1.0; source 003:455. */
  autoRestart?: Input<boolean>;
  /** Copies the data before a recovery touches it. Default: true. A change is applied: hot. Since 0.1.0; source 003:456. */
  backupBeforeRecovery?: Input<boolean>;
  /** Restarts in a row after which a node is left down. Default: 5. Range: 1 to 100. Unit: attempts. A change is applied: hot. Since 0.1.0; source 003:457. */
  maxRestartAttempts?: Input<number>;
  /** Wait between restarts. Default: "60s". Range: 1s to 1h. A change is applied: hot. Since 0.1.0; source 003:458. */
  restartCooldown?: Input<string>;
}

/** Cores, memory and disk of a node (guide 000, Resource Tuning). */
export interface ResourcesArgs {
  requests?: Input<ResourcesRequestsArgs>;
  limits?: Input<ResourcesLimitsArgs>;
  cpu?: Input<ResourcesCpuArgs>;
  memory?: Input<ResourcesMemoryArgs>;
  storage?: Input<ResourcesStorageArgs>;
}

/** What a node is given in any case (guide 000, StatefulSet). */
export interface ResourcesRequestsArgs {
  /** Cores. Default: "1". Unit: cores. A change is applied: rolling. Since 0.1.0; source 000:551. */
  cpu?: Input<string>;
  /** Memory. Default: "2Gi". Range: 128Mi to 64Ti. A change is applied: rolling. Since 0.1.0; source 000:552. */
  memory?: Input<string>;
  /** Size of the volume for the data directory, on targets that make volumes. Default: "50Gi". Range: 1Gi to 1000Ti. A change is applied: migrate. Since 0.1.0; source 000:567. */
  storage?: Input<string>;
}

/** What a node can't go beyond (guide 000, StatefulSet). storage.max_size limits its data. */
export interface ResourcesLimitsArgs {
  /** Cores. Default: "4". Unit: cores. A change is applied: rolling. Since 0.1.0; source 000:554. */
  cpu?: Input<string>;
  /** Memory; a node that takes more is killed. Default: "8Gi". Range: 128Mi to 64Ti. A change is applied: rolling. Since 0.1.0; source 000:555. */
  memory?: Input<string>;
}

/** Placement on cores (guide 000, Resource Tuning). */
export interface ResourcesCpuArgs {
  /** Cores of the machine that are left to other processes. Default: 0. Range: 0 to 256. Unit: cores. A change is applied: rolling. Since 0.1.0; source 000:1089. */
  reserved?: Input<number>;
  /** NUMA node or cores that the node runs on; all of them where none is given. A change is applied: rolling. Since 0.1.0; source 000:1091. */
  affinity?: Input<string>;
}

/** How memory is taken (guide 000, Resource Tuning). */
export interface ResourcesMemoryArgs {
  /** Page size; hugepages have to be set aside on the machine first. Default: "default". A change is applied: rolling. Since 0.1.0; source 000:1095. */
  allocation?: Input<"default" | "hugepages">;
  /** Which NUMA node's memory is used. Default: "default". A change is applied: rolling. Since 0.1.0; source 000:1097. */
  numaPolicy?: Input<"default" | "preferred" | "bind" | "interleave">;
}

/** How the disk is used (guide 000, Resource Tuning). */
export interface ResourcesStorageArgs {
  /** Kind of disk under the data directory; decides how much is written at a time. Default: "ssd". A change is applied: rolling. Since 0.1.0; source 000:1101. */
  type?: Input<"nvme" | "ssd" | "hdd">;
  /** Reads and writes bulk data (models, artifacts) past the page cache. Default: false. A change is applied: rolling. Since 0.1.0; source 000:1103. */
  directIo?: Input<boolean>;
  /** Read-ahead of bulk data; the system's own where none is given. Range: 4KB to 64MB. A change is applied: rolling. Since 0.1.0; source 000:1105. */
  readAhead?: Input<string>;
}

/** Memory management of the node and its engines (guide 000, Resource Tuning). */
export interface GcArgs {
  /** Heap growth at which engines written in Go (etcd, Weaviate, Ollama) collect garbage (GOGC). Default: 75. Range: 10 to 1000. Unit: percent. A change is applied: rolling. Since 0.1.0; source 000:1109. */
  targetPercentage?: Input<number>;
  /** Pauses of the node longer than this are logged and counted. Default: "10ms". Range: 1ms to 10s. A change is applied: hot. Since 0.1.0; source 000:1110. */
  maxPause?: Input<string>;
  /** Threads that collect the node's garbage beside its work. Default: 4. Range: 1 to 256. Unit: threads. A change is applied: rolling. Since 0.1.0; source 000:1111. */
  concurrentWorkers?: Input<number>;
}

/** The workload of system coordinator: tasks that workers claim, run and complete (guide 003). */
export interface TasksArgs {
  /** A claim without a heartbeat for this long is lost: its fencing token is void and the task is tried again. Default: "30s". Range: 1s to 1h. A change is applied: hot. Since 0.1.0; source quorumkit. */
  heartbeatTimeout?: Input<string>;
  /** How often lost claims, passed deadlines and due retries are looked for. Default: "1s". Range: 100ms to 1m. A change is applied: hot. Since 0.1.0; source quorumkit. */
  sweepInterval?: Input<string>;
  /** Time from submission after which an unfinished task fails, for tasks that name none. Without it there is none. Range: 1s to 365d. A change is applied: hot. Since 0.1.0; source quorumkit. */
  defaultDeadline?: Input<string>;
  /** Tasks that may wait at the same time; another one gets 429 with Retry-After. Default: 100000. Range: 1 to 10000000. Unit: tasks. A change is applied: hot. Since 0.1.0; source quorumkit. */
  maxQueued?: Input<number>;
  /** Tasks that one claim request may take. Default: 100. Range: 1 to 1000. Unit: tasks. A change is applied: hot. Since 0.1.0; source quorumkit. */
  maxClaim?: Input<number>;
  /** Largest payload of a task; etcd takes 1.5 MiB in one request. Default: "256Ki". Range: 1Ki to 1Mi. A change is applied: hot. Since 0.1.0; source quorumkit. */
  maxPayloadSize?: Input<string>;
  /** Largest result of a task. Default: "256Ki". Range: 1Ki to 1Mi. A change is applied: hot. Since 0.1.0; source quorumkit. */
  maxResultSize?: Input<string>;
  /** Retry-After of the 503 that new tasks get in maintenance mode. Default: "30s". Range: 1s to 1h. A change is applied: hot. Since 0.1.0; source 003:505. */
  maintenanceRetryAfter?: Input<string>;
  priorities?: Input<TasksPrioritiesArgs>;
  retry?: Input<TasksRetryArgs>;
  retention?: Input<TasksRetentionArgs>;
  keyValue?: Input<TasksKeyValueArgs>;
}

/** Tasks of a higher priority are claimed first. */
export interface TasksPrioritiesArgs {
  /** The lowest priority that a task may have. Default: 0. Range: -1000 to 1000. A change is applied: hot. Since 0.1.0; source quorumkit. */
  lowest?: Input<number>;
  /** The highest priority that a task may have. Default: 9. Range: -1000 to 1000. A change is applied: hot. Since 0.1.0; source quorumkit. */
  highest?: Input<number>;
  /** Priority of a task that names none. Default: 5. Range: -1000 to 1000. A change is applied: hot. Since 0.1.0; source quorumkit. */
  default?: Input<number>;
}

/** What happens to a task that failed or whose worker went silent. */
export interface TasksRetryArgs {
  /** Attempts, the first included, after which a task has failed for good. A task may ask for fewer. Default: 3. Range: 1 to 100. Unit: attempts. A change is applied: hot. Since 0.1.0; source quorumkit. */
  maxAttempts?: Input<number>;
  /** Wait before the second attempt. Default: "1s". Range: 0s to 1h. A change is applied: hot. Since 0.1.0; source quorumkit. */
  delay?: Input<string>;
  /** Factor by which the wait grows with every further attempt. Default: 2. Range: 1.0 to 10.0. A change is applied: hot. Since 0.1.0; source quorumkit. */
  backoff?: Input<number>;
  /** The longest wait between two attempts. Default: "5m". Range: 0s to 24h. A change is applied: hot. Since 0.1.0; source quorumkit. */
  maxDelay?: Input<string>;
}

/** How long finished tasks and old operations can be looked up. */
export interface TasksRetentionArgs {
  /** How long a completed, failed or cancelled task is kept. Default: "7d". Range: 1m to 365d. A change is applied: hot. Since 0.1.0; source quorumkit. */
  finishedTasks?: Input<string>;
  /** Finished tasks kept at most; the oldest go first. Default: 100000. Range: 0 to 10000000. Unit: tasks. A change is applied: hot. Since 0.1.0; source quorumkit. */
  maxFinishedTasks?: Input<number>;
  /** Entries of the operations log kept at most; the oldest go first. Default: 1000000. Range: 1000 to 100000000. Unit: operations. A change is applied: hot. Since 0.1.0; source quorumkit. */
  maxOperations?: Input<number>;
}

/** JSON values with compare-and-set and watch. */
export interface TasksKeyValueArgs {
  /** Largest value; etcd takes 1.5 MiB in one request. Default: "256Ki". Range: 1Ki to 1Mi. A change is applied: hot. Since 0.1.0; source quorumkit. */
  maxValueSize?: Input<string>;
  /** Watches open on one node at the same time; another one gets 503. Default: 1000. Range: 1 to 100000. Unit: watches. A change is applied: hot. Since 0.1.0; source quorumkit. */
  maxWatchers?: Input<number>;
}

/** The workload of system ollamamax: requests routed over model servers (guide 000). */
export interface InferenceArgs {
  /** The model servers of this node. By default the Ollama of the host. Default: [{"name":"local","url":"http://127.0.0.1:11434","weight":1,"maxConcurrent":4}]. A change is applied: hot. Since 0.1.0; source design. */
  backends?: Input<Input<InferenceBackendsItemArgs>[]>;
  /** Which model server gets a request: one that has the model loaded (the least loaded of them), the least loaded, or the next one. Default: "model_affinity". A change is applied: hot. Since 0.1.0; source 000:94. */
  scheduling?: Input<"model_affinity" | "least_loaded" | "round_robin">;
  /** Time limit of a request, its whole answer included. Default: "10m". Range: 1s to 24h. A change is applied: hot. Since 0.1.0; source quorumkit. */
  requestTimeout?: Input<string>;
  /** Time limit for the first part of an answer; loading a large model takes minutes. Default: "2m". Range: 1s to 1h. A change is applied: hot. Since 0.1.0; source quorumkit. */
  firstTokenTimeout?: Input<string>;
  /** How long a model server keeps a model loaded after its last request. Default: "5m". Range: 0s to 24h. A change is applied: hot. Since 0.1.0; source quorumkit. */
  keepAlive?: Input<string>;
  /** Models that are loaded when the node starts. Default: []. A change is applied: hot. Since 0.1.0; source 000:98. */
  preload?: Input<Input<string>[]>;
  queue?: Input<InferenceQueueArgs>;
}

/** An Ollama that the node sends requests to. */
export interface InferenceBackendsItemArgs {
  /** Name of the model server on this node. A change is applied: hot. Since 0.1.0; source quorumkit. */
  name: Input<string>;
  /** Where it is reached. A change is applied: hot. Since 0.1.0; source quorumkit. */
  url: Input<string>;
  /** Share of the requests it gets. Default: 1. Range: 1 to 100. A change is applied: hot. Since 0.1.0; source quorumkit. */
  weight?: Input<number>;
  /** Requests it works on at the same time. Default: 4. Range: 1 to 1000. Unit: requests. A change is applied: hot. Since 0.1.0; source quorumkit. */
  maxConcurrent?: Input<number>;
}

/** Requests that wait for a model server. */
export interface InferenceQueueArgs {
  /** Requests that may wait on one node; another one gets 503 with Retry-After. Default: 256. Range: 0 to 100000. Unit: requests. A change is applied: hot. Since 0.1.0; source quorumkit. */
  maxLength?: Input<number>;
  /** How long a request waits before it gets 503. Default: "30s". Range: 100ms to 10m. A change is applied: hot. Since 0.1.0; source quorumkit. */
  timeout?: Input<string>;
}

/** The workload of system grape: collections, documents and search (guide 004). */
export interface VectorsArgs {
  /** Dimension of vectors in a collection that names none. Default: 1536. Range: 1 to 65535. Unit: dimensions. A change is applied: migrate. Since 0.1.0; source 004:256. */
  dimension?: Input<number>;
  /** Measure of nearness in a collection that names none. Default: "cosine". A change is applied: migrate. Since 0.1.0; source quorumkit. */
  distance?: Input<"cosine" | "dot" | "l2">;
  /** Documents that the cluster takes; a further one gets 507. Default: 10000000. Range: 1 to 1000000000. Unit: documents. A change is applied: hot. Since 0.1.0; source 004:257. */
  maxDocuments?: Input<number>;
  /** Compresses documents at rest. A change applies to what is written from then on. Default: true. A change is applied: rolling. Since 0.1.0; source 004:259. */
  compression?: Input<boolean>;
  /** Copies of every shard, each on another member. Without it 3, or as many as there are members. Range: 1 to 7. Unit: copies. A change is applied: migrate. Since 0.1.0; source 004:261. */
  replicationFactor?: Input<number>;
  /** Copies that are asked for a document. `one` may answer with an older version. Default: "quorum". A change is applied: hot. Since 0.1.0; source 004:18. */
  readConsistency?: Input<"one" | "quorum" | "all">;
  cache?: Input<VectorsCacheArgs>;
  writes?: Input<VectorsWritesArgs>;
  shards?: Input<VectorsShardsArgs>;
  index?: Input<VectorsIndexArgs>;
  search?: Input<VectorsSearchArgs>;
}

/** Memory for what is read often. The parts together fit into the whole. */
export interface VectorsCacheArgs {
  /** Memory for all caches of one node. Default: "2048Mi". Range: 1Mi to 1Ti. A change is applied: rolling. Since 0.1.0; source 004:258. */
  size?: Input<string>;
  /** Part for vectors. Without it, half of the whole. Range: 1Mi to 1Ti. A change is applied: rolling. Since 0.1.0; source 004:1026. */
  vectors?: Input<string>;
  /** Part for documents and their metadata. Without it, a quarter of the whole. Range: 1Mi to 1Ti. A change is applied: rolling. Since 0.1.0; source 004:1027. */
  metadata?: Input<string>;
  /** Part for results of queries. Without it, a quarter of the whole. Range: 1Mi to 1Ti. A change is applied: rolling. Since 0.1.0; source 004:1028. */
  queries?: Input<string>;
  /** Keeps results of queries. A write to a collection drops the kept results of it. Default: true. A change is applied: hot. Since 0.1.0; source 004:275. */
  queryResults?: Input<boolean>;
  /** How long a kept result is used. Default: "10m". Range: 1s to 24h. A change is applied: hot. Since 0.1.0; source 004:276. */
  queryTtl?: Input<string>;
}

/** How documents are taken in. */
export interface VectorsWritesArgs {
  /** Documents that one request may carry. Default: 2000. Range: 1 to 100000. Unit: documents. A change is applied: hot. Since 0.1.0; source 004:273. */
  maxBatchSize?: Input<number>;
  /** Documents, of all requests in flight, that are written to the engine together. Default: 5000. Range: 1 to 100000. Unit: documents. A change is applied: hot. Since 0.1.0; source 004:1031. */
  batchSize?: Input<number>;
  /** Memory for documents that wait to be written; further writes wait. Default: "512Mi". Range: 1Mi to 64Gi. A change is applied: rolling. Since 0.1.0; source 004:1032. */
  bufferSize?: Input<string>;
  /** Write batches worked on at the same time. Default: 16. Range: 1 to 1024. Unit: batches. A change is applied: hot. Since 0.1.0; source 004:1033. */
  maxConcurrent?: Input<number>;
}

/** Shards are numbered from 0 and spread evenly over the members; they are not assigned by hand. */
export interface VectorsShardsArgs {
  /** Shards of a collection. A document's shard follows from its id, so a change moves data. Default: 16. Range: 1 to 1024. Unit: shards. A change is applied: migrate. Since 0.1.0; source 004:260. */
  count?: Input<number>;
  /** Size from which a shard counts as full: it is reported and an alert fires. Default: "1024Mi". Range: 16Mi to 1Ti. A change is applied: hot. Since 0.1.0; source 004:1037. */
  sizeLimit?: Input<string>;
  /** Compresses a shard's files when they are moved to another node or backed up. Default: true. A change is applied: hot. Since 0.1.0; source 004:1038. */
  compression?: Input<boolean>;
}

/** How vectors are found (guide 004, index). */
export interface VectorsIndexArgs {
  /** How vectors are found: `hnsw` walks a graph and is fast, `flat` compares with every vector and is exact. Default: "hnsw". A change is applied: migrate. Since 0.1.0; source 004:264. */
  type?: Input<"hnsw" | "flat">;
  /** Shrinks vectors in memory: `binary` to one bit a dimension (made for 1000 dimensions and more), `product` to pq_segments bytes. Results are ranked again by the whole vectors. Default: "none". A change is applied: migrate. Since 0.1.0; source 004:268. */
  quantization?: Input<"none" | "binary" | "product">;
  /** Parts that product quantization cuts a vector into; they divide the dimension. Default: 8. Range: 1 to 4096. Unit: segments. A change is applied: migrate. Since 0.1.0; source 004:1056. */
  pqSegments?: Input<number>;
  /** Deleted and replaced vectors after which the index is rebuilt in the background. Default: 100000. Range: 1000 to 1000000000. Unit: vectors. A change is applied: hot. Since 0.1.0; source 004:269. */
  rebuildThreshold?: Input<number>;
  /** Threads that build the index; 1 builds it serially. Without it, one for each core, at most 8. Range: 1 to 256. Unit: threads. A change is applied: rolling. Since 0.1.0; source 004:1051. */
  constructionThreads?: Input<number>;
  hnsw?: Input<VectorsIndexHnswArgs>;
}

/** The graph that a search walks. More links and a wider search find more and cost more. */
export interface VectorsIndexHnswArgs {
  /** Links of a vector on every level of the graph. A change rebuilds the index. Default: 32. Range: 4 to 128. Unit: links. A change is applied: migrate. Since 0.1.0; source 004:265. */
  m?: Input<number>;
  /** Candidates looked at when a vector is added. A change rebuilds the index. Default: 400. Range: 8 to 4096. Unit: candidates. A change is applied: migrate. Since 0.1.0; source 004:266. */
  efConstruction?: Input<number>;
  /** Candidates looked at in a search. Default: 128. Range: 1 to 4096. Unit: candidates. A change is applied: hot. Since 0.1.0; source 004:267. */
  efSearch?: Input<number>;
}

/** How queries are worked on (guide 004, performance). */
export interface VectorsSearchArgs {
  /** Threads that search. Without it, one for each core, at most 8. Range: 1 to 256. Unit: threads. A change is applied: rolling. Since 0.1.0; source 004:272. */
  threads?: Input<number>;
  /** Time limit of a query. Default: "10s". Range: 10ms to 10m. A change is applied: hot. Since 0.1.0; source 004:274. */
  timeout?: Input<string>;
  /** Results that one query may ask for. Default: 1000. Range: 1 to 10000. Unit: documents. A change is applied: hot. Since 0.1.0; source quorumkit. */
  maxResults?: Input<number>;
}

/** The workload of system maif: content-addressed artifacts (guide 002). */
export interface ArtifactsArgs {
  /** What a node does for artifacts: takes writes and keeps originals, keeps copies, or keeps what was read lately. Without it a member is primary for the blocks placed on it and secondary for the others, and a gateway is a cache. A change is applied: rolling. Since 0.1.0; source 002:83. */
  role?: Input<"primary" | "secondary" | "cache">;
  /** Copies of every block, each on another node. Without it 3, or as many as there are members. Range: 1 to 20. Unit: copies. A change is applied: hot. Since 0.1.0; source 002:101. */
  replicationFactor?: Input<number>;
  /** Copies that must have a write before it is acknowledged; `quorum` is a majority of them. Default: "quorum". A change is applied: hot. Since 0.1.0; source 002:102. */
  consistencyLevel?: Input<"one" | "quorum" | "all">;
  /** Size of the blocks that new artifacts are cut into. Default: "4Mi". Range: 64Ki to 64Mi. A change is applied: hot. Since 0.1.0; source quorumkit. */
  blockSize?: Input<string>;
  /** Largest artifact. Default: "10Gi". Range: 1Mi to 5Ti. A change is applied: hot. Since 0.1.0; source quorumkit. */
  maxArtifactSize?: Input<string>;
  /** Room for cached blocks on one node; those read longest ago go first. Default: "10Gi". Range: 1Mi to 100Ti. A change is applied: hot. Since 0.1.0; source 002:97. */
  cacheSize?: Input<string>;
  storage?: Input<ArtifactsStorageArgs>;
  placement?: Input<ArtifactsPlacementArgs>;
  failureDetection?: Input<ArtifactsFailureDetectionArgs>;
  repair?: Input<ArtifactsRepairArgs>;
}

/** Where the blocks of artifacts are kept (guide 002, storage). */
export interface ArtifactsStorageArgs {
  /** Where blocks are kept: `filesystem` is the node's own disk (guide 002: persistent-volume), `s3` a bucket that all nodes share. Default: "filesystem". A change is applied: migrate. Since 0.1.0; source 002:144. */
  backend?: Input<"filesystem" | "s3">;
  /** Directory of the blocks. Without it, `artifacts` in the node's data directory. A change is applied: migrate. Since 0.1.0; source 002:182. */
  directory?: Input<string>;
  s3?: Input<ArtifactsStorageS3Args>;
}

/** Any S3-compatible bucket. */
export interface ArtifactsStorageS3Args {
  /** Name of the bucket. A change is applied: migrate. Since 0.1.0; source design. */
  bucket?: Input<string>;
  /** Region of the bucket. Default: "us-east-1". A change is applied: rolling. Since 0.1.0; source design. */
  region?: Input<string>;
  /** Address of a service that is not AWS. Without it, that of AWS in the region. A change is applied: rolling. Since 0.1.0; source design. */
  endpoint?: Input<string>;
  /** Start of the names of all objects. Default: "". A change is applied: migrate. Since 0.1.0; source design. */
  prefix?: Input<string>;
  /** Puts the bucket into the path instead of the host name, as most services other than AWS want it. Default: false. A change is applied: rolling. Since 0.1.0; source design. */
  pathStyle?: Input<boolean>;
  /** Access key. Without it the credentials of the environment, machine or pod are used. A change is applied: rolling. Secret. Since 0.1.0; source design. */
  accessKeyId?: Input<string>;
  /** Secret of the access key. A change is applied: rolling. Secret. Since 0.1.0; source design. */
  secretAccessKey?: Input<string>;
}

/** Which sites may hold which class of artifacts (guide 002, configure_data_placement). */
export interface ArtifactsPlacementArgs {
  /** Where artifacts of class sensitive may be kept. A change applies to new artifacts; a rebalance moves the others. Default: "anywhere". A change is applied: hot. Since 0.1.0; source 002:711. */
  sensitiveData?: Input<"anywhere" | "on_premises" | "cloud" | "nearest_cluster" | "specific_region">;
  /** Where artifacts of class public may be kept. A change applies to new artifacts; a rebalance moves the others. Default: "anywhere". A change is applied: hot. Since 0.1.0; source 002:712. */
  publicData?: Input<"anywhere" | "on_premises" | "cloud" | "nearest_cluster" | "specific_region">;
  /** Where cached copies may be kept. A change applies to new artifacts; a rebalance moves the others. Default: "anywhere". A change is applied: hot. Since 0.1.0; source 002:713. */
  cachedData?: Input<"anywhere" | "on_premises" | "cloud" | "nearest_cluster" | "specific_region">;
  /** Where artifacts of class compliance may be kept. A change applies to new artifacts; a rebalance moves the others. Default: "anywhere". A change is applied: hot. Since 0.1.0; source 002:714. */
  complianceData?: Input<"anywhere" | "on_premises" | "cloud" | "nearest_cluster" | "specific_region">;
  /** The regions, by their names in regions.list, that `specific_region` stands for. Default: []. A change is applied: hot. Since 0.1.0; source 002:714. */
  specificRegions?: Input<Input<string>[]>;
}

/** When a node's copies count as lost, so that others are made (guide 002). */
export interface ArtifactsFailureDetectionArgs {
  /** How often nodes show that they are there. Default: "10s". Range: 100ms to 10m. A change is applied: hot. Since 0.1.0; source 002:520. */
  interval?: Input<string>;
  /** Intervals without a sign after which a node counts as lost: 3 of 10s are guide 002's timeout of 30s. Default: 3. Range: 1 to 100. Unit: intervals. A change is applied: hot. Since 0.1.0; source 002:521. */
  threshold?: Input<number>;
}

/** Looks for blocks that are damaged or have too few copies, and mends them from good copies. */
export interface ArtifactsRepairArgs {
  /** Turns repair on. Blocks are checked against their digest on every read in any case. Default: true. A change is applied: hot. Since 0.1.0; source 002:528. */
  enabled?: Input<boolean>;
  /** How often all blocks are checked. Default: "24h". Range: 1m to 30d. A change is applied: hot. Since 0.1.0; source quorumkit. */
  interval?: Input<string>;
}

/** Adds and takes away gateways by load. Members change only by the spec, one at a time. */
export interface AutoscalingArgs {
  /** Scales gateways by load. Default: false. A change is applied: hot. Since 0.1.0; source 000:890. */
  enabled?: Input<boolean>;
  /** Gateways at least. Default: 3. Range: 0 to 100. Unit: nodes. A change is applied: hot. Since 0.1.0; source 000:901. */
  minGateways?: Input<number>;
  /** Gateways at most. Default: 10. Range: 1 to 100. Unit: nodes. A change is applied: hot. Since 0.1.0; source 000:902. */
  maxGateways?: Input<number>;
  /** CPU use, of what is requested, that the number of gateways is fitted to. Default: 70. Range: 1 to 100. Unit: percent. A change is applied: hot. Since 0.1.0; source 000:909. */
  targetCpuUtilization?: Input<number>;
  /** Memory use, of what is requested, that the number of gateways is fitted to. Default: 80. Range: 1 to 100. Unit: percent. A change is applied: hot. Since 0.1.0; source 000:915. */
  targetMemoryUtilization?: Input<number>;
  scaleUp?: Input<AutoscalingScaleUpArgs>;
  scaleDown?: Input<AutoscalingScaleDownArgs>;
  /** Steps beside the targets, for targets that know them. A Kubernetes HPA takes the targets and the steps above alone. Default: []. A change is applied: hot. Since 0.1.0; source 002:407. */
  policies?: Input<Input<AutoscalingPoliciesItemArgs>[]>;
  vertical?: Input<AutoscalingVerticalArgs>;
}

/** How fast gateways are added or taken away. */
export interface AutoscalingScaleUpArgs {
  /** How long the need must last before a step (guide 002: cooldown). Default: "5m". Range: 0s to 1h. A change is applied: hot. Since 0.1.0; source 000:918. */
  stabilization?: Input<string>;
  /** Gateways in one step. Default: 2. Range: 1 to 50. Unit: nodes. A change is applied: hot. Since 0.1.0; source 000:921. */
  pods?: Input<number>;
  /** Time between two steps. Default: "60s". Range: 1s to 30m. A change is applied: hot. Since 0.1.0; source 000:922. */
  period?: Input<string>;
}

/** How fast gateways are added or taken away. */
export interface AutoscalingScaleDownArgs {
  /** How long the need must last before a step (guide 002: cooldown). Default: "5m". Range: 0s to 1h. A change is applied: hot. Since 0.1.0; source 000:924. */
  stabilization?: Input<string>;
  /** Gateways in one step. Default: 1. Range: 1 to 50. Unit: nodes. A change is applied: hot. Since 0.1.0; source 000:927. */
  pods?: Input<number>;
  /** Time between two steps. Default: "60s". Range: 1s to 30m. A change is applied: hot. Since 0.1.0; source 000:928. */
  period?: Input<string>;
}

/** A step that is taken when a threshold is passed. */
export interface AutoscalingPoliciesItemArgs {
  /** Name of the policy. A change is applied: hot. Since 0.1.0; source 002:409. */
  name: Input<string>;
  /** What is measured, as the mean of all gateways. A change is applied: hot. Since 0.1.0; source 002:410. */
  metric: Input<"cpu_utilization" | "memory_utilization">;
  /** Value above which (scale_up) or below which (scale_down) the step is taken. Range: 1 to 100. Unit: percent. A change is applied: hot. Since 0.1.0; source 002:411. */
  threshold: Input<number>;
  /** Direction of the step. A change is applied: hot. Since 0.1.0; source 002:412. */
  action: Input<"scale_up" | "scale_down">;
  /** Gateways added or taken away; the direction is that of the action. Default: 1. Range: 1 to 50. Unit: nodes. A change is applied: hot. Since 0.1.0; source 002:413. */
  adjustment?: Input<number>;
  /** How long the threshold must be passed. Default: "0s". Range: 0s to 24h. A change is applied: hot. Since 0.1.0; source 002:428. */
  duration?: Input<string>;
}

/** Fits CPU, memory and storage of the nodes to their use (guide 002, VerticalAutoScaler). */
export interface AutoscalingVerticalArgs {
  /** Nothing; only recommends; or applies, one node at a time, the leader last. Default: "off". A change is applied: hot. Since 0.1.0; source 002:453. */
  mode?: Input<"off" | "recommend" | "auto">;
  /** Time between two adjustments. Default: "5m". Range: 1m to 24h. A change is applied: hot. Since 0.1.0; source 002:482. */
  interval?: Input<string>;
  /** Share that is added to what a node was seen to need. Default: 0.2. Range: 0.0 to 1.0. A change is applied: hot. Since 0.1.0; source 002:483. */
  safetyMargin?: Input<number>;
  cpu?: Input<AutoscalingVerticalCpuArgs>;
  memory?: Input<AutoscalingVerticalMemoryArgs>;
  storage?: Input<AutoscalingVerticalStorageArgs>;
}

/** Bounds of its request. */
export interface AutoscalingVerticalCpuArgs {
  /** At least. Default: "1". Unit: cores. A change is applied: hot. Since 0.1.0; source 002:461. */
  min?: Input<string>;
  /** At most. Default: "16". Unit: cores. A change is applied: hot. Since 0.1.0; source 002:462. */
  max?: Input<string>;
  /** Use that the request is fitted to. Default: 70. Range: 1 to 100. Unit: percent. A change is applied: hot. Since 0.1.0; source 002:463. */
  targetUtilization?: Input<number>;
  /** Factor of one step up. Default: 1.5. Range: 1.01 to 10.0. A change is applied: hot. Since 0.1.0; source 002:464. */
  scalingFactor?: Input<number>;
}

/** Bounds of its request. */
export interface AutoscalingVerticalMemoryArgs {
  /** At least. Default: "4Gi". Range: 64Mi to 16Ti. A change is applied: hot. Since 0.1.0; source 002:467. */
  min?: Input<string>;
  /** At most. Default: "64Gi". Range: 64Mi to 16Ti. A change is applied: hot. Since 0.1.0; source 002:468. */
  max?: Input<string>;
  /** Use that the request is fitted to. Default: 80. Range: 1 to 100. Unit: percent. A change is applied: hot. Since 0.1.0; source 002:469. */
  targetUtilization?: Input<number>;
  /** Factor of one step up. Default: 1.3. Range: 1.01 to 10.0. A change is applied: hot. Since 0.1.0; source 002:470. */
  scalingFactor?: Input<number>;
}

/** Bounds of its volume. A volume grows, it never shrinks. */
export interface AutoscalingVerticalStorageArgs {
  /** At least. Default: "100Gi". Range: 1Gi to 1024Ti. A change is applied: hot. Since 0.1.0; source 002:473. */
  min?: Input<string>;
  /** At most. Default: "10Ti". Range: 1Gi to 1024Ti. A change is applied: hot. Since 0.1.0; source 002:474. */
  max?: Input<string>;
  /** Use from which the volume grows. Default: 85. Range: 1 to 100. Unit: percent. A change is applied: hot. Since 0.1.0; source 002:475. */
  growthThreshold?: Input<number>;
  /** Factor of one step up. Default: 2. Range: 1.01 to 10.0. A change is applied: hot. Since 0.1.0; source 002:476. */
  scalingFactor?: Input<number>;
}

/** The places that a multi-region cluster is deployed to (guide 002). */
export interface RegionsArgs {
  /** The regions. Empty: one, where the target is. Default: []. A change is applied: rolling. Since 0.1.0; source 002:350. */
  list?: Input<Input<RegionsListItemArgs>[]>;
  disasterRecovery?: Input<RegionsDisasterRecoveryArgs>;
  connectivity?: Input<RegionsConnectivityArgs>;
}

/** One place that the cluster is deployed to: a region of a cloud, or own premises. */
export interface RegionsListItemArgs {
  /** Name of the region in this spec. A change is applied: migrate. Since 0.1.0; source 002:350. */
  name: Input<string>;
  /** The primary takes writes; a secondary keeps a copy and takes over. Default: "secondary". A change is applied: rolling. Since 0.1.0; source 002:590. */
  role?: Input<"primary" | "secondary">;
  /** Whose machines they are. A change is applied: migrate. Since 0.1.0; source 002:622. */
  provider?: Input<"aws" | "gcp" | "azure" | "on_premises">;
  /** Members of the region's cluster. Default: 3. Unit: nodes. A change is applied: rolling. Since 0.1.0; source 002:650. */
  members?: Input<string>;
  /** Address of the region's load balancer, where it exists already. A change is applied: hot. Since 0.1.0; source 002:694. */
  endpoint?: Input<string>;
  /** Whether other regions reach it over the internet or over a private network. Default: "private". A change is applied: rolling. Since 0.1.0; source 002:685. */
  exposure?: Input<"public" | "private">;
  /** Laws that data in the region is under, for data residency. Empty: not said. Default: []. A change is applied: hot. Since 0.1.0; source 002:377. */
  jurisdictions?: Input<Input<string>[]>;
  location?: Input<RegionsListLocationItemArgs>;
  capacity?: Input<RegionsListCapacityItemArgs>;
  machines?: Input<RegionsListMachinesItemArgs>;
}

/** Where the region is, for geographic balancing. */
export interface RegionsListLocationItemArgs {
  /** Degrees north. Range: -90.0 to 90.0. Unit: degrees. A change is applied: hot. Since 0.1.0; source 002:352. */
  latitude: Input<number>;
  /** Degrees east. Range: -180.0 to 180.0. Unit: degrees. A change is applied: hot. Since 0.1.0; source 002:352. */
  longitude: Input<number>;
}

/** What the region can bear. Balancing and placement go by it. */
export interface RegionsListCapacityItemArgs {
  /** Requests a second that it is sent at most. Range: 1 to . Unit: requests per second. A change is applied: hot. Since 0.1.0; source 002:353. */
  requests?: Input<number>;
  /** Cores of all its machines. Range: 1 to . Unit: cores. A change is applied: hot. Since 0.1.0; source 002:683. */
  cpu?: Input<number>;
  /** Memory of all its machines. Range: 1Gi to . A change is applied: hot. Since 0.1.0; source 002:683. */
  memory?: Input<string>;
  /** Storage of all its machines. Range: 1Gi to . A change is applied: hot. Since 0.1.0; source 002:683. */
  storage?: Input<string>;
}

/** What is rented from a cloud provider, in the provider's own words. */
export interface RegionsListMachinesItemArgs {
  /** The provider's name of the region. Without it, the region's own name. A change is applied: migrate. Since 0.1.0; source 002:623. */
  region?: Input<string>;
  /** Type of the machines (instance_type, machine_type, vm_size). A change is applied: rolling. Since 0.1.0; source 002:624. */
  machineType?: Input<string>;
  /** Type of their volumes. A change is applied: migrate. Since 0.1.0; source 002:625. */
  storageType?: Input<string>;
  /** Existing network (VPC, VNet) that they join. A change is applied: migrate. Since 0.1.0; source 002:626. */
  network?: Input<string>;
}

/** What is promised when a region is lost, and how it is kept (guide 002). */
export interface RegionsDisasterRecoveryArgs {
  /** Time until the cluster works again. Drills measure it; an alert fires when it isn't kept. Default: "15m". Range: 1s to 7d. A change is applied: hot. Since 0.1.0; source 002:551. */
  rtoTarget?: Input<string>;
  /** How much of the latest writes may be lost. Default: "5m". Range: 0s to 7d. A change is applied: hot. Since 0.1.0; source 002:552. */
  rpoTarget?: Input<string>;
  /** How far a secondary region may be behind before an alert fires. Default: "30s". Range: 100ms to 24h. A change is applied: hot. Since 0.1.0; source 002:592. */
  replicationLagThreshold?: Input<string>;
  /** Makes a secondary the primary when the primary is lost. Off, a person does it. Default: true. A change is applied: hot. Since 0.1.0; source 002:597. */
  automatedFailover?: Input<boolean>;
  /** Checks a region's data before it becomes the primary. Default: true. A change is applied: hot. Since 0.1.0; source 002:598. */
  validateData?: Input<boolean>;
  /** Keeps the state from before a failover, so that it can be undone. Default: true. A change is applied: hot. Since 0.1.0; source 002:599. */
  rollback?: Input<boolean>;
}

/** How regions talk to each other. It is always TLS with AES-256 or better. */
export interface RegionsConnectivityArgs {
  /** Both sides show a certificate. Default: true. A change is applied: rolling. Since 0.1.0; source 002:721. */
  mutualTls?: Input<boolean>;
  /** The regions are joined by VPN tunnels that exist already, and are reached at private addresses. Default: false. A change is applied: rolling. Since 0.1.0; source 002:719. */
  vpnTunnels?: Input<boolean>;
}

/** What stands in front of the nodes on targets that have more than one. */
export interface LoadBalancerArgs {
  /** Puts a load balancer in front, where the target has more than one node. Default: true. A change is applied: hot. Since 0.1.0; source 000:714. */
  enabled?: Input<boolean>;
  /** Type of the Kubernetes Service that clients use. Default: "LoadBalancer". A change is applied: hot. Since 0.1.0; source 000:598. */
  serviceType?: Input<"ClusterIP" | "NodePort" | "LoadBalancer">;
  /** Image of the load balancer; it has to be on the host or in a registry that the host can reach. Default: "quorumkit/load-balancer:0.1.0". A change is applied: rolling. Since 0.1.0; source 000:714. */
  image?: Input<string>;
  /** How requests are spread. `adaptive` is done by the gateways, nginx then spreads over them by connections. Default: "least_connections". A change is applied: hot. Since 0.1.0; source 000:764. */
  strategy?: Input<"least_connections" | "round_robin" | "ip_hash" | "consistent_hash" | "adaptive">;
  /** What `consistent_hash` goes by: the path, the client's address, or its credential. Default: "path". A change is applied: hot. Since 0.1.0; source quorumkit. */
  hashKey?: Input<"path" | "client" | "credential">;
  /** Share of the requests that a member gets, next to the other role's. Default: 1. Range: 1 to 100. A change is applied: hot. Since 0.1.0; source 004:359. */
  memberWeight?: Input<number>;
  /** Share of the requests that a gateway gets, next to the other role's. Default: 1. Range: 1 to 100. A change is applied: hot. Since 0.1.0; source 002:314. */
  gatewayWeight?: Input<number>;
  /** Host name that clients use. Without it any is accepted. A change is applied: hot. Since 0.1.0; source 004:385. */
  serverName?: Input<string>;
  /** Port for HTTP. Default: 80. Range: 1 to 65535. A change is applied: rolling. Since 0.1.0; source 000:771. */
  httpPort?: Input<number>;
  /** Port for HTTPS. Default: 443. Range: 1 to 65535. A change is applied: rolling. Since 0.1.0; source 004:392. */
  httpsPort?: Input<number>;
  /** Speaks HTTP/2 with clients, over TLS. Default: true. A change is applied: hot. Since 0.1.0; source 004:392. */
  http2?: Input<boolean>;
  /** Largest request body (client_max_body_size). Default: "100Mi". Range: 1Ki to 1Ti. A change is applied: hot. Since 0.1.0; source 004:456. */
  maxBodySize?: Input<string>;
  /** Reads a request whole before a node gets it; answers are never buffered for streams. Default: true. A change is applied: hot. Since 0.1.0; source 004:457. */
  requestBuffering?: Input<boolean>;
  /** Adds X-Frame-Options: DENY and X-Content-Type-Options: nosniff. Default: true. A change is applied: hot. Since 0.1.0; source 004:403. */
  securityHeaders?: Input<boolean>;
  healthCheck?: Input<LoadBalancerHealthCheckArgs>;
  adaptive?: Input<LoadBalancerAdaptiveArgs>;
  timeouts?: Input<LoadBalancerTimeoutsArgs>;
  rateLimits?: Input<LoadBalancerRateLimitsArgs>;
  connections?: Input<LoadBalancerConnectionsArgs>;
  tls?: Input<LoadBalancerTlsArgs>;
  /** Redirects HTTP to HTTPS, where TLS is on. Default: true. A change is applied: hot. Since 0.1.0; source 004:388. */
  redirectHttp?: Input<boolean>;
  cache?: Input<LoadBalancerCacheArgs>;
  access?: Input<LoadBalancerAccessArgs>;
  geographic?: Input<LoadBalancerGeographicArgs>;
}

/** Which nodes get requests. The balancer's own /health asks a node, it isn't always 200. */
export interface LoadBalancerHealthCheckArgs {
  /** How often every node is asked whether it is ready, and whether it leads. Default: "500ms". Range: 50ms to 10m. A change is applied: hot. Since 0.1.0; source 002:304. */
  interval?: Input<string>;
  /** How long a node may take to answer. Default: "500ms". Range: 100ms to 24h. A change is applied: hot. Since 0.1.0; source 004:414. */
  timeout?: Input<string>;
  /** Failures in a row after which a node gets no requests (max_fails). Default: 3. Range: 1 to 100. Unit: failures. A change is applied: hot. Since 0.1.0; source 000:765. */
  failureThreshold?: Input<number>;
  /** Successes in a row after which it gets requests again. Default: 2. Range: 1 to 100. Unit: successes. A change is applied: hot. Since 0.1.0; source 002:306. */
  recoveryThreshold?: Input<number>;
  /** How long failures are counted, and how long a failed node is left alone (fail_timeout). Default: "30s". Range: 1s to 1h. A change is applied: hot. Since 0.1.0; source 000:765. */
  failTimeout?: Input<string>;
  /** Writes health checks to the access log. Default: false. A change is applied: hot. Since 0.1.0; source 000:787. */
  logRequests?: Input<boolean>;
}

/** Used by strategy `adaptive`: one strategy, and another while that one does badly. */
export interface LoadBalancerAdaptiveArgs {
  /** Strategy in normal times. Default: "latency_aware". A change is applied: hot. Since 0.1.0; source 002:322. */
  primary?: Input<"latency_aware" | "least_connections" | "round_robin">;
  /** Strategy while the latency is above switch_threshold. Default: "least_connections". A change is applied: hot. Since 0.1.0; source 002:323. */
  fallback?: Input<"least_connections" | "round_robin">;
  /** Latency (p95 of a node) from which the fallback is used. Default: "100ms". Range: 1ms to 1m. A change is applied: hot. Since 0.1.0; source 002:324. */
  switchThreshold?: Input<string>;
}

/** How long the balancer waits for a node. */
export interface LoadBalancerTimeoutsArgs {
  /** For a connection. Default: "5s". Range: 100ms to 24h. A change is applied: hot. Since 0.1.0; source 000:781. */
  connect?: Input<string>;
  /** Between two parts of a request that is sent. Default: "60s". Range: 100ms to 24h. A change is applied: hot. Since 0.1.0; source 000:782. */
  send?: Input<string>;
  /** Between two parts of an answer. Default: "60s". Range: 100ms to 24h. A change is applied: hot. Since 0.1.0; source 000:783. */
  read?: Input<string>;
  /** The same for searches, sending and reading. Default: "30s". Range: 100ms to 24h. A change is applied: hot. Since 0.1.0; source 004:438. */
  search?: Input<string>;
  /** The same for inference: a model may have to be loaded first. Default: "10m". Range: 100ms to 24h. A change is applied: hot. Since 0.1.0; source quorumkit. */
  inference?: Input<string>;
}

/** Limits for each client address, and for each credential. */
export interface LoadBalancerRateLimitsArgs {
  /** Turns the limits on. Default: true. A change is applied: hot. Since 0.1.0; source 004:380. */
  enabled?: Input<boolean>;
  /** Memory for client addresses; 1 MiB holds about 16,000. Default: "10Mi". Range: 1Mi to 1Gi. A change is applied: hot. Since 0.1.0; source 004:380. */
  zoneSize?: Input<string>;
  api?: Input<LoadBalancerRateLimitsApiArgs>;
  search?: Input<LoadBalancerRateLimitsSearchArgs>;
  credential?: Input<LoadBalancerRateLimitsCredentialArgs>;
}

/** How fast one client may send; what is beyond gets 429. */
export interface LoadBalancerRateLimitsApiArgs {
  /** Requests a second in the long run. Default: 100. Range: 1 to 1000000. Unit: requests per second. A change is applied: hot. Since 0.1.0; source 004:380. */
  requestsPerSecond?: Input<number>;
  /** Requests beyond that which are taken at once. Default: 50. Range: 0 to 1000000. Unit: requests. A change is applied: hot. Since 0.1.0; source 004:443. */
  burst?: Input<number>;
}

/** How fast one client may send; what is beyond gets 429. */
export interface LoadBalancerRateLimitsSearchArgs {
  /** Requests a second in the long run. Default: 50. Range: 1 to 1000000. Unit: requests per second. A change is applied: hot. Since 0.1.0; source 004:381. */
  requestsPerSecond?: Input<number>;
  /** Requests beyond that which are taken at once. Default: 20. Range: 0 to 1000000. Unit: requests. A change is applied: hot. Since 0.1.0; source 004:428. */
  burst?: Input<number>;
}

/** How fast one client may send; what is beyond gets 429. */
export interface LoadBalancerRateLimitsCredentialArgs {
  /** Requests a second in the long run. Default: 1000. Range: 1 to 1000000. Unit: requests per second. A change is applied: hot. Since 0.1.0; source 004:984. */
  requestsPerSecond?: Input<number>;
  /** Requests beyond that which are taken at once. Default: 2000. Range: 0 to 1000000. Unit: requests. A change is applied: hot. Since 0.1.0; source 004:985. */
  burst?: Input<number>;
}

/** How many there may be. */
export interface LoadBalancerConnectionsArgs {
  /** Connections of one worker process (worker_connections). Default: 1024. Range: 64 to 1000000. Unit: connections. A change is applied: hot. Since 0.1.0; source 000:759. */
  perWorker?: Input<number>;
  /** Idle connections to nodes that are kept open. Default: 64. Range: 0 to 10000. Unit: connections. A change is applied: hot. Since 0.1.0; source 004:996. */
  keepAlive?: Input<number>;
  /** Connections of one client address at most; 0 is no limit. Default: 256. Range: 0 to 100000. Unit: connections. A change is applied: hot. Since 0.1.0; source quorumkit. */
  perClient?: Input<number>;
  /** Connections to one node at most; 0 is no limit. Default: 200. Range: 0 to 100000. Unit: connections. A change is applied: hot. Since 0.1.0; source 004:999. */
  perNode?: Input<number>;
}

/** HTTPS for clients. Ciphers are those of security.tls. */
export interface LoadBalancerTlsArgs {
  /** Turns TLS on. Default: false. A change is applied: rolling. Since 0.1.0; source 004:392. */
  enabled?: Input<boolean>;
  /** Certificate in PEM, with its intermediates. A change is applied: rolling. Since 0.1.0; source 004:396. */
  certFile?: Input<string>;
  /** Private key of the certificate, in PEM. A change is applied: rolling. Since 0.1.0; source 004:397. */
  keyFile?: Input<string>;
  /** Authorities that sign the certificates of the other side; the system's own where none is given. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  caFile?: Input<string>;
  /** Refuses whoever shows no certificate that an authority of ca_file signed. Default: false. A change is applied: rolling. Since 0.1.0; source 004:912. */
  verifyPeer?: Input<boolean>;
  /** Oldest protocol version that is spoken. Default: "TLSv1.2". A change is applied: rolling. Since 0.1.0; source quorumkit. */
  minVersion?: Input<"TLSv1.2" | "TLSv1.3">;
}

/** Keeps answers of searches; the key holds path, body and credential, so that nobody gets another's answer. */
export interface LoadBalancerCacheArgs {
  /** Turns the cache on. An answer may be as old as ttl, whatever was written since. Default: false. A change is applied: hot. Since 0.1.0; source 004:1010. */
  enabled?: Input<boolean>;
  /** Directory of the cache. Default: "/var/cache/nginx". A change is applied: hot. Since 0.1.0; source 004:1007. */
  path?: Input<string>;
  /** How long an answer is used. Default: "5m". Range: 1s to 24h. A change is applied: hot. Since 0.1.0; source 004:1011. */
  ttl?: Input<string>;
  /** Room on disk. Default: "1Gi". Range: 1Mi to 1Ti. A change is applied: hot. Since 0.1.0; source 004:1007. */
  maxSize?: Input<string>;
  /** An answer that nobody asked for in this time is dropped. Default: "60m". Range: 1s to 30d. A change is applied: hot. Since 0.1.0; source 004:1007. */
  inactive?: Input<string>;
  /** Memory for the keys. Default: "10Mi". Range: 1Mi to 1Gi. A change is applied: hot. Since 0.1.0; source 004:1007. */
  zoneSize?: Input<string>;
}

/** What only some clients may reach through the balancer. */
export interface LoadBalancerAccessArgs {
  /** Networks that may reach admin paths. Empty: every network; a credential is needed in any case. Default: []. A change is applied: hot. Since 0.1.0; source 004:461. */
  adminNetworks?: Input<Input<string>[]>;
  /** File made by htpasswd; with it admin paths ask for a password (basic auth) before the node asks for its credential. A change is applied: hot. Since 0.1.0; source 004:468. */
  adminPasswordFile?: Input<string>;
  /** Networks that may read /metrics. Empty: none, the balancer doesn't serve it. Default: []. A change is applied: hot. Since 0.1.0; source 004:474. */
  metricsNetworks?: Input<Input<string>[]>;
}

/** Which region a client gets, by DNS in front of the regions' balancers. */
export interface LoadBalancerGeographicArgs {
  /** Turns it on; regions need a location. Default: false. A change is applied: hot. Since 0.1.0; source 002:344. */
  enabled?: Input<boolean>;
  /** Takes measured latency into account beside distance. Default: true. A change is applied: hot. Since 0.1.0; source 002:345. */
  latencyOptimization?: Input<boolean>;
  /** Which region is taken. Default: "closest_region". A change is applied: hot. Since 0.1.0; source 002:374. */
  primary?: Input<"closest_region" | "least_loaded_region">;
  /** Which is taken while that one is down or full. Default: "least_loaded_region". A change is applied: hot. Since 0.1.0; source 002:375. */
  fallback?: Input<"closest_region" | "least_loaded_region">;
  /** Prefers a region that holds the data asked for. Default: true. A change is applied: hot. Since 0.1.0; source 002:376. */
  dataLocality?: Input<boolean>;
  /** Never takes a region outside the client's jurisdictions (regions.list[].jurisdictions). Default: true. A change is applied: hot. Since 0.1.0; source 002:377. */
  complianceAware?: Input<boolean>;
}

/** What watches a cluster, on targets that have more than one node (guides 000 and 004). */
export interface ObservabilityArgs {
  prometheus?: Input<ObservabilityPrometheusArgs>;
  alerts?: Input<ObservabilityAlertsArgs>;
  alertmanager?: Input<ObservabilityAlertmanagerArgs>;
  grafana?: Input<ObservabilityGrafanaArgs>;
  nodeExporter?: Input<ObservabilityNodeExporterArgs>;
  nginxExporter?: Input<ObservabilityNginxExporterArgs>;
}

/** Collects the metrics; monitoring.scrape_interval and metrics_retention say how. */
export interface ObservabilityPrometheusArgs {
  /** Runs a Prometheus beside the nodes, on targets that have more than one. Default: true. A change is applied: hot. Since 0.1.0; source 000:1234. */
  enabled?: Input<boolean>;
  /** Image of Prometheus; it has to be on the host or in a registry that the host can reach. Default: "prom/prometheus:v2.53.5". A change is applied: rolling. Since 0.1.0; source 004:172. */
  image?: Input<string>;
  /** Port of the host for its pages. Default: 9090. Range: 1 to 65535. A change is applied: rolling. Since 0.1.0; source 004:175. */
  port?: Input<number>;
}

/** The alert rules; monitoring.alerting_enabled loads them. */
export interface ObservabilityAlertsArgs {
  thresholds?: Input<ObservabilityAlertsThresholdsArgs>;
  objectives?: Input<ObservabilityAlertsObjectivesArgs>;
}

/** From which value on alerts fire. */
export interface ObservabilityAlertsThresholdsArgs {
  /** The 95th percentile of the time of a request. Default: "5s". Range: 1ms to 365d. A change is applied: hot. Since 0.1.0; source 000:1292. */
  requestLatency?: Input<string>;
  /** The 95th percentile of the time of a search. Default: "500ms". Range: 1ms to 365d. A change is applied: hot. Since 0.1.0; source 004:817. */
  searchLatency?: Input<string>;
  /** The 95th percentile of the time that a task waits to be claimed. Default: "1m". Range: 1ms to 365d. A change is applied: hot. Since 0.1.0; source quorumkit. */
  queueWait?: Input<string>;
  /** The 99th percentile of the time that the consensus log needs to reach the disk. Default: "10ms". Range: 1ms to 365d. A change is applied: hot. Since 0.1.0; source quorumkit. */
  fsync?: Input<string>;
  /** The 99th percentile of the time of a commit of the consensus database. Default: "25ms". Range: 1ms to 365d. A change is applied: hot. Since 0.1.0; source quorumkit. */
  commit?: Input<string>;
  /** Difference between the clocks of two nodes. Default: "500ms". Range: 1ms to 365d. A change is applied: hot. Since 0.1.0; source quorumkit. */
  clockSkew?: Input<string>;
  /** Used share of the disk of the data. Default: 0.8. Range: 0.01 to 1.0. A change is applied: hot. Since 0.1.0; source 004:826. */
  diskUsage?: Input<number>;
  /** Used share of the memory that a node may have. Default: 0.9. Range: 0.01 to 1.0. A change is applied: hot. Since 0.1.0; source 004:835. */
  memoryUsage?: Input<number>;
  /** Used share of the processor of a machine. Default: 0.9. Range: 0.01 to 1.0. A change is applied: hot. Since 0.1.0; source 002:771. */
  cpuUsage?: Input<number>;
  /** Used share of the quota of the consensus database. Default: 0.8. Range: 0.01 to 1.0. A change is applied: hot. Since 0.1.0; source quorumkit. */
  quotaUsage?: Input<number>;
  /** Share of healing attempts that must succeed. Default: 0.8. Range: 0.01 to 1.0. A change is applied: hot. Since 0.1.0; source 000:1301. */
  healingSuccess?: Input<number>;
  /** Time before the end of a certificate; at a third of it the alert is critical. Default: "21d". Range: 1ms to 365d. A change is applied: hot. Since 0.1.0; source quorumkit. */
  certificateExpiry?: Input<string>;
  /** Age of the latest backup; a daily one may take two hours. Default: "26h". Range: 1ms to 365d. A change is applied: hot. Since 0.1.0; source quorumkit. */
  backupAge?: Input<string>;
  /** Age of the latest backup that was restored to check it. Default: "8d". Range: 1ms to 365d. A change is applied: hot. Since 0.1.0; source quorumkit. */
  verificationAge?: Input<string>;
  /** Changes of the leader within an hour from which it is flapping. Default: 3. Range: 1 to 1000. Unit: changes. A change is applied: hot. Since 0.1.0; source quorumkit. */
  leaderChanges?: Input<number>;
}

/** What the service promises (SLO). Alerts tell of an error budget that is used up too fast, over several windows. */
export interface ObservabilityAlertsObjectivesArgs {
  /** Share of requests that must not fail (5xx), over 30 days. Default: 0.999. Range: 0.5 to 0.99999. A change is applied: hot. Since 0.1.0; source quorumkit. */
  availability?: Input<number>;
  /** Time within which a request counts as fast; one of the histogram's bounds is taken. Default: "250ms". Range: 1ms to 10s. A change is applied: hot. Since 0.1.0; source quorumkit. */
  latency?: Input<string>;
  /** Share of requests that must be fast, over 30 days. Default: 0.99. Range: 0.5 to 0.99999. A change is applied: hot. Since 0.1.0; source quorumkit. */
  fast?: Input<number>;
}

/** Groups alerts and sends them on. */
export interface ObservabilityAlertmanagerArgs {
  /** Runs an Alertmanager, where there is a Prometheus and alerting is on. Default: true. A change is applied: hot. Since 0.1.0; source 000:1259. */
  enabled?: Input<boolean>;
  /** Image of Alertmanager; it has to be on the host or in a registry that the host can reach. Default: "prom/alertmanager:v0.28.1". A change is applied: rolling. Since 0.1.0; source 000:1259. */
  image?: Input<string>;
  /** Port of the host for its pages. Default: 9093. Range: 1 to 65535. A change is applied: rolling. Since 0.1.0; source 000:1261. */
  port?: Input<number>;
  /** Alerts that have these labels in common are told of together. Default: ["cluster","alertname"]. A change is applied: hot. Since 0.1.0; source quorumkit. */
  groupBy?: Input<Input<string>[]>;
  /** How long a new group is held, so that what fires together is told together. Default: "30s". Range: 0s to 1h. A change is applied: hot. Since 0.1.0; source quorumkit. */
  groupWait?: Input<string>;
  /** How long until a group that has changed is told of again. Default: "5m". Range: 1s to 24h. A change is applied: hot. Since 0.1.0; source quorumkit. */
  groupInterval?: Input<string>;
  /** How long until a group that goes on is told of again. Default: "4h". Range: 1m to 30d. A change is applied: hot. Since 0.1.0; source quorumkit. */
  repeatInterval?: Input<string>;
  /** A critical alert keeps warnings about the same thing back, a cluster without quorum those of its nodes. Default: true. A change is applied: hot. Since 0.1.0; source quorumkit. */
  inhibition?: Input<boolean>;
  /** Where alerts are sent. Without any they are only seen in Alertmanager. Default: []. A change is applied: hot. Since 0.1.0; source quorumkit. */
  receivers?: Input<Input<ObservabilityAlertmanagerReceiversItemArgs>[]>;
  /** A dead man's switch: it is called all the time, and has to raise the alarm when it is not. A change is applied: hot. Secret. Since 0.1.0; source quorumkit. */
  watchdogUrl?: Input<string>;
}

/** Where alerts are sent. Each gets those of the severities that it names. */
export interface ObservabilityAlertmanagerReceiversItemArgs {
  /** Name of the receiver. A change is applied: hot. Since 0.1.0; source quorumkit. */
  name: Input<string>;
  /** Which alerts it gets. Default: ["critical","warning"]. A change is applied: hot. Since 0.1.0; source quorumkit. */
  severities?: Input<Input<"critical" | "warning" | "info">[]>;
  /** How it is told: webhook and slack need url, pagerduty needs key. Default: "webhook". A change is applied: hot. Since 0.1.0; source quorumkit. */
  type?: Input<"webhook" | "slack" | "pagerduty">;
  /** Where alerts are posted; whoever knows it can post there. A change is applied: hot. Secret. Since 0.1.0; source quorumkit. */
  url?: Input<string>;
  /** Routing key of PagerDuty. A change is applied: hot. Secret. Since 0.1.0; source quorumkit. */
  key?: Input<string>;
  /** Channel of Slack; the one of the url where none is given. A change is applied: hot. Since 0.1.0; source quorumkit. */
  channel?: Input<string>;
  /** Also tells when an alert is over. Default: true. A change is applied: hot. Since 0.1.0; source quorumkit. */
  sendResolved?: Input<boolean>;
}

/** Dashboards, with the Prometheus above as their source. */
export interface ObservabilityGrafanaArgs {
  /** Runs a Grafana, where there is a Prometheus. Default: true. A change is applied: hot. Since 0.1.0; source 004:186. */
  enabled?: Input<boolean>;
  /** Image of Grafana; it has to be on the host or in a registry that the host can reach. Default: "grafana/grafana:12.0.2". A change is applied: rolling. Since 0.1.0; source 004:187. */
  image?: Input<string>;
  /** Port of the host for its pages. Default: 3000. Range: 1 to 65535. A change is applied: rolling. Since 0.1.0; source 004:190. */
  port?: Input<number>;
  /** Account of the administrator, made at the first start. Default: "admin". A change is applied: rolling. Since 0.1.0; source 004:196. */
  adminUser?: Input<string>;
  /** Its password. A random one, an output of the stack, where none is given (guide 004 shows one to everybody). A change is applied: rolling. Secret. Since 0.1.0; source 004:197. */
  adminPassword?: Input<string>;
  /** Host name under which people open it, for links in alerts. A change is applied: rolling. Since 0.1.0; source quorumkit. */
  hostName?: Input<string>;
}

/** Metrics of the machine. */
export interface ObservabilityNodeExporterArgs {
  /** Runs it. Default: true. A change is applied: hot. Since 0.1.0; source 004:666. */
  enabled?: Input<boolean>;
  /** Image of the exporter; it has to be on the host or in a registry that the host can reach. Default: "prom/node-exporter:v1.9.1". A change is applied: rolling. Since 0.1.0; source 004:666. */
  image?: Input<string>;
}

/** Metrics of the load balancer's nginx. */
export interface ObservabilityNginxExporterArgs {
  /** Runs it. Default: true. A change is applied: hot. Since 0.1.0; source 004:672. */
  enabled?: Input<boolean>;
  /** Image of the exporter; it has to be on the host or in a registry that the host can reach. Default: "nginx/nginx-prometheus-exporter:1.4.2". A change is applied: rolling. Since 0.1.0; source 004:672. */
  image?: Input<string>;
}
