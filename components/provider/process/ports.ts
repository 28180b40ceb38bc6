/** Finds out before a node starts whether something else has its ports. */
import { createServer } from "node:net";
import type { Endpoint } from "../../plan/endpoints.ts";

/** Throws naming every port that can't be bound, the option that sets it, and what to do. */
export async function requireFreePorts(endpoints: readonly Endpoint[]): Promise<void> {
  const problems: string[] = [];
  for (const endpoint of endpoints) {
    const code = await tryToBind(endpoint.host, endpoint.port);
    if (code !== undefined) problems.push(describe(endpoint, code));
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

function describe({ option, host, port }: Endpoint, code: string): string {
  if (code === "EADDRINUSE") {
    return `${option}: port ${port} is already in use on ${host}. Stop what listens there, or set ${option} to another port.`;
  }
  if (code === "EACCES") return `${option}: port ${port} needs root. Set ${option} to a port of 1024 or more.`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return `${option}: this machine has no address ${host}. Bind one that it has, for example 127.0.0.1.`;
  }
  return `${option}: can't listen on ${host}:${port} (${code}).`;
}

function tryToBind(host: string, port: number): Promise<string | undefined> {
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
