/** Certificates of tests. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

/** An authority and a certificate of it for the loopback address. */
export async function authority(directory: string, name: string) {
  const file = (ending: string) => join(directory, `${name}-${ending}`);
  const run = (...parameters: string[]) => promisify(execFile)("openssl", parameters);
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await run(
    "req",
    "-x509",
    ...curve,
    "-days",
    "1",
    "-subj",
    `/CN=${name}`,
    "-keyout",
    file("ca.key"),
    "-out",
    file("ca.crt"),
  );
  await run("req", ...curve, "-subj", "/CN=node", "-keyout", file("node.key"), "-out", file("node.csr"));
  await writeFile(file("extensions"), "subjectAltName=IP:127.0.0.1\n");
  await run(
    ...["x509", "-req", "-in", file("node.csr"), "-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-CAcreateserial"],
    ...["-days", "1", "-extfile", file("extensions"), "-out", file("node.crt")],
  );
  return { caFile: file("ca.crt"), certFile: file("node.crt"), keyFile: file("node.key") };
}
