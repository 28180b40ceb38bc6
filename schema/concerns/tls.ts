/** TLS as one reusable group: the API, the traffic between nodes and external consensus endpoints all have it. */
import { z } from "zod";
import { option, section, type SectionDetails } from "../kit/option.ts";
import { absolutePath } from "../kit/text.ts";

/** What differs between the places that have a TLS group. */
export interface TlsPlace extends SectionDetails {
  /** Guide lines of the keys, for example `{ enabled: "000:949" }`; the API's lines stand where none is given. */
  sources?: { enabled?: string; certFile?: string; keyFile?: string; caFile?: string };
  /** Whether the other side has to show a certificate. */
  verifyPeer: boolean;
}

/** A TLS group. Files are paths on the node's host; whoever runs the node must be able to read them. */
export function tls(place: TlsPlace) {
  const sources = { enabled: "000:941", certFile: "000:942", keyFile: "000:943", caFile: "000:944", ...place.sources };
  return section(
    { title: place.title, description: place.description },
    {
      enabled: option(z.boolean().default(false), {
        description: "Turns TLS on.",
        source: sources.enabled,
        apply: "rolling",
      }),
      certFile: option(absolutePath().optional(), {
        description: "Certificate in PEM, with its intermediates.",
        source: sources.certFile,
        apply: "rolling",
        example: "/etc/ssl/certs/node.crt",
      }),
      keyFile: option(absolutePath().optional(), {
        description: "Private key of the certificate, in PEM.",
        source: sources.keyFile,
        apply: "rolling",
        example: "/etc/ssl/private/node.key",
      }),
      caFile: option(absolutePath().optional(), {
        description: "Authorities that sign the certificates of the other side; the system's own where none is given.",
        source: sources.caFile,
        apply: "rolling",
        example: "/etc/ssl/certs/ca.crt",
      }),
      verifyPeer: option(z.boolean().default(place.verifyPeer), {
        description: "Refuses whoever shows no certificate that an authority of ca_file signed.",
        source: "004:912",
        apply: "rolling",
      }),
      minVersion: option(z.enum(["TLSv1.2", "TLSv1.3"]).default("TLSv1.2"), {
        description: "Oldest protocol version that is spoken.",
        source: "quorumkit",
        apply: "rolling",
      }),
    },
  );
}
