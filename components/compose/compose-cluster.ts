/** A cluster with everything around it, as containers of one Docker host. */
import * as pulumi from "@pulumi/pulumi";
import { planArgs, requireOverrides } from "../common/planning.ts";
import { problemsError } from "../common/problems.ts";
import { stateDirectory } from "../common/state-directory.ts";
import { argsPath } from "../common/wire.ts";
import type { PlannedService } from "../plan/service.ts";
import { tryItLine } from "../plan/try-it.ts";
import { publishedUrl } from "../prometheus/watcher-service.ts";
import { childNames, type ComposeClusterArgs } from "./args.ts";
import { createChildren, type Children } from "./children.ts";
import { decide } from "./deciding.ts";
import { planCompose, publishedAddress } from "./spec.ts";

const type = "quorumkit:compose:ComposeCluster";

/**
 * A cluster of 1, 3, 5 or 7 members on a Docker host, with a load balancer in front of them, and Prometheus,
 * Alertmanager, Grafana and exporters around them.
 *
 * ```typescript
 * const orders = new ComposeCluster("orders", {
 *   name: "orders",
 *   system: "coordinator",
 *   members: 3,
 *   loadBalancer: { httpPort: 8000 },
 *   target: { kind: "compose" },
 * });
 * export const address = orders.address;
 * ```
 *
 * Cost: containers of the machine that runs Pulumi; nothing is rented.
 */
export class ComposeCluster extends pulumi.ComponentResource {
  /** Where clients reach the cluster: its load balancer, or the first node where there is none. */
  readonly address: pulumi.Output<string>;
  /** Where the nodes' own APIs are reached from the Docker host, in the order of the nodes. */
  readonly addresses: pulumi.Output<string[]>;
  /** The pages of Prometheus; undefined where there is none. */
  readonly prometheusAddress: pulumi.Output<string | undefined>;
  /** The pages of Alertmanager; undefined where there is none. */
  readonly alertmanagerAddress: pulumi.Output<string | undefined>;
  /** The pages of Grafana; undefined where there is none. */
  readonly grafanaAddress: pulumi.Output<string | undefined>;
  /** The password of Grafana's administrator where the spec gives none; secret. */
  readonly grafanaPassword: pulumi.Output<string | undefined>;
  /** The status pages, for a browser; empty where they are off. */
  readonly statusPages: pulumi.Output<string[]>;
  /** One line for a shell that works as it stands. */
  readonly tryIt: pulumi.Output<string>;
  readonly nodeIds: pulumi.Output<string[]>;
  /** Id of the cluster, known when its members have found each other; empty for a lone member. */
  readonly clusterId: pulumi.Output<string>;
  /** Checksums of the configs that the nodes run, as they answer them. */
  readonly configChecksums: pulumi.Output<string[]>;
  /** The resources beneath. */
  readonly nodes: Children;

  /**
   * Throws one `pulumi.InputPropertiesError` with every problem of the args. Where args hold Outputs the check runs as
   * soon as they are known; those that decide what exists have to be plain.
   */
  constructor(name: string, args: ComposeClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    // No inputs are recorded for the component: they may hold secrets, and its children have them all.
    super(type, name, {}, opts);
    const { overrides = {}, ...cluster } = args;
    const subject = `${name} (${type})`;
    requireOverrides(subject, overrides, childNames);
    const { known, plan } = planArgs(this, subject, cluster, planCompose);
    const { value: deciding, problems } = decide(cluster);
    if (deciding === undefined) {
      const unclear = "the args that decide what exists can't be read by themselves: give all of them as plain values";
      throw problems.length > 0 ? problemsError(subject, problems, argsPath, argsPath) : new Error(unclear);
    }

    const nodes = plan.apply(({ spec, plan: planned }) =>
      planned.nodes.map((node, position) => ({ node, address: publishedAddress(spec, node, position) })),
    );
    const published = (kind: PlannedService["kind"], ports: readonly string[]) =>
      plan.apply(({ services }) => addressOf(services.services, kind, ports));
    this.addresses = nodes.apply((list) => list.map(({ address }) => address));
    this.address = pulumi
      .all([published("load-balancer", ["https", "http"]), this.addresses])
      .apply(([balancer, [first = ""]]) => balancer ?? first);
    this.prometheusAddress = published("prometheus", ["ui"]);
    this.alertmanagerAddress = published("alertmanager", ["ui"]);
    this.grafanaAddress = published("grafana", ["ui"]);
    this.statusPages = nodes.apply((list) =>
      list.filter(({ node }) => node.config.api.statusPage).map(({ address }) => `${address}/`),
    );
    this.tryIt = pulumi
      .all([nodes, this.address])
      .apply(([[first], address]) => (first === undefined ? "" : tryItLine(first.node.config, address)));
    this.nodeIds = nodes.apply((list) => list.map(({ node }) => node.id));
    this.configChecksums = nodes.apply((list) => list.map(({ node }) => node.checksum));
    this.nodes = createChildren({
      component: this,
      name,
      directory: stateDirectory(pulumi.getProject(), pulumi.getStack(), name),
      known,
      plan,
      ...deciding,
      overrides,
    });
    this.clusterId = this.nodes.members.clusterId;
    const chosen = plan.apply(({ spec }) => spec.observability.grafana.adminPassword !== undefined);
    this.grafanaPassword = pulumi
      .all([chosen, pulumi.output(this.nodes.password?.token)])
      .apply(([own, drawn]) => (own ? undefined : drawn));
    this.registerOutputs({
      address: this.address,
      addresses: this.addresses,
      prometheusAddress: this.prometheusAddress,
      alertmanagerAddress: this.alertmanagerAddress,
      grafanaAddress: this.grafanaAddress,
      grafanaPassword: this.grafanaPassword,
      statusPages: this.statusPages,
      tryIt: this.tryIt,
      nodeIds: this.nodeIds,
      clusterId: this.clusterId,
      configChecksums: this.configChecksums,
    });
  }
}

/** Where the host publishes the first of these ports that a service has, as a client on that host writes it. */
function addressOf(
  services: readonly PlannedService[],
  kind: PlannedService["kind"],
  ports: readonly string[],
): string | undefined {
  const service = services.find((each) => each.kind === kind);
  for (const wanted of ports) {
    const publish = service?.ports.find(({ name }) => name === wanted)?.publish;
    if (publish === undefined) continue;
    const address = publishedUrl(publish).replace(/\/$/, "");
    return wanted === "https" ? address.replace(/^http:/, "https:") : address;
  }
  return undefined;
}
