/** Certificates for TLS between the nodes of a cluster. */
import * as pulumi from "@pulumi/pulumi";

/** Arguments of {@link ClusterCertificates}. */
export interface ClusterCertificatesArgs {
  /** In the names of the certificates. Another name is another authority. */
  clusterName: pulumi.Input<string>;
  /** The nodes, and the host names and IP addresses by which they are reached. */
  nodes: pulumi.Input<{ id: string; hosts: string[] }[]>;
  /** How long a certificate is good for, 1d to 1825d; a change holds from the next one that is issued. Default: `365d`. */
  validity?: pulumi.Input<string>;
}

/** A certificate with its private key, both in PEM. */
export interface NodeCertificate {
  certificate: string;
  key: string;
}

/** What may be shown of a certificate. */
export interface IssuedCertificate {
  hosts: string[];
  /** When it ends, in ISO 8601. */
  ends: string;
  /** SHA-256 of the certificate. */
  fingerprint: string;
}

/**
 * Makes an authority and issues a certificate (ECDSA P-256, server and client) for each node. A certificate within 30
 * days of its end is renewed by the next update; nodes that come and go leave those of the others alone. Keys are secret.
 */
export class ClusterCertificates extends pulumi.CustomResource {
  /** In PEM. */
  declare readonly caCertificate: pulumi.Output<string>;
  /** By node id; secret. */
  declare readonly certificates: pulumi.Output<Record<string, NodeCertificate>>;
  /** By node id. */
  declare readonly issued: pulumi.Output<Record<string, IssuedCertificate>>;

  constructor(name: string, args: ClusterCertificatesArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "quorumkit:security:ClusterCertificates",
      name,
      { ...args, caCertificate: undefined, caKey: undefined, certificates: undefined, issued: undefined },
      pulumi.mergeOptions(opts, { additionalSecretOutputs: ["caKey", "certificates"] }),
    );
  }
}
