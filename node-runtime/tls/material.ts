/** Reads and checks the certificate files of a TLS group. */
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { reasonOf } from "../config/file.ts";

/** A TLS group of the config, as far as its files go. */
export interface CertificatePaths {
  certFile?: string | undefined;
  keyFile?: string | undefined;
  caFile?: string | undefined;
}

/** What the files hold. */
export interface CertificateMaterial {
  cert: Buffer;
  key: Buffer;
  /** Undefined where there is no ca_file. */
  ca: Buffer | undefined;
  /** When the certificate, or the first of those that came with it, ends. */
  notAfter: Date;
  /** Equal exactly where the files are. */
  digest: string;
}

/**
 * Reads the files and checks that they can be used together.
 * @param option the group's path in the config, for example `api.tls`
 * @throws Error that names the option, the file and what is wrong with it; never its content
 */
export async function readMaterial(option: string, paths: CertificatePaths): Promise<CertificateMaterial> {
  const { certFile, keyFile, caFile } = paths;
  if (certFile === undefined || keyFile === undefined) {
    throw new Error(`${option} needs ${option}.cert_file and ${option}.key_file`);
  }
  const [cert, key, ca] = await Promise.all([
    readPem(`${option}.cert_file`, certFile),
    readPem(`${option}.key_file`, keyFile),
    caFile === undefined ? undefined : readPem(`${option}.ca_file`, caFile),
  ]);
  const chain = parseChain(`${option}.cert_file: ${certFile}`, cert);
  if (ca !== undefined) parseChain(`${option}.ca_file: ${caFile ?? ""}`, ca);
  checkKey(`${option}.key_file: ${keyFile}`, key, chain[0]);
  try {
    createSecureContext({ cert, key, ...(ca === undefined ? {} : { ca }) });
  } catch (error) {
    throw new Error(`${option}: ${certFile} can't be used for TLS: ${reasonOf(error)}`, { cause: error });
  }
  const digest = createHash("sha256");
  for (const part of [cert, key, ca ?? Buffer.alloc(0)]) digest.update(`${part.length}:`).update(part);
  return {
    cert,
    key,
    ca,
    notAfter: new Date(Math.min(...chain.map(({ validTo }) => Date.parse(validTo)))),
    digest: digest.digest("hex"),
  };
}

async function readPem(option: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new Error(`${option}: ${path} can't be read: ${reasonOf(error)}`, { cause: error });
  }
}

function parseChain(place: string, pem: Buffer): [X509Certificate, ...X509Certificate[]] {
  const blocks = pem.toString("latin1").match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    const [first, ...others] = blocks.map((block) => new X509Certificate(block));
    if (first !== undefined) return [first, ...others];
  } catch (error) {
    throw new Error(`${place} holds a broken certificate`, { cause: error });
  }
  throw new Error(`${place} holds no certificate in PEM`);
}

function checkKey(place: string, pem: Buffer, certificate: X509Certificate): void {
  let matches: boolean;
  try {
    matches = certificate.checkPrivateKey(createPrivateKey(pem));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const encrypted = code === "ERR_MISSING_PASSPHRASE";
    throw new Error(`${place} ${encrypted ? "is encrypted; it must be plain" : "holds no private key in PEM"}`, {
      cause: error,
    });
  }
  if (!matches) throw new Error(`${place} is not the key of the certificate`);
}
