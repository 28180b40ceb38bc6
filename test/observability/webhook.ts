/** A receiver of alerts on the loopback address: keeps whatever an Alertmanager posts. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/** An alert as Alertmanager posts it. */
export interface PostedAlert {
  status: "firing" | "resolved";
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

/** A receiver that runs. */
export interface Webhook {
  url: string;
  /** In the order in which they came. */
  alerts: readonly PostedAlert[];
}

/** Starts one; it ends with the test. */
export async function startWebhook(test: Pick<TestContext, "after">): Promise<Webhook> {
  const alerts: PostedAlert[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (part: string) => {
      text += part;
    });
    request.on("end", () => {
      alerts.push(...(JSON.parse(text) as { alerts: PostedAlert[] }).alerts);
      response.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, alerts };
}
