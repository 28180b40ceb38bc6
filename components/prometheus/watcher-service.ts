/** What the programs that watch a cluster have in common as services: one account, nothing to write but a volume. Pure. */
import { fixedChecksum } from "../plan/fixed-checksum.ts";
import type { PlannedService, ServicePort } from "../plan/service.ts";

/** Where the host publishes the pages of a service. */
export type Published = NonNullable<ServicePort["publish"]>;

/** What differs from one to the other; the rest has a value that fits all. */
export type WatcherParts = Pick<PlannedService, "name" | "kind" | "image" | "command" | "ports" | "limits"> &
  Partial<Pick<PlannedService, "files" | "hostPaths" | "volumes" | "healthCheck" | "after" | "stopTimeout" | "labels">>;

/** The account `nobody` of the images of Prometheus. */
const account = { uid: 65_534, gid: 65_534 };

/**
 * For an image without any program that could ask: it has no health check, and whether the service is well is seen from
 * outside, by Prometheus (`up`).
 */
const noHealthCheck = { command: [], interval: "10s", timeout: "5s", startPeriod: "10s", retries: 3 };

/** Completes a service. Its checksum covers whatever the running program can't take over. */
export function watcherService(parts: WatcherParts): PlannedService {
  const service: Omit<PlannedService, "checksum"> = {
    environment: {},
    user: account,
    files: [],
    hostPaths: [],
    volumes: [],
    temporary: [],
    healthCheck: noHealthCheck,
    stopTimeout: "30s",
    after: [],
    aliases: [],
    labels: {},
    ...parts,
  };
  return { ...service, checksum: fixedChecksum(service) };
}

/**
 * Asks a path of the service's own port, with the wget that both busybox (the images of Prometheus) and Debian have: it
 * ends with 0 for an answer below 400. It gets no timeout of its own: beside -q that ends busybox 1.35 with a segmentation
 * fault, and the health check has one.
 */
export function httpHealthCheck(port: number, path: string, startPeriod: string): PlannedService["healthCheck"] {
  const command = ["wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${port}${path}`];
  return { command, interval: "10s", timeout: "5s", startPeriod, retries: 3 };
}

/** The address under which people open published pages: where any address of the host is published, this machine's. */
export function publishedUrl({ address, port }: Pick<Published, "address" | "port">): string {
  const host = ["0.0.0.0", "::", "[::]"].includes(address) ? "localhost" : address;
  return `http://${host.includes(":") && !host.startsWith("[") ? `[${host}]` : host}:${port}/`;
}
