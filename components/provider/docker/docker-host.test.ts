import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { beforeEach, describe, test, type TestContext } from "node:test";
import { freePorts } from "../../../test/support/ports.ts";
import type { Context, Properties } from "../core/handler.ts";
import { dockerHost } from "./docker-host.ts";
import { readContainers, type Engine, type ExistingContainer } from "./engine.ts";
import { listeningSockets } from "./listeners.ts";

/** An engine that exists in this test only. */
interface Model {
  trouble: string | undefined;
  containers: ExistingContainer[];
  images: Set<string>;
  /** Images that a registry has. */
  registry: Set<string>;
}

let model: Model;
let lines: string[];
let asked: string[];

const engine: Engine = {
  trouble: () => Promise.resolve(model.trouble),
  containers: () => {
    asked.push("containers");
    return Promise.resolve(model.containers);
  },
  hasImage: (_host, image) => Promise.resolve(model.images.has(image)),
  pull: (_host, image) => {
    asked.push(`pull ${image}`);
    if (!model.registry.has(image)) return Promise.resolve("manifest unknown");
    model.images.add(image);
    return Promise.resolve(undefined);
  },
};

const handler = dockerHost(engine);

const context: Context = {
  urn: "urn",
  log: (severity, message) => {
    lines.push(`${severity}: ${message}`);
    return Promise.resolve();
  },
  signal: new AbortController().signal,
};

const mine = { "quorumkit.stack": "project/stack" };

function inputs(more: Properties = {}): Properties {
  return {
    dockerHost: "unix:///run/docker.sock",
    option: "target.compose.docker_host",
    stack: "project/stack",
    images: [{ name: "quorumkit/node:0.1.0", option: "target.compose.image" }],
    ports: [],
    containers: [{ name: "stack-orders-1" }],
    ...more,
  };
}

async function reasons(news: Properties): Promise<string[]> {
  return ((await handler.check?.(context, undefined, news)) ?? []).map(
    ({ property, reason }) => `${property}: ${reason}`,
  );
}

/** A port that something listens on until the test ends. */
async function takenPort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}

function wanted(port: number, container = "stack-prometheus", address = "127.0.0.1") {
  return { address, port, option: "observability.prometheus.port", container };
}

beforeEach(() => {
  lines = [];
  asked = [];
  model = { trouble: undefined, containers: [], images: new Set(["quorumkit/node:0.1.0"]), registry: new Set() };
});

test("a host on which everything can be made has no problem", async () => {
  const [port = 0] = await freePorts(1);
  assert.deepEqual(await reasons(inputs({ ports: [wanted(port)] })), []);
  assert.deepEqual(lines, []);
});

describe("an engine that can't be used", () => {
  test("is named with the option and what to do", async () => {
    model.trouble = "Cannot connect to the Docker daemon at unix:///run/docker.sock. Is the docker daemon running?";
    const [reason = "", ...others] = await reasons(inputs());
    assert.deepEqual(others, []);
    assert.match(
      reason,
      /^dockerHost: target\.compose\.docker_host: no Docker engine answers at unix:\/\/\/run\/docker\.sock: Cannot connect.*systemctl start docker.*set target\.compose\.docker_host/,
    );
    assert.deepEqual(asked, []);
  });

  test("may be one that this account may not use", async () => {
    model.trouble = "permission denied while trying to connect to the Docker daemon socket";
    assert.match((await reasons(inputs())).join(), /add the account to the group docker/);
  });
});

describe("a port", () => {
  test("that something listens on is named, with the option and the process", async (t) => {
    const port = await takenPort(t);
    const [reason = ""] = await reasons(inputs({ ports: [wanted(port)] }));
    assert.match(
      reason,
      new RegExp(
        `^ports\\[0\\]: observability\\.prometheus\\.port: port ${port} of 127\\.0\\.0\\.1 is already in use by \\S.* \\(process ${process.pid}\\)\\. Stop what listens there, or set observability\\.prometheus\\.port to another port$`,
      ),
    );
    assert.equal((await reasons(inputs({ ports: [wanted(port, "stack-prometheus", "0.0.0.0")] }))).length, 1);
  });

  test("that its own container has is free for it", async (t) => {
    const port = await takenPort(t);
    const ports = [{ address: "127.0.0.1", port }];
    model.containers = [{ name: "stack-prometheus", running: true, labels: mine, ports }];
    assert.deepEqual(await reasons(inputs({ ports: [wanted(port)] })), []);
    assert.deepEqual(await reasons(inputs({ ports: [wanted(port, "stack-prometheus", "0.0.0.0")] })), []);
  });

  test("that another container has is named with it", async (t) => {
    const port = await takenPort(t);
    const ports = [{ address: "0.0.0.0", port }];
    model.containers = [{ name: "web", running: true, labels: {}, ports }];
    assert.match((await reasons(inputs({ ports: [wanted(port)] }))).join(), /in use by the container web\. Stop it/);
    model.containers = [{ name: "stack-grafana", running: true, labels: mine, ports }];
    assert.match(
      (await reasons(inputs({ ports: [wanted(port)] }))).join(),
      /held by stack-grafana of this stack until/,
    );
  });

  test("on an address that the machine doesn't have is named", async () => {
    const ports = [wanted(8080, "stack-prometheus", "203.0.113.7")];
    assert.match((await reasons(inputs({ ports }))).join(), /this machine has no address 203\.0\.113\.7/);
  });

  test("that two containers want is named once", async () => {
    const [port = 0] = await freePorts(1);
    const ports = [wanted(port), { ...wanted(port, "stack-grafana", "0.0.0.0"), option: "observability.grafana.port" }];
    const [reason = "", ...others] = await reasons(inputs({ ports }));
    assert.deepEqual(others, []);
    assert.match(reason, /^ports\[1\]: observability\.grafana\.port: .* that of stack-prometheus too/);
  });
});

describe("a name", () => {
  test("that a container of another stack, or of nobody, has is refused", async () => {
    const other = { name: "stack-orders-1", running: false, ports: [] };
    model.containers = [{ ...other, labels: { "quorumkit.stack": "shop/stack" } }];
    assert.match(
      (await reasons(inputs())).join(),
      /^containers\[0\]: a container stack-orders-1 exists already.*of the stack shop\/stack/,
    );
    model.containers = [{ ...other, labels: {} }];
    assert.match(
      (await reasons(inputs())).join(),
      /not made by quorumkit\. Remove it \(docker rm --force stack-orders-1\)/,
    );
    model.containers = [{ ...other, labels: mine }];
    assert.deepEqual(await reasons(inputs()), []);
  });
});

test("a file of the host that isn't there is named", async () => {
  const hostPaths = [{ path: "/nowhere/ca.crt", container: "stack-orders-1" }];
  assert.match((await reasons(inputs({ hostPaths }))).join(), /^hostPaths\[0\]: \/nowhere\/ca\.crt does not exist/);
});

test("all problems are told at once", async (t) => {
  const port = await takenPort(t);
  model.containers = [{ name: "stack-orders-1", running: true, labels: {}, ports: [] }];
  const hostPaths = [{ path: "/nowhere", container: "stack-orders-1" }];
  assert.equal((await reasons(inputs({ ports: [wanted(port)], hostPaths }))).length, 3);
});

test("nothing is asked while an input is not known yet", async () => {
  const known = Object.entries(inputs()).filter(([name]) => name !== "images");
  assert.deepEqual(await reasons(Object.fromEntries(known)), []);
  assert.deepEqual(asked, []);
});

describe("an image that isn't on the host", () => {
  beforeEach(() => {
    model.images.clear();
  });

  test("will be pulled, says a preview", async () => {
    assert.deepEqual(await reasons(inputs()), []);
    assert.deepEqual(lines, [
      "info: target.compose.image: quorumkit/node:0.1.0 is not on the Docker host, it will be pulled",
    ]);
    const { changes } = await handler.diff(context, "id", inputs({ hostPaths: [] }), inputs());
    assert.deepEqual(changes, [{ path: "images", kind: "update", input: false }]);
    assert.deepEqual(asked, ["containers"]);
  });

  test("is pulled before anything else is made", async () => {
    model.registry.add("quorumkit/node:0.1.0");
    await handler.create(context, inputs());
    assert.deepEqual(asked, ["pull quorumkit/node:0.1.0"]);
    await handler.update(context, "id", inputs(), inputs());
    assert.deepEqual(asked, ["pull quorumkit/node:0.1.0"]);
  });

  test("and can't be pulled is named with its option, all of them", async () => {
    const images = [
      { name: "quorumkit/none:1", option: "target.compose.image" },
      { name: "prom/none:1", option: "observability.prometheus.image" },
    ];
    await assert.rejects(handler.create(context, inputs({ images })), (error: Error) => {
      assert.match(
        error.message,
        /target\.compose\.image: the image quorumkit\/none:1 .* manifest unknown\. Nothing was changed\. Build or load it/,
      );
      assert.match(error.message, /observability\.prometheus\.image: the image prom\/none:1/);
      return true;
    });
  });
});

test("a host with everything is no change", async () => {
  const { changes, notes } = await handler.diff(context, "id", inputs({ hostPaths: [] }), inputs());
  assert.deepEqual([changes, notes], [[], []]);
});

test("the containers of an engine are read", () => {
  const answer = [
    {
      Name: "/web",
      State: { Running: true },
      Config: { Labels: null },
      HostConfig: { PortBindings: { "80/tcp": [{ HostIp: "", HostPort: "8080" }], "81/tcp": null } },
    },
    { Name: "/b", State: { Running: false }, Config: { Labels: mine }, HostConfig: { PortBindings: null } },
  ];
  assert.deepEqual(readContainers(JSON.stringify(answer)), [
    { name: "web", running: true, labels: {}, ports: [{ address: "0.0.0.0", port: 8080 }] },
    { name: "b", running: false, labels: mine, ports: [] },
  ]);
});

test("sockets that listen are found in a table of the kernel", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 41 1 0 100 0 0 10 0",
    "   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 42 1 0 20 4 30 10 -1",
    "   2: 00000000:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 43 1 0 100 0 0 10 0",
  ].join("\n");
  assert.deepEqual(listeningSockets(table, 8080), ["socket:[41]"]);
  assert.deepEqual(listeningSockets("", 8080), []);
});
