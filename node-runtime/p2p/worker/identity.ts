/** The key that the peer id comes from: Ed25519, PKCS #8 PEM, made at the first start. It never leaves this thread. */
import { createPrivateKey, generateKeyPairSync, randomUUID, type KeyObject } from "node:crypto";
import { constants } from "node:fs";
import { link, mkdir, open, unlink, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { generateKeyPairFromSeed } from "@libp2p/crypto/keys";
import type { Ed25519PrivateKey } from "@libp2p/interface";
import { messageOf, P2pError } from "../errors.ts";

/** More than any key has. */
const fileLimitBytes = 16_384;

/** Reads the key, or makes it. @throws P2pError p2p-identity, naming the file and the fix; nothing is overwritten */
export async function loadIdentity(path: string): Promise<Ed25519PrivateKey> {
  const existing = await readKey(path);
  const key = existing ?? (await makeKey(path));
  const { d: seed } = key.export({ format: "jwk" });
  if (seed === undefined) throw unusable(path, "holds no private key");
  return generateKeyPairFromSeed("Ed25519", Buffer.from(seed, "base64url"));
}

function unusable(path: string, what: string, cause?: unknown): P2pError {
  const fix = "put an Ed25519 private key in PKCS #8 PEM there, or move the file away and the node makes a new one";
  return new P2pError("p2p-identity", `p2p.identity_file: ${path} ${what}; ${fix}`, cause);
}

async function readKey(path: string): Promise<KeyObject | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unusable(path, `can't be read (${messageOf(error)})`, error);
  }
  try {
    const facts = await file.stat();
    if (!facts.isFile()) throw unusable(path, "is not a file");
    // The group may read: Kubernetes opens the files of a volume to its fsGroup. Everyone else may not.
    if ((facts.mode & 0o007) !== 0) {
      const mode = (facts.mode & 0o777).toString(8).padStart(4, "0");
      throw new P2pError(
        "p2p-identity",
        `p2p.identity_file: ${path} has mode ${mode}, so every user of this machine can use the key; chmod 600 it`,
      );
    }
    if (facts.size > fileLimitBytes) throw unusable(path, `has ${facts.size} bytes and is no key`);
    return parseKey(path, await file.readFile("utf8"));
  } finally {
    await file.close();
  }
}

function parseKey(path: string, text: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch {
    // The cause would carry nothing that helps, and might carry a part of the key.
    throw unusable(path, "is not a private key in PEM");
  }
  if (key.asymmetricKeyType !== "ed25519") {
    throw unusable(path, `holds a key of type ${key.asymmetricKeyType ?? "unknown"}`);
  }
  return key;
}

/** Written beside the place and linked into it, so that a crash leaves a whole key or none, and no key is replaced. */
async function makeKey(path: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const temporary = `${path}.${randomUUID()}.new`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(privateKey.export({ type: "pkcs8", format: "pem" }));
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, path);
  } catch (error) {
    throw new P2pError("p2p-identity", `p2p.identity_file: ${path} can't be written (${messageOf(error)})`, error);
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
  return privateKey;
}
