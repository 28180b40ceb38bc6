/** What the tests of the managed etcd share: free ports, plans, certificates, and an etcd that stops with the test. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import {
  issueCertificate,
  makeAuthority,
  type KeyedCertificate,
} from "../../components/provider/security/authority.ts";
import { testConfig, recordingLog } from "../node/test-support.ts";
import { startManagedEtcd, type ManagedEtcdOptions } from "./managed-etcd.ts";
import { planEtcd, type EtcdPlan, type EtcdStart } from "./plan.ts";
import type { EtcdState, ManagedEtcd } from "./supervisor.ts";

type Test = Pick<TestContext, "after">;

const cleanups = new WeakMap<Test, (() => unknown)[]>();

/** Does something when the test ends, what came last first: node:test does what came first first. */
export function atEnd(test: Test, act: () => unknown): void {
  const acts = cleanups.get(test);
  if (acts !== undefined) {
    acts.push(act);
    return;
  }
  const own = [act];
  cleanups.set(test, own);
  test.after(async () => {
    for (let next = own.pop(); next !== undefined; next = own.pop()) await next();
  });
}

/** A directory that is removed when the test ends. */
export async function testDirectory(test: Test): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-managed-etcd-"));
  atEnd(test, () => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Something that listens on a port that the system chose, until the test ends. */
export async function occupyPort(test: Test): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  atEnd(test, () => server.close());
  return (server.address() as AddressInfo).port;
}

export interface PlanOptions {
  name?: string;
  clusterName?: string;
  ports: readonly number[];
  start?: EtcdStart;
  tls?: { cert_file: string; key_file: string; ca_file: string };
  consensus?: Record<string, unknown>;
  storage?: Record<string, unknown>;
}

/** A plan with short timeouts on loopback; without a start the member founds a cluster of its own. */
export function testPlan(dataDirectory: string, options: PlanOptions): EtcdPlan {
  const { name = "node-1", clusterName = "test", ports, tls, storage } = options;
  const [clientPort, peerPort] = ports;
  const config = testConfig(dataDirectory, {
    node: { id: name },
    cluster: { name: clusterName },
    api: { host: "127.0.0.1" },
    consensus: {
      engine: "etcd",
      client_port: clientPort,
      peer_port: peerPort,
      heartbeat_interval: "50ms",
      election_timeout: "500ms",
      ...options.consensus,
    },
    ...(tls === undefined ? {} : { p2p: { tls: { enabled: true, ...tls } } }),
    ...(storage === undefined ? {} : { storage }),
  });
  const peerUrl = `${tls === undefined ? "http" : "https"}://127.0.0.1:${peerPort ?? 0}`;
  return planEtcd(config, options.start ?? { initialCluster: [{ name, peerUrl }], state: "new" });
}

export interface TestEtcd {
  etcd: ManagedEtcd;
  records: Record<string, unknown>[];
}

/** Starts an etcd that is stopped when the test ends, and removes nothing. */
export async function startTestEtcd(
  test: Test,
  plan: EtcdPlan,
  options: Partial<ManagedEtcdOptions> = {},
): Promise<TestEtcd> {
  const { log, records } = recordingLog();
  const etcd = await startManagedEtcd({ plan, log, ...options });
  atEnd(test, () => etcd.stop());
  return { etcd, records };
}

/** Resolves with the first state, the current one included, that is wanted. */
export function untilState(etcd: ManagedEtcd, wanted: (state: EtcdState) => boolean): Promise<EtcdState> {
  return new Promise((resolve) => {
    const look = (state: EtcdState): void => {
      if (!wanted(state)) return;
      unsubscribe();
      resolve(state);
    };
    const unsubscribe = etcd.subscribe(look);
    look(etcd.state);
  });
}

const day = 86_400_000;

/** An authority of the test's own, the one that the project issues certificates with. */
export class TestAuthority {
  readonly #directory: string;
  readonly #pair: KeyedCertificate;

  private constructor(directory: string, pair: KeyedCertificate) {
    this.#directory = directory;
    this.#pair = pair;
  }

  static async make(directory: string): Promise<TestAuthority> {
    const pair = await makeAuthority("etcd tests", Date.now(), Date.now() + day);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, "ca.crt"), pair.certificate);
    return new TestAuthority(directory, pair);
  }

  /** Files of a certificate for 127.0.0.1, as p2p.tls wants them. */
  async issue(name: string): Promise<{ cert_file: string; key_file: string; ca_file: string }> {
    const subject = { name, hosts: ["127.0.0.1"] };
    const { certificate, key } = await issueCertificate(this.#pair, subject, Date.now(), Date.now() + day);
    const files = {
      cert_file: join(this.#directory, `${name}.crt`),
      key_file: join(this.#directory, `${name}.key`),
      ca_file: join(this.#directory, "ca.crt"),
    };
    await writeFile(files.cert_file, certificate);
    await writeFile(files.key_file, key, { mode: 0o600 });
    return files;
  }
}
