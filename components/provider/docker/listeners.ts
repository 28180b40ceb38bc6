/** Who listens on a port of this machine. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer } from "node:net";

/** Why a port can't be bound, as an error code; undefined where it can. */
export function tryToBind(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => {
        resolve(undefined);
      });
    });
  });
}

/** The process that listens on a port: `nginx (process 812)`. Undefined where the system doesn't say (another user's). */
export async function findListener(port: number): Promise<string | undefined> {
  const tables = await Promise.all(["/proc/net/tcp", "/proc/net/tcp6"].map((path) => readIfAllowed(path)));
  const sockets = new Set(tables.flatMap((table) => listeningSockets(table, port)));
  if (sockets.size === 0) return undefined;
  for (const pid of (await namesIn("/proc")).filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of await namesIn(`/proc/${pid}/fd`)) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => "");
      if (sockets.has(target)) return `${(await readIfAllowed(`/proc/${pid}/comm`)).trim()} (process ${pid})`;
    }
  }
  return undefined;
}

/** The sockets that listen on a port in a table of the kernel, the way links of descriptors name them. */
export function listeningSockets(table: string, port: number): string[] {
  const listen = "0A";
  return table
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === listen && Number.parseInt(local?.split(":")[1] ?? "", 16) === port)
    .map((columns) => `socket:[${columns[9] ?? ""}]`);
}

function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}

function readIfAllowed(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
