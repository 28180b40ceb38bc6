/** The engine of a node of several: etcd beside it, or elsewhere, the store on it, and the cluster that it belongs to. */
import { readFile } from "node:fs/promises";
import { parseDuration, parseSize, type NodeConfig } from "@quorumkit/schema";
import { EtcdCluster } from "../../cluster/etcd-cluster.ts";
import { clockAsker } from "../../cluster/clock/ask-clock.ts";
import { confirmMember, formCluster, markRemoved } from "../../cluster/formation/form-cluster.ts";
import type { MembershipPort } from "../../cluster/formation/join.ts";
import { admittedPrefix } from "../../cluster/keys.ts";
import { openWith } from "../../cluster/membership/member-clients.ts";
import type { PeerClient } from "../../cluster/peer-auth/peer-client.ts";
import { presenceOf } from "../../cluster/presence/describe.ts";
import { locateEtcd } from "../../etcd/binary.ts";
import { requireStartable, startManagedEtcd } from "../../etcd/managed-etcd.ts";
import { planEtcd, urlOf } from "../../etcd/plan.ts";
import type { ManagedEtcd } from "../../etcd/supervisor.ts";
import { EtcdClient, type EtcdTls } from "../../store/etcd/client.ts";
import type { MemberMonitor } from "../../store/etcd/member-view.ts";
import { startMemberMonitor } from "../../store/etcd/monitor.ts";
import { openEtcdStore } from "../../store/etcd/open.ts";
import type { NodeParts } from "../assemble.ts";
import { claimCluster } from "./claim-cluster.ts";
import type { Engine } from "./engine.ts";
import { followPeers } from "./follow-peers.ts";
import { untilVoting } from "./until-voting.ts";

type Kind = "member" | "gateway" | "external";

/** Work that undoes, the latest first. */
class Closers {
  readonly #work: (() => Promise<void> | void)[] = [];

  add(work: () => Promise<void> | void): void {
    this.#work.push(work);
  }

  async closeAll(): Promise<void> {
    for (let work = this.#work.pop(); work !== undefined; work = this.#work.pop()) await work();
  }
}

/**
 * Finds or founds the cluster, as long as that takes, and opens everything.
 * @throws EtcdError, ForeignDataError, StoreError; whatever the node's stop signal aborts with
 */
export async function openEtcdEngine(node: NodeParts): Promise<Engine> {
  const closers = new Closers();
  try {
    return await open(node, closers);
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
}

async function open(node: NodeParts, closers: Closers): Promise<Engine> {
  const { deps, state, stop } = node;
  const { log } = deps;
  const config = deps.config.current;
  const kind = kindOf(config);
  const onWaiting = (reasons: readonly string[]): void => {
    state.waiting(reasons);
    if (reasons.length > 0) log.info({ reasons }, "waiting for other members");
  };
  const peers = await openPeers(node, closers);
  const etcd = kind === "member" ? await startMember(node, peers, closers, onWaiting) : undefined;
  const client = await openClient(node, kind, etcd, closers);
  const monitor = startMemberMonitor(client);
  closers.add(() => {
    monitor.close();
  });
  await untilVoting(monitor, stop, onWaiting);
  if (etcd !== undefined) await confirm(node, monitor);
  const store = await openEtcdStore({
    client,
    monitor,
    cacheBytes: parseSize(config.consensus.cacheSize),
    maximumBatch: config.consensus.maxBatchSize,
    requestTimeoutMilliseconds: parseDuration(config.consensus.requestTimeout),
    onHealthChange: (healthy, error) => {
      if (healthy) log.info("the store takes writes again");
      else log.error({ reason: error?.message }, "the store takes no writes");
    },
  });
  closers.add(() => store.close());
  await claimCluster(store, config);
  const cluster = await EtcdCluster.start({
    nodeId: config.node.id,
    clusterName: config.cluster.name,
    kind,
    client,
    openClient: openWith(() => etcdTlsOf(node, kind), parseDuration(config.consensus.requestTimeout)),
    monitor,
    store,
    logger: log,
    describe: () =>
      presenceOf({
        identity: deps.identity,
        config: deps.config.current,
        memberId: kind === "member" ? (monitor.current?.memberId ?? null) : null,
        peer: node.peer,
        ready: state.phase === "ready",
      }),
    peerAt: (address) =>
      deps.config.current.cluster.peers.find(
        ({ host, peerPort }) => new URL(urlOf("http", host, peerPort)).host === address,
      )?.id,
    askClock:
      peers === undefined
        ? undefined
        : clockAsker({ client: peers, config: () => deps.config.current, breakers: node.breakers }),
    now: deps.now,
  });
  closers.add(() => cluster.close());
  closers.add(followPeers(node, cluster));
  followCertificates(node, kind, client, cluster, closers);
  if (kind === "member") node.membership = membershipPort(cluster, store);
  return {
    store,
    cluster,
    term: () => monitor.current?.term ?? 0,
    pid: () => etcd?.state.pid,
    metricsText: () => etcd?.etcdMetricsText() ?? Promise.resolve(""),
    handOver: () => cluster.handOver(),
    close: () => closers.closeAll(),
  };
}

function kindOf({ consensus, node }: NodeConfig): Kind {
  if (consensus.mode === "external") return "external";
  return node.role;
}

/** What calls other nodes; undefined for a node without a join token. */
async function openPeers(node: NodeParts, closers: Closers): Promise<PeerClient | undefined> {
  const peers = await node.openPeerClient();
  if (peers !== undefined) {
    closers.add(() => {
      peers.close();
    });
  }
  return peers;
}

/** Finds the cluster and starts etcd on what came of it. Resolves when etcd answers clients. */
async function startMember(
  node: NodeParts,
  peers: PeerClient | undefined,
  closers: Closers,
  onWaiting: (reasons: readonly string[]) => void,
): Promise<ManagedEtcd> {
  const { deps, formation, stop } = node;
  const { log, config, now } = deps;
  // A missing program is said at once, not when all others are there.
  const binary = await locateEtcd(config.current.consensus.binary);
  const healing = node.healing.of("etcd");
  const start = await formCluster({
    config: () => config.current,
    peers,
    formation,
    version: deps.identity.version,
    signal: stop,
    onWaiting,
    beforeJoin: () => requireStartable(planEtcd(config.current, { initialCluster: [], state: "existing" }), log),
    now,
  });
  const etcd = await startManagedEtcd({ plan: planEtcd(config.current, start), log, binary, signal: stop });
  closers.add(() => etcd.stop());
  const removed = (): void => {
    const { reason } = etcd.state;
    log.error({ reason: reason?.message }, "the node is no member of the cluster any more");
    node.state.leave(reason?.message ?? "the node was removed from its cluster");
    markRemoved(config.current.storage.dataDir, formation, now()).catch((error: unknown) => {
      log.error({ err: error }, "that the node was removed could not be written down");
    });
  };
  if (etcd.state.phase === "removed") removed();
  etcd.subscribe(({ phase, serving, reason }) => {
    if (serving) node.state.engineFailed(undefined);
    if (phase === "backing-off") healing.failed();
    if (phase === "starting") healing.started();
    if (serving) healing.serves();
    if (phase === "removed") removed();
    if (phase !== "backing-off") return;
    log.error({ code: reason?.code, reason: reason?.message, restarts: etcd.restarts }, "etcd ended");
    if (reason !== undefined) node.state.engineFailed(`${reason.code}: ${reason.message}`);
  });
  if (!etcd.state.serving) onWaiting(["etcd waits for a majority of the members"]);
  await etcd.whenServing(stop);
  return etcd;
}

async function confirm({ deps, formation }: NodeParts, monitor: MemberMonitor): Promise<void> {
  const view = monitor.current;
  if (view === undefined) return;
  const { clusterId, memberId } = view;
  await confirmMember(deps.config.current, formation, { clusterId, memberId, now: deps.now });
}

async function openClient(
  node: NodeParts,
  kind: Kind,
  etcd: ManagedEtcd | undefined,
  closers: Closers,
): Promise<EtcdClient> {
  const config = node.deps.config.current;
  const { consensus, cluster } = config;
  const scheme = config.p2p.tls.enabled ? "https" : "http";
  const members = cluster.peers.filter(({ role }) => role === "member");
  const endpoints =
    etcd !== undefined
      ? [etcd.plan.localUrl]
      : kind === "external"
        ? consensus.endpoints
        : members.map(({ host, clientPort }) => urlOf(scheme, host, clientPort));
  const tls = etcdTlsOf(node, kind) ?? (kind === "external" ? await readAuthority(config) : undefined);
  const client = new EtcdClient({
    endpoints,
    timeoutMilliseconds: parseDuration(consensus.requestTimeout),
    ...(tls === undefined ? {} : { tls }),
  });
  closers.add(() => {
    client.close();
  });
  return client;
}

/** The certificates that etcd is shown; undefined where it speaks plain HTTP. */
function etcdTlsOf({ deps }: NodeParts, kind: Kind): EtcdTls | undefined {
  const files = deps.certificates.get(kind === "external" ? "consensus" : "p2p");
  if (files === undefined) return undefined;
  const { ca, cert, key } = files.current;
  return { cert, key, ...(ca === undefined ? {} : { ca }) };
}

/** An external etcd may want no certificate of the node, and still have one of an authority of its own. */
async function readAuthority({ consensus: { tls } }: NodeConfig): Promise<EtcdTls | undefined> {
  return tls.caFile === undefined ? undefined : { ca: await readFile(tls.caFile) };
}

/** etcd reads its files again by itself; the connections to it are made anew. */
function followCertificates(
  node: NodeParts,
  kind: Kind,
  client: EtcdClient,
  cluster: EtcdCluster,
  closers: Closers,
): void {
  const files = node.deps.certificates.get(kind === "external" ? "consensus" : "p2p");
  const end = files?.onChange(() => {
    const tls = etcdTlsOf(node, kind);
    if (tls !== undefined) client.useTls(tls);
    cluster.renewClients();
  });
  if (end !== undefined) closers.add(end);
}

function membershipPort(cluster: EtcdCluster, store: Engine["store"]): MembershipPort {
  return {
    members: () => cluster.membership.members(),
    addLearner: (peerUrls) => cluster.membership.addLearner(peerUrls),
    isAllowed: async (nodeId) => (await store.get(admittedPrefix + nodeId)) !== null,
  };
}
