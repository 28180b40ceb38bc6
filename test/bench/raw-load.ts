/**
 * What the API is measured against: one etcd call for each write or read, through the same gRPC client that the node uses,
 * and none of its fast paths. `node raw-load.ts <urls> <write|read> <clients> <seconds> <keys>`.
 */
import { EtcdClient } from "../../node-runtime/store/etcd/client.ts";
import { sampleValue } from "./fill.ts";
import { percentile } from "./measure.ts";

const [urls = "", kind = "read", count = "1", seconds = "5", keys = "1000"] = process.argv.slice(2);
const endpoints = urls.split(",");
const connections = endpoints.map((endpoint) => new EtcdClient({ endpoints: [endpoint], timeoutMilliseconds: 10_000 }));
const value = Buffer.from(sampleValue);
const latencies: number[] = [];
let refused = 0;
let next = 0;
const begin = performance.now();
const end = begin + Number(seconds) * 1000;

async function client(connection: EtcdClient): Promise<void> {
  while (performance.now() < end) {
    next = (next + 1) % Number(keys);
    const key = Buffer.from(`raw/${next}`);
    const started = performance.now();
    try {
      if (kind === "write") await connection.txn({ success: [{ request_put: { key, value } }] });
      else await connection.range({ key });
      latencies.push(performance.now() - started);
    } catch {
      refused += 1;
    }
  }
}

const clients = Array.from({ length: Number(count) }, (_, index) => connections[index % connections.length]);
await Promise.all(clients.map(async (connection) => connection && client(connection)));
const took = (performance.now() - begin) / 1000;
for (const connection of connections) connection.close();
process.stdout.write(
  JSON.stringify({
    answered: latencies.length,
    refused,
    seconds: took,
    p50Milliseconds: Number(percentile(latencies, 0.5).toFixed(2)),
    p99Milliseconds: Number(percentile(latencies, 0.99).toFixed(2)),
  }),
);
