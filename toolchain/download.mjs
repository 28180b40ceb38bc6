import { createHash } from "node:crypto";
import { chmodSync, createWriteStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { capture } from "./process.mjs";

/** How long a server may take to answer, and then to send the next bytes, in ms. */
const silenceLimit = 20_000;

/** @param {unknown} error @returns {string} the reason under fetch's own "fetch failed" */
function reasonOf(error) {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause.message || /** @type {any} */ (error.cause).code : "";
  return cause ? `${error.message}: ${cause}` : error.message;
}

/**
 * @param {string} url @param {(response: Response, heard: () => void) => Promise<void>} read
 */
async function get(url, read) {
  const controller = new AbortController();
  const silent = () => controller.abort(new Error(`no answer for ${silenceLimit / 1000} s`));
  let timer = setTimeout(silent, silenceLimit);
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(silent, silenceLimit);
  };
  try {
    const response = await fetch(url, { signal: controller.signal });
    if (!response.ok) throw new Error(`the server answered ${response.status} ${response.statusText}`);
    await read(response, heard);
  } catch (error) {
    const reason = reasonOf(controller.signal.aborted ? controller.signal.reason : error);
    throw new Error(`${url}: ${reason}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The SHA-256 that a checksums file (`<hex>  <name>` a line) gives for a file.
 *
 * @param {string} text @param {string} name @returns {string | undefined}
 */
export function checksumOf(text, name) {
  for (const line of text.split("\n")) {
    const [checksum, file] = line.trim().split(/\s+\*?(?:\.\/)?/);
    if (file === name && /^[0-9a-f]{64}$/i.test(checksum)) return checksum.toLowerCase();
  }
  return undefined;
}

/**
 * Downloads an official release, checks it against its published SHA-256 and unpacks it into a folder. Nothing of it
 * is unpacked before the checksum is right.
 *
 * @param {import("./tools.mjs").Release} release @param {string} folder
 * @param {(text: string) => void} onProgress
 */
export async function downloadRelease(release, folder, onProgress) {
  let checksums = "";
  await get(release.checksumsUrl, async (response) => {
    checksums = await response.text();
  });
  const expected = checksumOf(checksums, release.archive);
  if (!expected) throw new Error(`${release.checksumsUrl}: it has no SHA-256 of ${release.archive}`);

  const file = join(folder, release.archive);
  const hash = createHash("sha256");
  await get(release.url, async (response, heard) => {
    if (!response.body) throw new Error("the answer is empty");
    const total = Number(response.headers.get("content-length"));
    let received = 0;
    const meter = new Transform({
      transform(chunk, _encoding, done) {
        heard();
        hash.update(chunk);
        received += chunk.length;
        const size = `${(received / 1e6).toFixed(0)} MB`;
        onProgress(total > 0 ? `${Math.floor((100 * received) / total)} % of ${(total / 1e6).toFixed(0)} MB` : size);
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(/** @type {any} */ (response.body)), meter, createWriteStream(file));
  });
  const actual = hash.digest("hex");
  if (actual !== expected) {
    rmSync(file);
    throw new Error(`${release.url}: its SHA-256 is ${actual}, but ${expected} is published for it`);
  }
  if (release.program) {
    chmodSync(file, 0o755);
    renameSync(file, join(folder, release.program));
    return;
  }
  onProgress("unpacking");
  await unpack(file, folder);
}

/**
 * Unpacks an archive so that its programs lie in `folder` itself, and removes the archive. Archives hold one folder with
 * the programs, or with a `bin` that does. The system's tar also reads the zip files of macOS and Windows.
 *
 * @param {string} file @param {string} folder
 */
async function unpack(file, folder) {
  const unpacked = join(folder, "unpacked");
  mkdirSync(unpacked);
  const result = await capture("tar", ["-xf", file, "-C", unpacked]);
  if (result.code !== 0) throw new Error(`tar can't unpack ${file}: ${result.stderr.trim()}`);
  const names = readdirSync(unpacked, { withFileTypes: true });
  const only = names.length === 1 && names[0]?.isDirectory() ? join(unpacked, names[0].name) : unpacked;
  const programs = existsSync(join(only, "bin")) ? join(only, "bin") : only;
  for (const name of readdirSync(programs)) renameSync(join(programs, name), join(folder, name));
  rmSync(unpacked, { recursive: true });
  rmSync(file);
}
