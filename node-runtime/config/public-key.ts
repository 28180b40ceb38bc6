/** Public keys of token issuers, from files. */
import { createPublicKey, type KeyObject } from "node:crypto";
import { readText } from "./file.ts";
import { ConfigError, fileProblem } from "./problems.ts";

/** Shorter keys of RSA can be broken (RFC 7518, section 3.3). */
const leastBits = 2048;

/** Reads the public key of RS256 signatures. @throws ConfigError */
export async function readPublicKey(path: string): Promise<KeyObject> {
  const text = await readText(path, 64 * 1024);
  // A private key would do, since it holds the public one; but it doesn't belong on a node that only checks.
  if (text.includes("PRIVATE KEY-----")) throw refusal(path, "holds a private key");
  let key: KeyObject;
  try {
    key = createPublicKey(text);
  } catch {
    throw refusal(path, "holds no public key in PEM");
  }
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (key.asymmetricKeyType !== "rsa") throw refusal(path, `holds a key of ${key.asymmetricKeyType ?? "another kind"}`);
  if (bits !== undefined && bits < leastBits) throw refusal(path, `holds a key of ${bits} bits`);
  return key;
}

function refusal(path: string, message: string): ConfigError {
  const problem = fileProblem(path, message, `a public RSA key of at least ${leastBits} bits, in PEM`);
  return new ConfigError([{ ...problem, path: "security.auth.providers", rule: "format" }]);
}
