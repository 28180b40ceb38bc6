/** Certificates of a test cluster: an authority of its own, and one certificate for each node. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  issueCertificate,
  makeAuthority,
  type KeyedCertificate,
} from "../../components/provider/security/authority.ts";

const day = 86_400_000;

/** Where the certificate of one node is. */
export interface CertificateFiles {
  certificate: string;
  key: string;
  authority: string;
}

/** An authority that lives for a day. */
export function testAuthority(): Promise<KeyedCertificate> {
  return makeAuthority("quorumkit fault tests", Date.now(), Date.now() + day);
}

/** Writes the certificate of a node into a folder. */
export async function writeCertificate(
  authority: KeyedCertificate,
  folder: string,
  name: string,
  address: string,
): Promise<CertificateFiles> {
  const hosts = [address, name, "127.0.0.1", "localhost"];
  const { certificate, key } = await issueCertificate(authority, { name, hosts }, Date.now(), Date.now() + day);
  const files = {
    certificate: join(folder, "node.crt"),
    key: join(folder, "node.key"),
    authority: join(folder, "ca.crt"),
  };
  await mkdir(folder, { recursive: true });
  await writeFile(files.certificate, certificate);
  await writeFile(files.key, key, { mode: 0o600 });
  await writeFile(files.authority, authority.certificate);
  return files;
}
