/** The phase that opens what security needs before anything listens: certificates and the audit log. */
import { engineOfNode, type NodeConfig } from "@quorumkit/schema";
import type { CertificatePaths } from "../tls/material.ts";
import type { NodeParts } from "./assemble.ts";
import type { StartPhase } from "./phases.ts";

/** Opens them, and follows reloads: files may have been put aside or renewed. */
export function securityPhase({ deps }: NodeParts): StartPhase {
  const { certificates, audit, config, login } = deps;
  let endOfReloads: (() => void) | undefined;
  const close = async (): Promise<void> => {
    endOfReloads?.();
    certificates.close();
    audit.close();
    await login.close();
  };
  return {
    name: "security",
    startLimitMilliseconds: 10_000,
    stopLimitMilliseconds: 5_000,
    start: async () => {
      try {
        audit.open();
        for (const group of tlsGroups(config.current)) await certificates.open(group);
      } catch (error) {
        await close();
        throw error;
      }
      endOfReloads = config.onReload(() => {
        audit.reopen();
        void certificates.check();
      });
    },
    stop: close,
  };
}

/** The TLS groups that this node uses, each with its path in the config. */
function tlsGroups(config: NodeConfig): { use: string; option: string; paths: CertificatePaths }[] {
  const { api, p2p, consensus, monitoring } = config;
  const etcd = engineOfNode(config) === "etcd";
  const groups: { use: string; option: string; paths: CertificatePaths; used: boolean }[] = [
    { use: "api", option: "api.tls", paths: api.tls, used: api.tls.enabled || (monitoring.enabled && monitoring.tls) },
    { use: "p2p", option: "p2p.tls", paths: p2p.tls, used: etcd && p2p.tls.enabled },
    {
      use: "consensus",
      option: "consensus.tls",
      paths: consensus.tls,
      // Without a certificate of its own a node only checks that of the endpoints.
      used: etcd && consensus.mode === "external" && consensus.tls.enabled && consensus.tls.certFile !== undefined,
    },
  ];
  return groups
    .filter(({ used }) => used)
    .map(({ use, option, paths: { certFile, keyFile, caFile } }) => ({
      use,
      option,
      paths: { certFile, keyFile, caFile },
    }));
}
