/** A certificate authority of one cluster: issues certificates for TLS between its nodes (ECDSA P-256). */
// The library can't be loaded before this.
import "reflect-metadata";
import { createHash, randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";

/** A certificate with its private key, both in PEM. */
export interface KeyedCertificate {
  certificate: string;
  key: string;
}

/** What a certificate is issued for. */
export interface Subject {
  /** Common name, shown by tools; it decides nothing. */
  name: string;
  /** Host names and IP addresses that it is good for. */
  hosts: readonly string[];
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** Clocks of nodes may be behind that of the machine that issues. */
const leeway = 5 * 60_000;

/** Makes an authority. With `key` it is the same authority with a new end: what it issued before stays good. */
export async function makeAuthority(name: string, now: number, ends: number, key?: string): Promise<KeyedCertificate> {
  const keys = key === undefined ? await makeKeys() : await readKeys(key);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(now, ends),
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: certificate.toString("pem"), key: await keyText(keys.privateKey) };
}

/** Issues a certificate for a node, as server and as client. */
export async function issueCertificate(
  authority: KeyedCertificate,
  { name, hosts }: Subject,
  now: number,
  ends: number,
): Promise<KeyedCertificate> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const issuerKeys = await readKeys(authority.key);
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    ...validity(now, Math.min(ends, issuer.notAfter.getTime())),
    subject: [{ CN: [name] }],
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey: issuerKeys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension(hosts.map(alternativeName)),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuerKeys.publicKey),
    ],
  });
  return { certificate: certificate.toString("pem"), key: await keyText(keys.privateKey) };
}

/** When a certificate ends, in milliseconds since the epoch. */
export function endOf(certificate: string): number {
  return new x509.X509Certificate(certificate).notAfter.getTime();
}

/** A short name for a certificate that may be shown. */
export function fingerprint(certificate: string): string {
  return createHash("sha256")
    .update(Buffer.from(new x509.X509Certificate(certificate).rawData))
    .digest("hex");
}

function alternativeName(host: string): { type: "ip" | "dns"; value: string } {
  return { type: isIP(host) === 0 ? "dns" : "ip", value: host };
}

/** Certificates tell time in whole seconds. A serial number is positive: its first bit is 0. */
function validity(now: number, ends: number) {
  const serial = randomBytes(16);
  serial[0] = (serial.readUInt8(0) & 0x7f) | 0x01;
  return { serialNumber: serial.toString("hex"), notBefore: new Date(now - leeway), notAfter: new Date(ends) };
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function keyText(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

/** The pair of a private key: its public half is in it. */
async function readKeys(pem: string): Promise<webcrypto.CryptoKeyPair> {
  const privateKey = await webcrypto.subtle.importKey("pkcs8", x509.PemConverter.decodeFirst(pem), algorithm, true, [
    "sign",
  ]);
  const { kty = "EC", crv = "P-256", x = "", y = "" } = await webcrypto.subtle.exportKey("jwk", privateKey);
  const publicKey = await webcrypto.subtle.importKey("jwk", { kty, crv, x, y }, algorithm, true, ["verify"]);
  return { privateKey, publicKey };
}
