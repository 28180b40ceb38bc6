/** What a running Alertmanager sends, and what it keeps back. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readClusterSpec } from "@quorumkit/schema";
import { alertmanagerConfig } from "../../components/alert-rules/alertmanager.ts";
import { freePorts } from "../support/ports.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { ensureDebianPackages } from "../support/toolchain.ts";
import { until } from "../support/until.ts";

interface Message {
  alerts: { labels: Record<string, string> }[];
}

const resources = new AsyncDisposableStack();
const messages: Message[] = [];
let address: string;

before(async () => {
  await ensureDebianPackages(["prometheus-alertmanager"]);
  const receiver = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    request.on("end", () => {
      messages.push(JSON.parse(text) as Message);
      response.end();
    });
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  resources.defer(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  const { port: receiverPort } = receiver.address() as AddressInfo;
  const { value: spec } = readClusterSpec({
    name: "orders",
    system: "coordinator",
    members: 3,
    observability: {
      alertmanager: {
        group_wait: "1s",
        group_by: ["cluster"],
        receivers: [{ name: "on-call", url: `http://127.0.0.1:${receiverPort}/alerts` }],
      },
    },
  });
  assert.ok(spec);
  const folder = resources.use(temporaryFolder());
  writeFileSync(join(folder.path, "alertmanager.yml"), alertmanagerConfig(spec).text);
  const [port = 0] = await freePorts(1);
  address = `http://127.0.0.1:${port}`;
  const alertmanager = spawn(
    "prometheus-alertmanager",
    [
      `--config.file=${join(folder.path, "alertmanager.yml")}`,
      `--storage.path=${join(folder.path, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--cluster.listen-address=",
    ],
    { stdio: "ignore" },
  );
  resources.defer(async () => {
    const ended = once(alertmanager, "exit");
    if (alertmanager.kill()) await ended;
  });
  await until("a ready Alertmanager", 30_000, async () => ((await fetch(`${address}/-/ready`)).ok ? true : undefined));
});

after(() => resources.disposeAsync());

test("what follows from an alert that is told is kept back, causes and other clusters are not", async () => {
  const alert = (alertname: string, severity: string, labels: Record<string, string> = {}) => ({
    labels: { cluster: "orders", alertname, severity, ...labels },
  });
  const node = { instance: "orders-1" };
  const alerts = [
    alert("QuorumLost", "critical"),
    alert("NoLeader", "critical"),
    alert("NodeDown", "critical", node),
    alert("StoreUnhealthy", "critical", { instance: "orders-2" }),
    alert("LoadBalancerNoLeader", "critical"),
    alert("OpenFiles", "warning", node),
    alert("DiskSpace", "critical", { instance: "orders-2" }),
    alert("DiskSpace", "warning", { instance: "orders-2" }),
    alert("DiskSpace", "warning", { instance: "orders-3" }),
    alert("NodeDown", "critical", { cluster: "other", instance: "other-1" }),
    alert("MaintenanceForgotten", "info"),
    alert("Watchdog", "none"),
  ];
  const posted = await fetch(`${address}/api/v2/alerts`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(alerts),
  });
  assert.equal(posted.status, 200);
  const told = await until("both clusters' alerts", 30_000, () => {
    const names = messages.flatMap((message) =>
      message.alerts.map(({ labels }) =>
        [labels.cluster, labels.alertname, labels.severity, labels.instance].filter(Boolean).join(" "),
      ),
    );
    const clusters = new Set(names.map((name) => name.split(" ")[0]));
    return Promise.resolve(clusters.size === 2 ? names : undefined);
  });
  assert.deepEqual(told.sort(), [
    "orders DiskSpace critical orders-2",
    "orders DiskSpace warning orders-3",
    "orders QuorumLost critical",
    "other NodeDown critical other-1",
  ]);
});
