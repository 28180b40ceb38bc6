import { after } from "node:test";
import { describeStoreContract } from "../contract.ts";
import { contractClusters } from "./testing/contract-clusters.ts";

const clusters = contractClusters({ members: 1 }, (cluster) => Promise.resolve([cluster.member(0).clientUrl]));
after(() => clusters.close());

describeStoreContract("etcd, one member", () => clusters.open());
