/** The container of a service. */
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { checksumOf } from "@quorumkit/schema";
import type { ServiceFiles } from "../host/service-files.ts";
import { dnsOptions } from "../plan/name-resolution.ts";
import type { PlannedService } from "../plan/service.ts";
import { hostDirectory } from "./files.ts";
import { dockerDuration, hardening, resourceLimits, toSeconds } from "./hardening.ts";
import type { ClusterJob, DockerChildName } from "./job.ts";
import { dockerNameOf, ownerOf } from "./names.ts";

/** Keys that the kit decides by itself. */
export const ownedKeys = [
  "name",
  "image",
  "command",
  "mounts",
  "user",
  "readOnly",
  "securityOpts",
  "capabilities",
  "labels",
] as const;

/** What a container is made from. */
export interface ContainerParts {
  /** Name of the service. */
  name: string;
  service: pulumi.Output<PlannedService>;
  image: docker.RemoteImage;
  volumes: readonly docker.Volume[];
  /** Directories of this machine that the service sees, read-only. */
  directories: readonly { source: string; target: string }[];
  /** Variables beside those of the plan. */
  environment?: Readonly<Record<string, string>>;
  /** What the label `quorumkit.checksum` holds: another value is another container. */
  checksum: pulumi.Output<string>;
  /** Its number among those of the cluster: a container that may use fewer cores than there are begins with that one. */
  position: number;
}

/** The arguments of the container. */
export function containerArgs(job: ClusterJob, parts: ContainerParts): docker.ContainerArgs {
  const { name, service, image, volumes, directories, environment = {}, checksum, position } = parts;
  const limits = service.apply((planned) => resourceLimits(planned.limits, position));
  const guards = service.apply(({ user, temporary }) => hardening(user, temporary));
  const stopTimeout = service.apply((planned) => toSeconds(planned.stopTimeout));
  return {
    user: guards.user,
    readOnly: guards.readOnly,
    securityOpts: guards.securityOpts,
    capabilities: guards.capabilities,
    tmpfs: guards.tmpfs,
    restart: guards.restart,
    mustRun: guards.mustRun,
    logDriver: guards.logDriver,
    logOpts: guards.apply(({ logOpts }) => ({ ...logOpts })),
    cpuShares: limits.cpuShares,
    cpuSet: limits.cpuSet,
    memory: limits.memory,
    memorySwap: limits.memorySwap,
    ulimits: service.apply(({ openFiles }) =>
      openFiles === undefined ? undefined : [{ name: "nofile", soft: openFiles, hard: openFiles }],
    ) as pulumi.Output<{ name: string; soft: number; hard: number }[]>,
    name: dockerNameOf(name),
    image: image.imageId,
    command: service.command,
    envs: environmentOf(service, environment),
    networksAdvanced: pulumi
      .all([job.network.name, service])
      .apply(([network, { aliases }]) => [{ name: network, aliases: [...new Set([name, ...aliases])] }]),
    dnsOpts: [...dnsOptions],
    mounts: pulumi
      .all([service, pulumi.all(volumes.map((volume) => volume.name))])
      .apply(([planned, names]) => [
        ...directories.map(({ source, target }) => ({ type: "bind", source, target, readOnly: true })),
        ...planned.hostPaths.map(({ host, path }) => ({ type: "bind", source: host, target: path, readOnly: true })),
        ...planned.volumes.map(({ path }, index) => ({ type: "volume", source: names[index] ?? "", target: path })),
      ]),
    ports: service.apply(({ ports }) =>
      ports
        .flatMap(({ port, publish }) =>
          publish === undefined
            ? []
            : [{ internal: port, external: publish.port, ip: publish.address, protocol: "tcp" }],
        )
        // The order in which Docker answers them; another one would be a change for ever.
        .sort((a, b) => a.internal - b.internal),
    ),
    labels: pulumi.all([service, job.cluster, checksum]).apply(([planned, cluster, sum]) =>
      Object.entries({
        ...planned.labels,
        "quorumkit.cluster": cluster,
        "quorumkit.service": planned.name,
        "quorumkit.stack": ownerOf(),
        "quorumkit.checksum": sum,
      }).map(([label, value]) => ({ label, value })),
    ),
    healthcheck: service.apply(({ healthCheck }) => ({
      tests: healthCheck.command.length === 0 ? ["NONE"] : ["CMD", ...healthCheck.command],
      interval: dockerDuration(healthCheck.interval),
      timeout: dockerDuration(healthCheck.timeout),
      startPeriod: dockerDuration(healthCheck.startPeriod),
      retries: healthCheck.retries,
    })),
    stopSignal: "SIGTERM",
    stopTimeout,
    destroyGraceSeconds: stopTimeout,
  };
}

/** What decides whether a container has to be another one. */
export interface ChecksumParts {
  service: pulumi.Output<PlannedService>;
  image: docker.RemoteImage;
  /** Files by the directory where the service sees them. */
  files: readonly { path: string; resource: ServiceFiles }[];
}

/**
 * The checksum of everything that needs another container: what the plan says does, the image, files that a running
 * container doesn't take over, and overrides.
 */
export function containerChecksum(
  { overrides }: Pick<ClusterJob, "overrides">,
  child: DockerChildName,
  { service, image, files }: ChecksumParts,
): pulumi.Output<string> {
  const checksums = pulumi.all(files.map(({ resource }) => resource.checksum));
  return pulumi.all([service, image.imageId, checksums]).apply(([planned, imageId, sums]) => {
    const cold = files.flatMap(({ path }, index) =>
      planned.files.some(({ directory, reload }) => directory === path && reload === undefined)
        ? [[path, sums[index] ?? ""]]
        : [],
    );
    return checksumOf({ checksum: planned.checksum, imageId, override: overrides[child] ?? null, files: cold });
  });
}

/** Where a service sees its directories. */
export function mountedDirectories(job: ClusterJob, service: string, paths: readonly string[]) {
  return paths.map((path) => ({ source: hostDirectory(job, service, path), target: path }));
}

/** Secret as a whole where one of the variables is. */
function environmentOf(
  service: pulumi.Output<PlannedService>,
  more: Readonly<Record<string, string>>,
): pulumi.Output<string[]> {
  return service.apply(({ environment }) => {
    const texts = { ...Object.fromEntries(Object.entries(environment).map(([key, { text }]) => [key, text])), ...more };
    const list = Object.entries(texts)
      .map(([key, text]) => `${key}=${text}`)
      .sort();
    return Object.values(environment).some(({ secret }) => secret === true) ? pulumi.secret(list) : pulumi.output(list);
  });
}
