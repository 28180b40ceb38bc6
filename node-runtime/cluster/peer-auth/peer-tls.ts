/** What a node shows and trusts when it calls another one. */
import { readFile } from "node:fs/promises";
import { tlsPortOf, type NodeConfig } from "@quorumkit/schema";
import { urlOf } from "../../etcd/plan.ts";

/** Certificates in PEM. */
export interface PeerTls {
  /** Authorities that are trusted; the system's own where none is given. */
  ca?: readonly Buffer[];
  cert?: Buffer;
  key?: Buffer;
  minVersion: "TLSv1.2" | "TLSv1.3";
}

/** The address of another node's API; the options of the API are the same on all nodes. */
export function apiUrlOf({ api }: NodeConfig, { host, port }: NodeConfig["cluster"]["peers"][number]): string {
  const secure = api.plainHttp !== "serve" && tlsPortOf(api) !== undefined;
  return urlOf(secure ? "https" : "http", host, port);
}

/** The address of the API of a node that is up: as this node's config has it, else as the node itself says (`host:port`). */
export function apiUrlOfNode(config: NodeConfig, { nodeId, address }: { nodeId: string; address: string }): string {
  const peer = config.cluster.peers.find(({ id }) => id === nodeId);
  if (peer !== undefined) return apiUrlOf(config, peer);
  return `${tlsPortOf(config.api) === undefined ? "http" : "https"}://${address}`;
}

/**
 * Trusts the authorities of p2p.tls and of api.tls, since the API may have a certificate of either, and shows the
 * certificate of p2p.tls.
 * @throws Error naming the option whose file can't be read
 */
export async function readPeerTls({ p2p, api }: Pick<NodeConfig, "p2p" | "api">): Promise<PeerTls> {
  const own = p2p.tls.enabled ? p2p.tls : undefined;
  const [p2pAuthority, apiAuthority, cert, key] = await Promise.all([
    readPem("p2p.tls.ca_file", own?.caFile),
    readPem("api.tls.ca_file", api.tls.caFile),
    readPem("p2p.tls.cert_file", own?.certFile),
    readPem("p2p.tls.key_file", own?.keyFile),
  ]);
  const ca = [p2pAuthority, apiAuthority].filter((authority) => authority !== undefined);
  return {
    ...(ca.length === 0 ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    minVersion: (own ?? api.tls).minVersion,
  };
}

async function readPem(option: string, path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${option}: ${path} can't be read: ${reason}`, { cause: error });
  }
}
