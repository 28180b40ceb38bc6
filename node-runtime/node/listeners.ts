/** The servers of the API: plain HTTP, HTTPS, or HTTPS with a redirect from the plain port. */
import { createServer, type Server, type ServerOptions } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { parseDuration, type NodeConfig } from "@quorumkit/schema";
import type { FastifyInstance, FastifyServerFactory } from "fastify";
import { isLoopbackHost } from "../http/access/networks.ts";
import type { CertificateFiles } from "../tls/certificates.ts";
import { followCertificates, secureContextOf } from "../tls/server-options.ts";

/** Ports that take the place of those in the config; 0 takes a free one. */
export interface PortOverrides {
  api?: number;
  tls?: number;
  metrics?: number;
  p2p?: number;
}

/** One port to listen on and what it does. */
export interface ListenerPlan {
  kind: "http" | "https" | "redirect";
  host: string;
  port: number;
}

/** The port of HTTPS where the config gives none (guide 000:47). */
const defaultTlsPort = 8443;

/** What the config asks for. */
export function planListeners({ api }: NodeConfig, ports: PortOverrides): ListenerPlan[] {
  const plain = { host: api.host, port: ports.api ?? api.port };
  if (!api.tls.enabled) return [{ kind: "http", ...plain }];
  const secure: ListenerPlan = { kind: "https", host: api.host, port: ports.tls ?? api.tlsPort ?? defaultTlsPort };
  if (api.plainHttp === "off") return [secure];
  return [secure, { kind: api.plainHttp === "serve" ? "http" : "redirect", ...plain }];
}

/** Whether the API can be reached from this machine only. */
export function boundToLoopback({ api }: NodeConfig): boolean {
  return isLoopbackHost(api.host);
}

/** Makes the servers of the API: with certificates, which may change while they listen, HTTPS; else HTTP. */
export function serverFactoryFor(config: NodeConfig, certificates: CertificateFiles | undefined): FastifyServerFactory {
  const { api, network } = config;
  const options: ServerOptions = {
    keepAliveTimeout: parseDuration(api.keepAliveTimeout),
    requestTimeout: parseDuration(api.requestTimeout),
    headersTimeout: Math.min(parseDuration(api.requestTimeout), 30_000),
    connectionsCheckingInterval: 1_000,
    noDelay: network.tcpNodelay,
    keepAlive: network.tcpKeepalive,
  };
  return (listener) => {
    const server =
      certificates === undefined
        ? createServer(options, listener)
        : // An HTTPS server has the whole interface of an HTTP one, which is what fastify wants here.
          (secureServer(config, certificates, options, listener) as unknown as Server);
    server.maxConnections = network.maxConcurrentConnections;
    return server;
  };
}

function secureServer(
  config: NodeConfig,
  certificates: CertificateFiles,
  options: ServerOptions,
  listener: Parameters<FastifyServerFactory>[0],
) {
  const { verifyPeer } = config.api.tls;
  const clients = { requestCert: verifyPeer, rejectUnauthorized: verifyPeer };
  const server = createSecureServer(
    { ...options, ...clients, ...secureContextOf(config, certificates.current) },
    listener,
  );
  followCertificates(server, config, certificates);
  return server;
}

/** Starts an app on its port. @returns the port it got */
export async function listen(app: FastifyInstance, { host, port }: ListenerPlan): Promise<number> {
  await app.listen({ host, port });
  return (app.server.address() as AddressInfo).port;
}

/** Sends plain HTTP to HTTPS, path and method kept. */
export async function startRedirect({ host, port }: ListenerPlan, tlsPort: () => number): Promise<Server> {
  const server = createServer((request, response) => {
    const name = (request.headers.host ?? host).replace(/:\d+$/, "");
    const target = /^[A-Za-z0-9.\-[\]:]+$/.test(name) ? name : host;
    response
      .writeHead(308, { location: `https://${target}:${tlsPort()}${request.url ?? "/"}`, connection: "close" })
      .end();
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return server;
}
