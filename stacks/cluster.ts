/** Chooses the component for the target of a stack. */
import { ComposeCluster, LocalCluster, SingleNode, type ClusterArgs, type Override } from "@quorumkit/components";

/** What a stack file holds. Which children there are to override is the component's to check. */
export interface StackArgs extends ClusterArgs {
  overrides?: Record<string, Override>;
}

/** Makes the cluster; returns the outputs of the stack. */
export function makeCluster(name: string, args: StackArgs): Record<string, unknown> {
  if (args.target?.kind === "local-cluster") {
    const { addresses, address, metricsAddresses, statusPages, tryIt, nodeIds, clusterId, configChecksums } =
      new LocalCluster(name, args);
    return { addresses, address, metricsAddresses, statusPages, tryIt, nodeIds, clusterId, configChecksums };
  }
  if (args.target?.kind === "compose") {
    const made = new ComposeCluster(name, args);
    const { address, addresses, prometheusAddress, alertmanagerAddress, grafanaAddress, grafanaPassword } = made;
    const { statusPages, tryIt, nodeIds, clusterId, configChecksums } = made;
    const watching = { prometheusAddress, alertmanagerAddress, grafanaAddress, grafanaPassword };
    return { address, addresses, ...watching, statusPages, tryIt, nodeIds, clusterId, configChecksums };
  }
  const { address, metricsAddress, statusPage, tryIt, nodeId, dataDirectory, configChecksum } = new SingleNode(
    name,
    args,
  );
  return { address, metricsAddress, statusPage, tryIt, nodeId, dataDirectory, configChecksum };
}
