/** The API as a whole: an app for each port that serves it. */
import type { Server } from "node:http";
import type { NodeConfig } from "@quorumkit/schema";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../http/app.ts";
import type { AppDeps } from "../http/deps.ts";
import { drainApp } from "./drain.ts";
import { listen, planListeners, serverFactoryFor, startRedirect, type PortOverrides } from "./listeners.ts";

/** The API while it listens. */
export interface RunningApi {
  /** `http://127.0.0.1:8080`; of HTTPS where TLS is on. */
  url: string;
  /** The plain port; undefined where there is none. */
  port: number | undefined;
  tlsPort: number | undefined;
  /** The app that requests of other nodes are dispatched to. */
  app: FastifyInstance | undefined;
  /** Whether anybody is connected. */
  hasConnections: () => Promise<boolean>;
  /** @returns whether all requests were finished in time */
  drain: (limitMilliseconds: number) => Promise<boolean>;
}

/** Builds the apps and listens. What was opened is closed again if a later part fails. */
export async function startApi(config: NodeConfig, deps: AppDeps, ports: PortOverrides): Promise<RunningApi> {
  const apps: FastifyInstance[] = [];
  const found: Partial<Record<"http" | "https", number>> = {};
  let redirect: Server | undefined;
  const closeAll = async (limitMilliseconds: number): Promise<boolean> => {
    redirect?.close();
    redirect?.closeAllConnections();
    const finished = await Promise.all(apps.map((app) => drainApp(app, limitMilliseconds)));
    return finished.every(Boolean);
  };
  try {
    for (const plan of planListeners(config, ports)) {
      if (plan.kind === "redirect") {
        redirect = await startRedirect(plan, () => found.https ?? 443);
        const address = redirect.address();
        if (typeof address === "object" && address !== null) found.http = address.port;
        continue;
      }
      const certificates = plan.kind === "https" ? deps.certificates.get("api") : undefined;
      if (plan.kind === "https" && certificates === undefined)
        throw new Error("the certificates of api.tls are not open");
      const app = await buildApp(deps, serverFactoryFor(config, certificates));
      apps.push(app);
      found[plan.kind] = await listen(app, plan);
    }
  } catch (error) {
    await closeAll(0);
    throw error;
  }
  const host = reachable(config.api.host);
  return {
    url: found.https === undefined ? `http://${host}:${found.http ?? 0}` : `https://${host}:${found.https}`,
    port: found.http,
    tlsPort: found.https,
    app: apps[0],
    hasConnections: async () => {
      const counts = await Promise.all(apps.map((app) => connectionsOf(app.server)));
      return counts.some((count) => count > 0);
    },
    drain: closeAll,
  };
}

/** A host that can be called where the one of the config means every interface. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

function connectionsOf(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.getConnections((error, count) => {
      resolve(error === null ? count : 0);
    });
  });
}
