/** Writes every key once before the load, so that each read finds one. */
import { EtcdClient } from "../../node-runtime/store/etcd/client.ts";
import { keyCount } from "./measure.ts";

/** What is written: about 100 bytes of JSON. */
export const sampleValue = JSON.stringify({ name: "benchmark", numbers: [1, 2, 3], text: "x".repeat(64) });

const atOnce = 100;

/** Through the API of a node. */
export async function fillThroughApi(url: string): Promise<void> {
  for (let first = 0; first < keyCount; first += atOnce) {
    const answers = await Promise.all(
      Array.from({ length: atOnce }, (_, index) =>
        fetch(`${url}/api/v1/kv/bench/${first + index}`, {
          method: "PUT",
          headers: { "content-type": "application/json" },
          body: sampleValue,
        }),
      ),
    );
    for (const answer of answers) {
      if (!answer.ok) throw new Error(`filling failed: ${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
    }
  }
}

/** Into etcd itself. */
export async function fillRaw(endpoint: string): Promise<void> {
  const client = new EtcdClient({ endpoints: [endpoint], timeoutMilliseconds: 10_000 });
  const value = Buffer.from(sampleValue);
  for (let first = 0; first < keyCount; first += atOnce) {
    const success = Array.from({ length: atOnce }, (_, index) => ({
      request_put: { key: Buffer.from(`raw/${first + index}`), value },
    }));
    await client.txn({ success });
  }
  client.close();
}
