/** The metrics on a port of their own, so that they stay reachable while the API is full, and can be fenced off from it. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { nodeMetrics, type NodeConfig } from "@quorumkit/schema";
import type { CertificateFiles } from "../tls/certificates.ts";
import { followCertificates, secureContextOf } from "../tls/server-options.ts";
import type { Metrics } from "./metrics.ts";

/** A running metrics server. */
export interface MetricsServer {
  host: string;
  port: number;
  close: () => Promise<void>;
}

/** HTTPS for the metrics: the certificate and the protocol versions of the API. */
export interface MetricsTls {
  config: NodeConfig;
  certificates: CertificateFiles;
}

export interface MetricsServerOptions {
  host: string;
  port: number;
  tls?: MetricsTls;
  /** Metrics of other programs beneath the node, in the text form; never rejects. */
  further: () => Promise<string>;
}

/** What `/metrics/fault-tolerance` holds (guide 000:1253-1257 scrapes it beside `/metrics`, and more often). */
const faultTolerance = Object.values(nodeMetrics).filter(({ name }) => name.startsWith("fault_tolerance_"));

/** Starts listening. */
export async function startMetricsServer(
  metrics: Metrics,
  { host, port, tls, further }: MetricsServerOptions,
): Promise<MetricsServer> {
  const server = makeServer(tls, (request, response) => {
    answer(metrics, further, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 10_000;
  server.maxConnections = 64;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    host,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function makeServer(tls: MetricsTls | undefined, listener: RequestListener) {
  if (tls === undefined) return createServer(listener);
  const server = createSecureServer(secureContextOf(tls.config, tls.certificates.current), listener);
  followCertificates(server, tls.config, tls.certificates);
  return server;
}

async function answer(
  metrics: Metrics,
  further: MetricsServerOptions["further"],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? "/").split("?")[0];
  if (path !== "/metrics" && path !== "/metrics/fault-tolerance") {
    response.writeHead(404, { "content-type": "text/plain" }).end("not found; the metrics are at /metrics\n");
    return;
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD", "content-type": "text/plain" }).end("method not allowed\n");
    return;
  }
  const text = path === "/metrics" ? await everything(metrics, further) : await metrics.textOf(faultTolerance);
  response.writeHead(200, { "content-type": metrics.contentType, "cache-control": "no-store" });
  response.end(request.method === "HEAD" ? undefined : text);
}

async function everything(metrics: Metrics, further: MetricsServerOptions["further"]): Promise<string> {
  const [own, others] = await Promise.all([metrics.text(), further()]);
  return own + others;
}
