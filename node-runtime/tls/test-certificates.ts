/** Certificates for tests, made as they are needed. */
import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** Where a certificate was written, and when it ends. */
export interface TestCertificate {
  certFile: string;
  keyFile: string;
  notAfter: Date;
}

/** Writes a self-signed certificate for the loopback address; files that are there are replaced, each in one step. */
export async function writeTestCertificate(
  directory: string,
  { name = "localhost", days = 30 }: { name?: string; days?: number } = {},
): Promise<TestCertificate> {
  const [certFile, keyFile] = [join(directory, "node.crt"), join(directory, "node.key")];
  await promisify(execFile)("openssl", [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", String(days)],
    ...["-subj", `/CN=${name}`, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
    ...["-keyout", `${keyFile}.new`, "-out", `${certFile}.new`],
  ]);
  await rename(`${keyFile}.new`, keyFile);
  await rename(`${certFile}.new`, certFile);
  return { certFile, keyFile, notAfter: new Date(new X509Certificate(await readFile(certFile)).validTo) };
}
