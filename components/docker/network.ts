/** The network of a cluster's services. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { override, type Parent } from "../common/children.ts";
import type { ServicePlan } from "../plan/service.ts";
import type { DockerChildName, Host } from "./job.ts";
import { dockerNameOf, ownerOf } from "./names.ts";

/** What a network is made from. */
export interface NetworkJob extends Parent<DockerChildName> {
  host: Host;
  plan: pulumi.Output<Pick<ServicePlan, "cluster" | "subnet">>;
}

/** Makes the network `<stack>-<cluster>`, on which services reach each other by their names. */
export function createNetwork(job: NetworkJob): docker.Network {
  const { name, component, host, plan } = job;
  const args: docker.NetworkArgs = {
    name: plan.apply(({ cluster }) => dockerNameOf(cluster)),
    driver: "bridge",
    ipamConfigs: plan.apply(({ subnet }) => (subnet === undefined ? undefined : [{ subnet }])) as pulumi.Output<
      { subnet: string }[]
    >,
    labels: plan.apply(({ cluster }) => [
      { label: "quorumkit.cluster", value: cluster },
      { label: "quorumkit.stack", value: ownerOf() },
    ]),
  };
  return new docker.Network(`${name}-network`, override(job, "network", args, ["name"]), {
    parent: component,
    provider: host.provider,
    deleteBeforeReplace: true,
  });
}
