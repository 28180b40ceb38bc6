/** The load generator, in a process of its own: `node load.ts <urls> <write|read> <connections> <seconds> <keys>`. */
import autocannon from "autocannon";
import { sampleValue } from "./fill.ts";

const [urls = "", kind = "read", connections = "1", seconds = "5", keys = "1000"] = process.argv.slice(2);
const count = Number(keys);
let next = 0;

/** Every key in turn. */
function path(): string {
  next = (next + 1) % count;
  return `/api/v1/kv/bench/${next}`;
}

const addresses = urls.split(",");
const results = await Promise.all(
  addresses.map((url, index) =>
    autocannon({
      url,
      connections: share(index),
      duration: Number(seconds),
      requests: [
        kind === "write"
          ? {
              method: "PUT",
              headers: { "content-type": "application/json" },
              body: sampleValue,
              setupRequest: (request) => ({ ...request, path: path() }),
            }
          : { method: "GET", setupRequest: (request) => ({ ...request, path: path() }) },
      ],
    }),
  ),
);
const sum = (read: (result: (typeof results)[number]) => number): number =>
  results.reduce((total, result) => total + read(result), 0);
process.stdout.write(
  JSON.stringify({
    answered: sum((result) => result["2xx"]),
    refused: sum((result) => result.non2xx + result.errors + result.timeouts),
    seconds: Math.max(...results.map(({ duration }) => duration)),
    // Of several addresses the slowest.
    p50Milliseconds: Math.max(...results.map(({ latency }) => latency.p50)),
    p99Milliseconds: Math.max(...results.map(({ latency }) => latency.p99)),
  }),
);

/** Connections of an address; autocannon wants one at least. */
function share(index: number): number {
  const total = Number(connections);
  return Math.max(1, Math.floor(total / addresses.length) + (index < total % addresses.length ? 1 : 0));
}
