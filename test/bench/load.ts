/** The load generator, in a process of its own: `node load.ts <url> <write|read> <connections> <seconds> <keys>`. */
import autocannon from "autocannon";

const [url = "", kind = "read", connections = "1", seconds = "5", keys = "1000"] = process.argv.slice(2);
const count = Number(keys);
const body = JSON.stringify({ name: "benchmark", numbers: [1, 2, 3], text: "x".repeat(64) });
let next = 0;

/** Every key in turn. */
function path(): string {
  next = (next + 1) % count;
  return `/api/v1/kv/bench/${next}`;
}

const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  requests: [
    kind === "write"
      ? {
          method: "PUT",
          headers: { "content-type": "application/json" },
          body,
          setupRequest: (request) => ({ ...request, path: path() }),
        }
      : { method: "GET", setupRequest: (request) => ({ ...request, path: path() }) },
  ],
});
const { latency } = result;
process.stdout.write(
  JSON.stringify({
    answered: result["2xx"],
    refused: result.non2xx + result.errors + result.timeouts,
    seconds: result.duration,
    p50Milliseconds: latency.p50,
    p99Milliseconds: latency.p99,
  }),
);
