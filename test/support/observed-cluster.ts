/**
 * A live cluster with everything that watches it: three nodes under a small load, the load balancer, exporters, and a
 * Prometheus that collects with the config that the kit makes.
 *
 * Measured (2 cores with other work): 25 to 60 s until every target was collected from.
 */
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { alertInputOf, alertRules, rulesYaml } from "@quorumkit/alerts";
import { readClusterSpec, type ClusterSpec, type SystemName } from "@quorumkit/schema";
import { alertmanagerConfig } from "../../components/alert-rules/alertmanager.ts";
import { planNodeExporter } from "../../components/exporters/services.ts";
import { clusterJobs, type ClusterTargets } from "../../components/prometheus/cluster-jobs.ts";
import { prometheusConfig } from "../../components/prometheus/config.ts";
import { testAuthority, writeCertificate } from "../faults/certificates.ts";
import { startBalancer, type RunningBalancer } from "../observability/balancer.ts";
import { SteadyLoad } from "../observability/load.ts";
import type { MemberPlace } from "./local-cluster.ts";
import { freePorts } from "./ports.ts";
import {
  startAlertmanager,
  startNginxExporter,
  startNodeExporter,
  startPrometheus,
  type RunningProgram,
  type RunningPrometheus,
} from "./prometheus.ts";
import { RunningCluster } from "./running-cluster.ts";
import { until } from "./until.ts";

const system = "coordinator" satisfies SystemName;
const clusterName = "observed";

/** How long the nodes may take, in ms: this is also run beside other work. */
const readyLimit = 120_000;

type Authority = Awaited<ReturnType<typeof testAuthority>>;
type Ending = Pick<TestContext, "after">;

/** What a test wants of an observed cluster. */
export interface ObservedOptions {
  /** Laid over the spec, as in files; the load balancer's part stays as it is. */
  spec?: Readonly<Record<string, unknown>>;
  /** The text of a rule file, made of the spec. Default: the kit's own rules as they are. */
  rules?: (spec: ClusterSpec) => string;
  /** Default true. */
  load?: boolean;
}

/** A live cluster that is watched. */
export interface ObservedCluster {
  cluster: RunningCluster;
  balancer: RunningBalancer;
  prometheus: RunningPrometheus;
  alertmanager: RunningProgram;
  system: typeof system;
  clusterName: string;
  spec: ClusterSpec;
  load?: SteadyLoad;
  /** Stops a node's process for a while; its etcd goes on. Gives what wakes it. */
  pause: (id: string) => () => void;
  /** Has one more node join through another one; Prometheus doesn't ask it. Resolves when its process has been started. */
  join: (through: string) => Promise<void>;
  /** Ends everything; it ends with the test in any case. */
  stop: () => Promise<void>;
}

/** Starts all of it, and waits until every target has been collected from. */
export async function startObservedCluster(test: Ending, options: ObservedOptions = {}): Promise<ObservedCluster> {
  const { own, stop } = endingOf(test);
  const directory = await mkdtemp(join(tmpdir(), "quorumkit-observed-"));
  own.after(() => rm(directory, { recursive: true, force: true }));
  const authority = await testAuthority();
  const { cluster, processes } = await startNodes(own, authority);
  const { members } = cluster.cluster;
  const [http = 0, https = 0, status = 0, metrics = 0, requests = 0] = await freePorts(5);
  const shown = await writeCertificate(authority, directory, "load-balancer", "127.0.0.1");
  const spec = specOf({
    ...options.spec,
    load_balancer: {
      http_port: http,
      https_port: https,
      // Clients of the load speak HTTP; the certificate is there to be watched.
      redirect_http: false,
      tls: { enabled: true, cert_file: shown.certificate, key_file: shown.key },
    },
  });
  const balancer = await startBalancer(own, spec, members, { status, metrics, requests });
  const machine = await startNodeExporter(own, machineFlags(spec));
  const nginx = await startNginxExporter(own, balancer.stubStatusUrl);
  const alertmanager = await startAlertmanager(own, alertmanagerConfig(spec).text);
  const targets: ClusterTargets = {
    nodes: members.map(({ id, ports }) => ({ id, address: `127.0.0.1:${ports.metrics}` })),
    around: {
      loadBalancer: balancer.metrics,
      nginx: nginx.address,
      nodeExporter: machine.address,
      alertmanager: alertmanager.address,
    },
  };
  const prometheus = await startPrometheus(
    own,
    ({ address, directory: home }) => configOf(spec, targets, address, home),
    {
      "rules/cluster.yaml": (options.rules ?? ownRules)(spec),
    },
  );
  const urls = [...members, balancer].map(({ url }) => url);
  const load = options.load === false ? undefined : startLoad(own, urls);
  await prometheus.untilUp();
  return {
    ...{ cluster, balancer, prometheus, alertmanager, system, clusterName, spec, stop },
    ...(load === undefined ? {} : { load }),
    pause: (id) => {
      const node = processes.get(id);
      node?.kill("SIGSTOP");
      return () => node?.kill("SIGCONT");
    },
    join: (through) => joinCluster(cluster, authority, through),
  };
}

/** What was started last ends first, once: when the test says so, or with the test. */
function endingOf(test: Ending): { own: Ending; stop: () => Promise<void> } {
  const ends: (() => unknown)[] = [];
  const end = async () => {
    for (const work of ends.splice(0).reverse()) await work();
  };
  let ended: Promise<void> | undefined;
  const stop = () => (ended ??= end());
  test.after(stop);
  return { own: { after: (work) => void ends.push(work as () => unknown) }, stop };
}

function specOf(more: Readonly<Record<string, unknown>>): ClusterSpec {
  const wire = {
    ...{ name: clusterName, system, members: 3, monitoring: { scrape_interval: "1s" } },
    // The certificates of tests live for a day.
    observability: { alerts: { thresholds: { certificate_expiry: "1h" } } },
    ...more,
  };
  const { value, errors } = readClusterSpec(wire);
  if (value === undefined) throw new Error(errors.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  return value;
}

/** Three nodes with certificates, whose end they tell of, and with claims that are lost soon. */
async function startNodes(
  test: Ending,
  authority: Authority,
): Promise<{ cluster: RunningCluster; processes: ReadonlyMap<string, ChildProcess> }> {
  const cluster = await RunningCluster.make(test, 3, {
    cluster: { name: clusterName },
    tasks: { heartbeat_timeout: "1s" },
  });
  const processes = new Map<string, ChildProcess>();
  for (const place of cluster.cluster.members) {
    await place.write({ p2p: { tls: await certificateOf(place, authority) } });
    processes.set(place.id, cluster.launch(place.id).process);
  }
  await until("every node is ready", readyLimit, async () => {
    const answers = await Promise.all(cluster.others().map((id) => cluster.ask(id, "/api/v1/ready")));
    return answers.every(({ status }) => status === 200) || undefined;
  });
  return { cluster, processes };
}

async function joinCluster(cluster: RunningCluster, authority: Authority, through: string): Promise<void> {
  const place = await cluster.cluster.addPlace();
  const body = { node_id: place.id, address: `127.0.0.1:${place.ports.peer}` };
  // Etcd takes no change of members until all have been in touch for a while.
  await until(`${place.id} may join`, readyLimit, async () => {
    const { status } = await cluster.ask(through, "/api/v1/cluster/add-node", { method: "POST", body });
    return status < 300 || undefined;
  });
  const joining = { peers: [], join_address: cluster.place(through).url };
  await place.write({ cluster: joining, p2p: { tls: await certificateOf(place, authority) } });
  cluster.launch(place.id);
}

/** Writes a certificate for a node, and gives what its config says of it. */
async function certificateOf({ id, directory }: MemberPlace, authority: Authority): Promise<Record<string, unknown>> {
  const files = await writeCertificate(authority, join(directory, `${id}-tls`), id, "127.0.0.1");
  return { enabled: true, cert_file: files.certificate, key_file: files.key, ca_file: files.authority };
}

function startLoad(test: Ending, urls: readonly string[]): SteadyLoad {
  const load = new SteadyLoad(urls);
  test.after(() => load.stop());
  return load;
}

/** The flags of the plan, apart from where a container sees the machine. */
function machineFlags(spec: ClusterSpec): string[] {
  return planNodeExporter(spec).command.filter((flag) => !/^--(?:path\.|web\.)/.test(flag));
}

function ownRules(spec: ClusterSpec): string {
  return rulesYaml(alertRules(alertInputOf(spec)));
}

function configOf(spec: ClusterSpec, { nodes, around }: ClusterTargets, address: string, directory: string): string {
  return prometheusConfig({
    scrapeInterval: spec.monitoring.scrapeInterval,
    jobs: clusterJobs(spec, { nodes, around: { ...around, prometheus: address } }),
    ruleFiles: [`${directory}/rules/*.yaml`],
    alertmanagers: around.alertmanager === undefined ? [] : [around.alertmanager],
    externalLabels: { cluster: spec.name },
  });
}
