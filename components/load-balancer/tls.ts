/** HTTPS for clients. */
import type { ClusterSpec } from "@quorumkit/schema";
import { quotePath } from "./text.ts";

/** For TLS 1.2: forward secrecy and authenticated encryption only. TLS 1.3 has nothing else. */
const modernCiphers = [
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
];

/** Authorities of the system, in Debian's and nginx's own image. */
const systemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

/** Lines of the server that speaks HTTPS; `tls` has a certificate and its key (rule load-balancer-tls-needs-certificate). */
export function tlsLines({
  loadBalancer: { tls },
  security,
}: Pick<ClusterSpec, "loadBalancer" | "security">): string[] {
  const { certFile, keyFile, caFile, verifyPeer, minVersion } = tls;
  if (certFile === undefined || keyFile === undefined) {
    throw new Error("load_balancer.tls: HTTPS needs cert_file and key_file");
  }
  // OpenSSL keeps the ciphers of TLS 1.3 in a list of their own.
  const newer = security.tls.ciphers.filter((name) => name.startsWith("TLS_"));
  const older = security.tls.ciphers.filter((name) => !name.startsWith("TLS_"));
  return [
    `ssl_certificate ${quotePath("load_balancer.tls.cert_file", certFile)};`,
    `ssl_certificate_key ${quotePath("load_balancer.tls.key_file", keyFile)};`,
    `ssl_protocols ${minVersion === "TLSv1.3" ? "TLSv1.3" : "TLSv1.2 TLSv1.3"};`,
    `ssl_ciphers ${(older.length > 0 ? older : modernCiphers).join(":")};`,
    ...(newer.length > 0 ? [`ssl_conf_command Ciphersuites ${newer.join(":")};`] : []),
    `ssl_prefer_server_ciphers ${security.tls.preferServerCiphers ? "on" : "off"};`,
    "ssl_session_cache shared:tls:10m;",
    "ssl_session_timeout 1d;",
    // A ticket's key would have to be changed often to keep forward secrecy.
    "ssl_session_tickets off;",
    ...(verifyPeer
      ? [
          `ssl_client_certificate ${quotePath("load_balancer.tls.ca_file", caFile ?? systemAuthorities)};`,
          "ssl_verify_client on;",
          "ssl_verify_depth 4;",
        ]
      : []),
  ];
}
