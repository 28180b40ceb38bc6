/** Real libp2p hosts on loopback, each in its worker, for tests. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Worker } from "node:worker_threads";
import { recordingLog, temporaryDirectory } from "../node/test-support.ts";
import type { LocalDispatch } from "./forwarding/local-dispatch.ts";
import type { LoadRecord } from "./load-records.ts";
import { PeerToPeer, type P2pEvent } from "./peer-to-peer.ts";
import type { KnownNode, Member, WorkerSettings } from "./protocol.ts";
import { defaultTimings } from "./settings.ts";
import type { MemoryLimits } from "./supervisor.ts";

/** 32 characters and more, as the schema wants it. */
export const testToken = "a-join-token-of-a-test-0123456789";

/** What a test may set. */
export interface TestPeerOptions {
  joinToken?: string | undefined;
  cluster?: string;
  members?: readonly Member[];
  bootstrap?: readonly string[];
  peers?: readonly KnownNode[];
  allowedPeers?: readonly string[];
  listen?: string;
  dispatch?: LocalDispatch;
  gossipInterval?: number;
  dht?: WorkerSettings["dht"];
  memory?: MemoryLimits;
  directory?: string;
}

/** A host of a test. */
export interface TestPeer {
  p2p: PeerToPeer;
  nodeId: string;
  blockDirectory: string;
  /** Resolves with the first event, past or to come, that matches. Each event is given once. */
  event: <Kind extends P2pEvent["kind"]>(
    kind: Kind,
    matches?: (event: Extract<P2pEvent, { kind: Kind }>) => boolean,
  ) => Promise<Extract<P2pEvent, { kind: Kind }>>;
  /** Kills the thread, as a crash would. */
  kill: () => Promise<number>;
  /** Its entry in a membership. Only after it has started. */
  member: () => Promise<Member>;
  records: Record<string, unknown>[];
}

/** A load record of a node. */
export function loadOf(nodeId: string, overrides: Partial<LoadRecord> = {}): LoadRecord {
  return {
    node_id: nodeId,
    at: Date.now(),
    ready: true,
    leader: false,
    requests_per_second: 1.5,
    in_flight: 2,
    p99_ms: null,
    cpu: 0.1,
    rss: 1000,
    workload: "tasks",
    ...overrides,
  };
}

/** Starts a host that stops when the test ends. */
export async function startTestPeer(
  test: Pick<TestContext, "after">,
  nodeId: string,
  options: TestPeerOptions = {},
): Promise<TestPeer> {
  const directory = options.directory ?? (await temporaryDirectory(test));
  const blockDirectory = join(directory, "blocks");
  await mkdir(blockDirectory, { recursive: true });
  const { log, records } = recordingLog();
  let worker: Worker | undefined;
  const p2p = new PeerToPeer({
    settings: () => ({
      nodeId,
      cluster: options.cluster ?? "test",
      identityFile: join(directory, "p2p.key"),
      listen: [options.listen ?? "/ip4/127.0.0.1/tcp/0"],
      announce: [],
      joinToken: "joinToken" in options ? options.joinToken : testToken,
      bootstrap: options.bootstrap ?? [],
      peers: options.peers ?? [],
      allowedPeers: options.allowedPeers ?? [],
      mdns: false,
      dht: options.dht ?? "off",
      blockDirectory,
      timings: { ...defaultTimings, hello: 1_000, redialFirst: 50, redialLongest: 500, stall: 3_000 },
    }),
    localLoad: () => loadOf(nodeId),
    dispatch: options.dispatch ?? (() => Promise.reject(new Error("no API in this test"))),
    keyHeaders: () => [],
    metrics: undefined,
    breakersEnabled: () => true,
    log,
    gossipInterval: options.gossipInterval ?? 200,
    restartFirstPause: 20,
    ...(options.memory === undefined ? {} : { memory: options.memory }),
    spawn: (file, workerOptions) => {
      worker = new Worker(file, workerOptions);
      return worker;
    },
  });
  const events = eventsOf(p2p);
  if (options.members !== undefined) p2p.setMembers(options.members);
  p2p.start();
  test.after(() => p2p.stop());
  return {
    p2p,
    nodeId,
    blockDirectory,
    event: events,
    kill: async () => (await worker?.terminate()) ?? 0,
    member: async () => {
      const { peerId, announced } = await p2p.status();
      return { nodeId, peerId: peerId ?? "", addresses: announced };
    },
    records,
  };
}

/** Starts a host and waits until it runs. */
export async function runTestPeer(
  test: Pick<TestContext, "after">,
  nodeId: string,
  options: TestPeerOptions = {},
): Promise<TestPeer> {
  const peer = await startTestPeer(test, nodeId, options);
  await peer.event("started");
  return peer;
}

/** Its first address, with its peer id. */
export async function addressOf(peer: TestPeer): Promise<string> {
  const [address] = (await peer.p2p.status()).announced;
  if (address === undefined) throw new Error(`${peer.nodeId} does not listen`);
  return address;
}

function eventsOf(p2p: PeerToPeer): TestPeer["event"] {
  const past: P2pEvent[] = [];
  const waiting = new Set<() => void>();
  p2p.subscribe((event) => {
    past.push(event);
    for (const look of [...waiting]) look();
  });
  return (kind, matches = () => true) =>
    new Promise((resolve) => {
      const isWanted = (event: P2pEvent): event is Extract<P2pEvent, { kind: typeof kind }> =>
        event.kind === kind && matches(event as Extract<P2pEvent, { kind: typeof kind }>);
      const look = (): void => {
        const position = past.findIndex(isWanted);
        const found = past[position];
        if (found === undefined || !isWanted(found)) return;
        past.splice(position, 1);
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
}
