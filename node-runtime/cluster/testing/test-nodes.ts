/** The cluster's work of several nodes in one process, each over an etcd member and with a store of its own. */
import type { TestContext } from "node:test";
import pino from "pino";
import { EtcdClient } from "../../store/etcd/client.ts";
import { startMemberMonitor } from "../../store/etcd/monitor.ts";
import { openEtcdStore } from "../../store/etcd/open.ts";
import type { Store } from "../../store/store.ts";
import { EtcdCluster } from "../etcd-cluster.ts";
import { openWith } from "../membership/member-clients.ts";
import type { ClusterTiming, EtcdClusterOptions } from "../parts.ts";
import type { PresenceRecord } from "../presence/records.ts";
import { EtcdMembers, until } from "./etcd-members.ts";

export const quickTiming: Partial<ClusterTiming> = {
  presenceTtlMilliseconds: 1_500,
  rollCallMilliseconds: 300,
  graceMilliseconds: 1_000,
  rosterMilliseconds: 200,
  promotion: { idle: 300, learning: 100 },
};

export interface TestClusterNode {
  readonly name: string;
  readonly cluster: EtcdCluster;
  readonly store: Store;
  /** Ends the node's work; etcd goes on. */
  close: () => Promise<void>;
}

export interface TestCluster {
  readonly members: EtcdMembers;
  readonly nodes: ReadonlyMap<string, TestClusterNode>;
  node(name: string): EtcdCluster;
  /** Makes the work of one more node. */
  join(name: string): Promise<EtcdCluster>;
  /** Node id of the leader, once all the given nodes agree on it. */
  leader(among?: readonly string[]): Promise<string>;
}

export async function startTestCluster(
  test: Pick<TestContext, "after">,
  count: number,
  overrides: Partial<EtcdClusterOptions> = {},
): Promise<TestCluster> {
  const nodes = new Map<string, TestClusterNode>();
  // Hooks run in the order in which they were added: the nodes end before the members do.
  test.after(() => Promise.all([...nodes.values()].map(({ close }) => close())));
  const members = await EtcdMembers.start(test, count);
  const cluster: TestCluster = {
    members,
    nodes,
    node: (name) => {
      const node = nodes.get(name);
      if (node === undefined) throw new Error(`there is no node ${name}`);
      return node.cluster;
    },
    join: async (name) => {
      const node = await startNode(members, name, overrides);
      nodes.set(name, node);
      return node.cluster;
    },
    leader: async (among = [...nodes.keys()]) => {
      const seen = () => [...new Set(among.map((name) => cluster.node(name).standing().leader))];
      await until(() => seen().length === 1 && seen()[0] !== null);
      return seen()[0] ?? "";
    },
  };
  for (const { name } of members.all) await cluster.join(name);
  return cluster;
}

async function startNode(
  members: EtcdMembers,
  name: string,
  overrides: Partial<EtcdClusterOptions>,
): Promise<TestClusterNode> {
  const client = new EtcdClient({ endpoints: [members.member(name).clientUrl], timeoutMilliseconds: 3_000 });
  const monitor = startMemberMonitor(client, { intervalMilliseconds: 50, timeoutMilliseconds: 500 });
  const store = await openEtcdStore({
    client,
    monitor,
    cacheBytes: 1024 * 1024,
    maximumBatch: 100,
    requestTimeoutMilliseconds: 3_000,
  });
  const cluster = await EtcdCluster.start({
    nodeId: name,
    clusterName: "test",
    kind: "member",
    client,
    openClient: openWith(() => undefined, 3_000),
    monitor,
    store,
    logger: pino({ level: "silent" }),
    describe: () => describeNode(name, monitor.current?.memberId ?? null),
    peerAt: (address) => members.all.find(({ peerUrl }) => peerUrl.endsWith(address))?.name,
    timing: quickTiming,
    ...overrides,
  });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= (async () => {
      await cluster.close();
      await store.close();
      monitor.close();
      client.close();
    })();
    return closed;
  };
  return { name, cluster, store, close };
}

export function describeNode(name: string, memberId: string | null): PresenceRecord {
  return {
    node_id: name,
    name,
    role: "member",
    address: "127.0.0.1:8080",
    peer_id: `peer-of-${name}`,
    p2p_addresses: [],
    member_id: memberId,
    region: null,
    zone: null,
    rack: null,
    labels: {},
    version: "0.1.0",
    started_at: "2026-01-01T00:00:00.000Z",
    ready: true,
  };
}
