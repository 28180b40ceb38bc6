import assert from "node:assert/strict";
import { test } from "node:test";
import { environmentTargets, readEnvironment } from "./environment.ts";

test("lays the guides' variables over the options they name", () => {
  const { value, problems } = readEnvironment({
    NODE_ID: "node-7",
    HOST: "127.0.0.1",
    PORT: "8081",
    DATA_DIR: "/data",
    LOG_LEVEL: "DEBUG",
    BOOTSTRAP_PEERS: "/dns4/a/tcp/4001, /dns4/b/tcp/4001",
    PEERS: "coordinator-node2.example.com:8080,node-3@10.0.0.3",
    UNRELATED: "x",
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(value, {
    node: { id: "node-7" },
    cluster: {
      peers: [
        { id: "coordinator-node2", host: "coordinator-node2.example.com", port: 8080 },
        { id: "node-3", host: "10.0.0.3" },
      ],
    },
    api: { host: "127.0.0.1", port: 8081 },
    p2p: { bootstrap_peers: ["/dns4/a/tcp/4001", "/dns4/b/tcp/4001"] },
    storage: { data_dir: "/data" },
    monitoring: { log_level: "debug" },
  });
});

test("takes the first variable of an option, and none that is empty", () => {
  assert.deepEqual(readEnvironment({ NODE_ID: "", GRAPE_NODE_ID: "grape-1", MAIF_NODE_ID: "maif-1" }).value, {
    node: { id: "grape-1" },
  });
});

test("names the variable that can't be read, and never its secret", () => {
  const { problems } = readEnvironment({ PORT: "http", PEERS: "a b" });
  assert.deepEqual(
    problems.map(({ where, path, message }) => ({ where, path, message })),
    [
      {
        where: "environment variable PEERS",
        path: "cluster.peers",
        message: 'must be a list like node-2:8080,node-3:8080 or id@host:port, got "a b"',
      },
      { where: "environment variable PORT", path: "api.port", message: 'must be an integer, got "http"' },
    ],
  );
});

test("no two options are set by the same variable", () => {
  const names = environmentTargets.flatMap(({ variables }) => variables);
  assert.equal(new Set(names).size, names.length);
});
