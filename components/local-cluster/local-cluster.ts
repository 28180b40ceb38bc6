/** Several nodes as processes of this machine. */
import * as pulumi from "@pulumi/pulumi";
import { planArgs, requireOverrides } from "../common/planning.ts";
import { stateDirectory } from "../common/state-directory.ts";
import { apiAddress, metricsAddress } from "../plan/endpoints.ts";
import { nodeIdOf, type PlannedNode } from "../plan/plan.ts";
import { tryItLine } from "../plan/try-it.ts";
import { childNames, type LocalClusterArgs } from "./args.ts";
import { createChildren, type Children } from "./children.ts";
import { planLocalCluster } from "./spec.ts";

const type = "quorumkit:local-cluster:LocalCluster";

/**
 * A cluster of 1, 3, 5 or 7 members, for development and tests.
 *
 * ```typescript
 * const orders = new LocalCluster("orders", {
 *   name: "orders",
 *   system: "coordinator",
 *   members: 3,
 *   target: { kind: "local-cluster" },
 * });
 * export const addresses = orders.addresses;
 * ```
 *
 * Cost: processes of the machine that runs Pulumi; nothing is rented.
 */
export class LocalCluster extends pulumi.ComponentResource {
  /** Where the APIs are reached, in the order of the nodes. */
  readonly addresses: pulumi.Output<string[]>;
  /** Where the API of the first node is reached, for example `http://127.0.0.1:8080`. */
  readonly address: pulumi.Output<string>;
  /** Where Prometheus collects the metrics; empty where monitoring is off. */
  readonly metricsAddresses: pulumi.Output<string[]>;
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
   * soon as they are known.
   */
  constructor(name: string, args: LocalClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    // No inputs are recorded for the component: they may hold secrets, and its children have them all.
    super(type, name, {}, opts);
    const { overrides = {}, runtime, ...cluster } = args;
    const subject = `${name} (${type})`;
    requireOverrides(subject, overrides, childNames);
    const directory = stateDirectory(pulumi.getProject(), pulumi.getStack(), name);
    const { known, plan } = planArgs(this, subject, cluster, (value) => planLocalCluster(value, directory));

    const each = (describe: (node: PlannedNode) => string | undefined) =>
      plan.apply((planned) => planned.plan.nodes.map(describe).filter((value) => value !== undefined));
    this.addresses = each(({ config }) => apiAddress(config));
    this.address = this.addresses.apply(([first = ""]) => first);
    this.metricsAddresses = each(({ config }) => metricsAddress(config));
    this.statusPages = each(({ config }) => (config.api.statusPage ? `${apiAddress(config)}/` : undefined));
    this.tryIt = each(({ config }) => tryItLine(config, apiAddress(config))).apply(([first = ""]) => first);
    this.nodeIds = each(({ id }) => id);
    this.configChecksums = each(({ checksum }) => checksum);
    this.nodes = createChildren({
      component: this,
      name,
      directory,
      known,
      plan,
      ids: Array.from({ length: cluster.members ?? 1 }, (_, index) => nodeIdOf(cluster.name, "member", index + 1)),
      ownCertificates: namesCertificates(cluster.p2p),
      overrides,
      runtime,
    });
    this.clusterId = this.nodes.members.clusterId;
    this.registerOutputs({
      addresses: this.addresses,
      address: this.address,
      metricsAddresses: this.metricsAddresses,
      statusPages: this.statusPages,
      tryIt: this.tryIt,
      nodeIds: this.nodeIds,
      clusterId: this.clusterId,
      configChecksums: this.configChecksums,
    });
  }
}

/** Whether the args say themselves which certificates the nodes show each other. */
function namesCertificates(p2p: LocalClusterArgs["p2p"]): boolean {
  if (pulumi.Output.isInstance(p2p) || p2p instanceof Promise) return false;
  return (p2p as { tls?: unknown } | undefined)?.tls !== undefined;
}
