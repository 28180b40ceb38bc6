/** TLS of the servers of a node: options, and the change of certificates while they listen. */
import type { SecureContextOptions, Server as TlsServer } from "node:tls";
import type { NodeConfig } from "@quorumkit/schema";
import type { CertificateFiles } from "./certificates.ts";
import type { CertificateMaterial } from "./material.ts";

/** What api.tls and security.tls say, with these certificates. */
export function secureContextOf({ api, security }: NodeConfig, material: CertificateMaterial): SecureContextOptions {
  const { cert, key, ca } = material;
  const { ciphers, preferServerCiphers } = security.tls;
  return {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    minVersion: api.tls.minVersion,
    honorCipherOrder: preferServerCiphers,
    ...(ciphers.length === 0 ? {} : { ciphers: ciphers.join(":") }),
  };
}

/** Gives a server each new certificate, until it is closed. Connections that are open keep what they began with. */
export function followCertificates(server: TlsServer, config: NodeConfig, files: CertificateFiles): void {
  const end = files.onChange((material) => {
    server.setSecureContext(secureContextOf(config, material));
  });
  server.once("close", end);
}
