import { after } from "node:test";
import { describeStoreContract } from "../contract.ts";
import { contractClusters } from "./testing/contract-clusters.ts";

const clusters = contractClusters({ members: 3 }, (cluster) => Promise.resolve(cluster.endpoints));
after(() => clusters.close());

describeStoreContract("etcd, with the endpoints of three members", () => clusters.open());
