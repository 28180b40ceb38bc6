/** Free ports of the loopback address. */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Ports that nothing listens on, below those that the system gives out by itself: while a node is stopped, Pulumi and its
 * plugins open listeners of their own, and would be given the node's port.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

/** Whether nothing listens on a port. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
