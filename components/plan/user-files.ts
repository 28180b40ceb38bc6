/** Files that a spec names and a user provides: they have to be where a node looks for them. Pure. */
import type { NodeConfig } from "@quorumkit/schema";

/** Paths of the files that a node reads and doesn't make itself. `own` is the directory of files that the kit provides. */
export function userFiles(config: NodeConfig, own: string): string[] {
  const { api, p2p, consensus, security, backup, cluster } = config;
  const tls = [api.tls, p2p.tls, consensus.tls].flatMap(({ enabled, certFile, keyFile, caFile }) =>
    enabled ? [certFile, keyFile, caFile] : [],
  );
  const paths = [
    ...tls,
    cluster.joinTokenFile,
    security.adminTokenFile,
    security.apiKeysFile,
    ...security.auth.providers.map((provider) => ("publicKeyFile" in provider ? provider.publicKeyFile : undefined)),
    backup.storage.passwordFile,
  ];
  const named = paths.filter((path) => path !== undefined).filter((path) => !path.startsWith(`${own}/`));
  return [...new Set(named)].sort();
}
