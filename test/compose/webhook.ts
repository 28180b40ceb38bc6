/** What a receiver of Alertmanager gets, kept by a server on an address that containers reach. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { json } from "node:stream/consumers";

/** One alert as Alertmanager sends it. */
export interface ReceivedAlert {
  status: "firing" | "resolved";
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** When it came, as `Date.now()`. */
  at: number;
}

/** The server. */
export interface Webhook {
  port: number;
  received: readonly ReceivedAlert[];
  stop: () => Promise<void>;
}

/** Listens on an address and port; 0 takes any port. */
export async function startWebhook(address: string, port = 0): Promise<Webhook> {
  const received: ReceivedAlert[] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const { alerts } = body as { alerts: Omit<ReceivedAlert, "at">[] };
      received.push(...alerts.map((alert) => ({ ...alert, at: Date.now() })));
      response.end();
    });
  });
  server.listen(port, address);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    received,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
