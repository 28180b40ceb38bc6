/** Hashes of passwords as a config has them: bcrypt (`$2b$…`) and scrypt (`$scrypt$ln=…`). */
import { scryptSync, timingSafeEqual } from "node:crypto";
import { compareSync } from "bcryptjs";

const scryptForm = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/;

/** Memory that one check may take: enough for `ln=18,r=8`. */
const memoryLimit = 256 * 1024 * 1024;
/** A check with a higher cost takes more than ten seconds. */
const highestBcryptCost = 15;

/** Why a hash can't be checked here; undefined where it can. */
export function hashProblem(hash: string): string | undefined {
  const scrypt = scryptForm.exec(hash);
  if (scrypt === null) {
    const cost = Number(/^\$2[aby]\$(\d{2})\$/.exec(hash)?.[1]);
    if (cost >= 4 && cost <= highestBcryptCost) return undefined;
    return `its bcrypt cost is ${cost}; from 4 to ${highestBcryptCost} can be checked`;
  }
  const [logarithm = 0, blocks = 0, parallel = 0] = scrypt.slice(1, 4).map(Number);
  if (logarithm < 1 || blocks < 1 || parallel < 1) return "ln, r and p of scrypt must be at least 1";
  const bytes = 128 * 2 ** logarithm * blocks;
  if (bytes > memoryLimit)
    return `its scrypt parameters need ${Math.round(bytes / 1024 / 1024)} MiB; 256 MiB is the most`;
  return parallel > 16 ? `its scrypt parallelism is ${parallel}; 16 is the most` : undefined;
}

/** Whether a password has this hash. Takes a good part of a second and blocks: for a thread of its own. */
export function checkPassword(password: string, hash: string): boolean {
  if (hashProblem(hash) !== undefined) return false;
  const scrypt = scryptForm.exec(hash);
  if (scrypt === null) return compareSync(password, hash);
  const [logarithm = 0, r = 0, p = 0] = scrypt.slice(1, 4).map(Number);
  const salt = Buffer.from(scrypt[4] ?? "", "base64");
  const wanted = Buffer.from(scrypt[5] ?? "", "base64");
  const maxmem = 2 * memoryLimit;
  return timingSafeEqual(scryptSync(password, salt, wanted.length, { N: 2 ** logarithm, r, p, maxmem }), wanted);
}
