/** What a managed etcd is started with, worked out from the node's config. Pure. */
import { join } from "node:path";
import { defaultEnginePorts, isLoopback, parseDuration, parseSize, type NodeConfig } from "@quorumkit/schema";
import { EtcdError } from "./errors.ts";

/** A member that the cluster starts with. */
export interface InitialMember {
  name: string;
  /** Where other members reach it, for example `https://node-1:2380`. */
  peerUrl: string;
}

/** How a member without data comes into being; etcd ignores it once there is data. */
export interface EtcdStart {
  /** All members that are there in the beginning, this one among them. Empty only where there is data already. */
  initialCluster: readonly InitialMember[];
  /** `new`: the members found a cluster. `existing`: this one was added to a running cluster. */
  state: "new" | "existing";
}

/** Certificate files, for peers and clients alike. */
export interface EtcdPlanTls {
  certFile: string;
  keyFile: string;
  caFile: string;
  minVersion: "TLS1.2" | "TLS1.3";
}

/** A managed etcd. Times are in milliseconds, sizes in bytes. */
export interface EtcdPlan {
  /** Id of the node, and name of the member. */
  name: string;
  clusterName: string;
  system: string;
  /** Directory of the node; etcd's own is `etcdDirectory` in it. */
  dataDirectory: string;
  etcdDirectory: string;
  /** Directory of the write-ahead log, where it has one of its own. */
  walDirectory: string | undefined;
  configFile: string;
  /** Address to listen on, as the config has it: an IP address or a name of this host. */
  listenHost: string;
  clientPort: number;
  peerPort: number;
  /** Where other nodes reach it. */
  clientUrl: string;
  peerUrl: string;
  /** Where this node reaches it. */
  localUrl: string;
  tls: EtcdPlanTls | undefined;
  start: EtcdStart;
  heartbeat: number;
  election: number;
  quota: number;
  /** Log entries between two snapshots. */
  snapshotCount: number;
  /** Log entries and revisions that are kept. */
  keptEntries: number;
  /** The program, where the config names one. */
  binary: string | undefined;
}

/**
 * The plan for a config with engine etcd in mode managed.
 *
 * Without p2p.tls etcd listens on loopback only, whatever api.host says: it takes orders from whoever connects.
 * @throws EtcdError etcd-config-refused, naming the option
 */
export function planEtcd(config: NodeConfig, start: EtcdStart): EtcdPlan {
  const { node, cluster, api, consensus, storage } = config;
  const tls = tlsOf(config);
  const clientPort = consensus.clientPort ?? defaultEnginePorts.client;
  const peerPort = consensus.peerPort ?? defaultEnginePorts.peer;
  const listenHost = withoutBrackets(tls !== undefined || isLoopback(api.host) ? api.host : "127.0.0.1");
  const address = node.address ?? listenHost;
  if (isWildcard(address)) {
    throw refused(
      `node.address: other nodes can't reach this one at ${address}. Set it to this host's name or address`,
    );
  }
  const scheme = tls === undefined ? "http" : "https";
  const clientUrl = urlOf(scheme, address, clientPort);
  const heartbeat = Math.max(1, Math.round(parseDuration(consensus.heartbeatInterval)));
  const plan: EtcdPlan = {
    name: node.id,
    clusterName: cluster.name,
    system: config.system,
    dataDirectory: storage.dataDir,
    etcdDirectory: join(storage.dataDir, "etcd"),
    // A directory in it: etcd renames its log's directory, which it can't do with the root of a disk.
    walDirectory: storage.walDir === undefined ? undefined : join(storage.walDir, "etcd"),
    configFile: join(storage.dataDir, "etcd.yaml"),
    listenHost,
    clientPort,
    peerPort,
    clientUrl,
    peerUrl: urlOf(scheme, address, peerPort),
    // A certificate is made out to the address that others use; without one the address may be no way in.
    localUrl: tls === undefined ? urlOf(scheme, listenHost, clientPort) : clientUrl,
    tls,
    start,
    heartbeat,
    election: Math.max(Math.round(parseDuration(consensus.electionTimeout)), 5 * heartbeat),
    quota: parseSize(consensus.quota),
    snapshotCount: consensus.snapshotThreshold,
    keptEntries: consensus.maxLogSize,
    binary: consensus.binary,
  };
  checkStart(plan);
  return plan;
}

/** URL of an etcd on a host, which may be an IPv6 address. */
export function urlOf(scheme: "http" | "https", host: string, port: number): string {
  const bare = withoutBrackets(host);
  return `${scheme}://${bare.includes(":") ? `[${bare}]` : bare}:${port}`;
}

function tlsOf({ p2p: { tls } }: NodeConfig): EtcdPlanTls | undefined {
  if (!tls.enabled) return undefined;
  const { certFile, keyFile, caFile } = tls;
  // Without a ca_file etcd would trust whoever has a certificate of any public authority.
  if (certFile === undefined || keyFile === undefined || caFile === undefined) {
    throw refused("p2p.tls: etcd needs p2p.tls.cert_file, p2p.tls.key_file and p2p.tls.ca_file");
  }
  if (!tls.verifyPeer) {
    throw refused("p2p.tls.verify_peer: false would open etcd to everyone. Set it to true");
  }
  return { certFile, keyFile, caFile, minVersion: tls.minVersion === "TLSv1.3" ? "TLS1.3" : "TLS1.2" };
}

/** etcd wants to find itself in the list, at the address that it tells others. */
function checkStart({ name, peerUrl, start: { initialCluster, state } }: EtcdPlan): void {
  if (initialCluster.length === 0 && state === "existing") return;
  const self = initialCluster.find((member) => member.name === name);
  if (self === undefined) {
    throw refused(`the members to start with (${listOf(initialCluster) || "none"}) don't include this node, ${name}`);
  }
  if (self.peerUrl !== peerUrl) {
    throw refused(
      `the other nodes know this one as ${self.peerUrl}, its own config says ${peerUrl}. ` +
        "Make node.address and consensus.peer_port agree with its entry in the others' cluster.peers",
    );
  }
}

function listOf(members: readonly InitialMember[]): string {
  return members.map(({ name }) => name).join(", ");
}

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || /^[0:]+$/.test(host);
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

function refused(message: string): EtcdError {
  return new EtcdError("etcd-config-refused", message);
}
