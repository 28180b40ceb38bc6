import { after } from "node:test";
import { describeStoreContract } from "../contract.ts";
import { contractClusters } from "./testing/contract-clusters.ts";

const clusters = contractClusters({ members: 3 }, async (cluster) => {
  const { followers } = await cluster.roles();
  return followers.slice(0, 1).map(({ clientUrl }) => clientUrl);
});
after(() => clusters.close());

describeStoreContract("etcd, at a follower of three members", () => clusters.open());
