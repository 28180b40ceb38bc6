/** The address that etcd listens on, and whether its ports are free: etcd's own words for it name no option. */
import { lookup } from "node:dns/promises";
import { createServer, isIP } from "node:net";
import { EtcdError } from "./errors.ts";
import type { EtcdPlan } from "./plan.ts";

type Listener = Pick<EtcdPlan, "listenHost" | "clientPort" | "peerPort">;

/** etcd binds addresses, not names. @throws EtcdError etcd-address-unavailable */
export async function resolveListenHost({ listenHost }: Listener): Promise<string> {
  if (isIP(listenHost) !== 0) return listenHost;
  try {
    return (await lookup(listenHost)).address;
  } catch (error) {
    throw new EtcdError(
      "etcd-address-unavailable",
      `api.host: the name ${listenHost} has no address. Set it to an address of this machine`,
      { cause: error },
    );
  }
}

/** @throws EtcdError etcd-port-in-use, etcd-address-unavailable; it names every port that can't be bound */
export async function requireFreePorts({ clientPort, peerPort }: Listener, address: string): Promise<void> {
  const wanted = [
    { option: "consensus.client_port", port: clientPort },
    { option: "consensus.peer_port", port: peerPort },
  ];
  const problems = await Promise.all(
    wanted.map(async ({ option, port }) => {
      const code = await tryToBind(address, port);
      return code === undefined ? undefined : { code, message: describe(option, address, port, code) };
    }),
  );
  const found = problems.filter((problem) => problem !== undefined);
  const [first] = found;
  if (first === undefined) return;
  const code = first.code === "EADDRINUSE" ? "etcd-port-in-use" : "etcd-address-unavailable";
  throw new EtcdError(code, found.map(({ message }) => message).join("\n"));
}

function describe(option: string, address: string, port: number, code: string): string {
  if (code === "EADDRINUSE") {
    return `${option}: port ${port} is already in use on ${address}. Stop what listens there, or set ${option} to another port`;
  }
  if (code === "EACCES") return `${option}: port ${port} needs root. Set ${option} to a port of 1024 or more`;
  if (code === "EADDRNOTAVAIL") return `api.host: this machine has no address ${address}. Set it to one that it has`;
  return `${option}: etcd can't listen on ${address} port ${port} (${code})`;
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
