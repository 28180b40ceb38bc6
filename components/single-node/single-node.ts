/** One node: as a process of this machine, as a container, or as a systemd unit on a host. */
import * as pulumi from "@pulumi/pulumi";
import { planArgs, requireOverrides } from "../common/planning.ts";
import { stateDirectory } from "../common/state-directory.ts";
import { apiAddress, metricsAddress } from "../plan/endpoints.ts";
import { tryItLine } from "../plan/try-it.ts";
import { childNames, type SingleNodeArgs } from "./args.ts";
import { createChildren, type Children } from "./children.ts";
import { planSingleNode, type SingleNodePlan } from "./spec.ts";

const type = "quorumkit:single-node:SingleNode";

/**
 * A cluster of one node.
 *
 * ```typescript
 * const orders = new SingleNode("orders", {
 *   name: "orders",
 *   system: "coordinator",
 *   monitoring: { logLevel: "debug" },
 * });
 * export const address = orders.address;
 * ```
 *
 * Cost: a process, container or unit on a machine that you have; nothing is rented.
 */
export class SingleNode extends pulumi.ComponentResource {
  /** Where the API is reached, for example `http://127.0.0.1:8080`. */
  readonly address: pulumi.Output<string>;
  /** Where Prometheus collects the metrics; undefined where monitoring is off. */
  readonly metricsAddress: pulumi.Output<string | undefined>;
  /** The status page, for a browser; undefined where it is off. */
  readonly statusPage: pulumi.Output<string | undefined>;
  /** One line for a shell that works as it stands. */
  readonly tryIt: pulumi.Output<string>;
  readonly nodeId: pulumi.Output<string>;
  readonly dataDirectory: pulumi.Output<string>;
  /** Checksum of the config that the node runs, as it answers it. */
  readonly configChecksum: pulumi.Output<string>;
  /** The resources beneath, by name; which exist depends on `target.singleNode.runOn`. */
  readonly nodes: Children;

  /**
   * Throws one `pulumi.InputPropertiesError` with every problem of the args. Where args hold Outputs the check runs as
   * soon as they are known.
   */
  constructor(name: string, args: SingleNodeArgs, opts?: pulumi.ComponentResourceOptions) {
    // No inputs are recorded for the component: they may hold secrets, and its children have them all.
    super(type, name, {}, opts);
    const { overrides = {}, runtime, ...cluster } = args;
    const directory = stateDirectory(pulumi.getProject(), pulumi.getStack(), name);
    const subject = `${name} (${type})`;
    requireOverrides(subject, overrides, childNames);
    const { known, plan } = planArgs(this, subject, cluster, (value) => planSingleNode(value, `${directory}/data`));

    const node = plan.apply((planned) => planned.node);
    const reached = plan.apply(reachedBy);
    this.address = pulumi.all([node, reached]).apply(([{ config }, host]) => apiAddress(config, host));
    this.metricsAddress = pulumi.all([node, reached]).apply(([{ config }, host]) => metricsAddress(config, host));
    this.statusPage = pulumi
      .all([node, this.address])
      .apply(([{ config }, address]) => (config.api.statusPage ? `${address}/` : undefined));
    this.tryIt = pulumi
      .all([plan, this.address])
      .apply(([planned, address]) => tryItLine(planned.node.config, address, loginTo(planned)));
    this.nodeId = node.apply(({ id }) => id);
    this.dataDirectory = node.apply(({ dataDirectory }) => dataDirectory);
    this.configChecksum = node.apply(({ checksum }) => checksum);
    const { runOn = "process", keepData = true } = cluster.target?.singleNode ?? {};
    this.nodes = createChildren(
      { component: this, name, directory, known, plan, address: this.address, overrides, runtime, keepData },
      runOn,
    );
    this.registerOutputs({
      address: this.address,
      metricsAddress: this.metricsAddress,
      statusPage: this.statusPage,
      tryIt: this.tryIt,
      nodeId: this.nodeId,
      dataDirectory: this.dataDirectory,
      configChecksum: this.configChecksum,
    });
  }
}

/** The host name by which the machine that runs Pulumi reaches the node; undefined where it is the address it binds. */
function reachedBy({ spec }: SingleNodePlan): string | undefined {
  const { runOn, container, systemd } = spec.target.singleNode;
  if (runOn === "container") return container.publishAddress === "0.0.0.0" ? "127.0.0.1" : container.publishAddress;
  if (runOn !== "systemd") return undefined;
  return isLoopback(spec.api.host) ? undefined : systemd.host;
}

/** The command that logs in to the host of a node that listens on its loopback address alone; undefined for any other. */
function loginTo({ spec }: SingleNodePlan): string | undefined {
  const { runOn, systemd } = spec.target.singleNode;
  return runOn === "systemd" && isLoopback(spec.api.host)
    ? `ssh -p ${systemd.sshPort} ${systemd.sshUser}@${systemd.host}`
    : undefined;
}

function isLoopback(host: string): boolean {
  return ["127.0.0.1", "localhost", "::1"].includes(host);
}
