/** Whether a port of the host can be given to a container. */
import type { ExistingContainer } from "./engine.ts";
import { findListener, tryToBind } from "./listeners.ts";
import { stackLabel } from "./stack-label.ts";

/** A port of the host that a container is to have. */
export interface WantedPort {
  address: string;
  port: number;
  /** The option that sets it, as in files. */
  option: string;
  container: string;
}

/** What a container is known by. */
export interface Around {
  dockerHost: string;
  stack: string;
}

/** Why a port can't be had, what to do included; undefined where it can, or the container has it already. */
export async function findPortProblem(
  wanted: WantedPort,
  existing: readonly ExistingContainer[],
  { dockerHost, stack }: Around,
): Promise<string | undefined> {
  const { address, port, option } = wanted;
  const holder = existing.find(
    (container) => container.running && container.ports.some((given) => given.port === port && meet(given, wanted)),
  );
  if (holder?.name === wanted.container && holder.labels[stackLabel] === stack) return undefined;
  const another = `set ${option} to another port`;
  if (holder?.labels[stackLabel] === stack) {
    // One container after the other is made anew, so that a port can't be handed on.
    return `${option}: port ${port} of ${address} is held by ${holder.name} of this stack until that is changed too. Choose ports that don't overlap with those of now, or ${another} first`;
  }
  if (holder !== undefined) {
    return `${option}: port ${port} of ${address} is already in use by the container ${holder.name}. Stop it (docker stop ${holder.name}), or ${another}`;
  }
  // Of another machine's ports only its engine knows.
  if (!dockerHost.startsWith("unix://")) return undefined;
  const code = await tryToBind(address, port);
  if (code === "EADDRINUSE") {
    const process = await findListener(port);
    return `${option}: port ${port} of ${address} is already in use${process === undefined ? "" : ` by ${process}`}. Stop what listens there, or ${another}`;
  }
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return `${option}: this machine has no address ${address} to publish port ${port} on. Publish it on one that it has, for example 127.0.0.1`;
  }
  // Low ports are the engine's to bind, which may do it where this process may not.
  return undefined;
}

function meet(given: { address: string }, wanted: { address: string }): boolean {
  return [given.address, wanted.address].includes("0.0.0.0") || given.address === wanted.address;
}
