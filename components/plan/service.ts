/**
 * A program of a cluster, as every target makes it: a container, a service of a compose file, a workload of Kubernetes.
 * Pure data: a plan of services is the same for all of them.
 */

/** A file of a service. */
export interface ServiceFile {
  /** Name within its directory; may have folders, for example `rules/cluster.yaml`. */
  name: string;
  /** What it holds; `from` names what exists only when the cluster does, for example `join-token`. */
  content: { text: string; secret?: boolean } | { from: string };
}

/** Files that a service reads, in one directory of its own. */
export interface ServiceFiles {
  /** Where the service sees them, read-only. */
  directory: string;
  files: ServiceFile[];
  /** What makes the service take over changed files while it runs; without it a change makes a new container. */
  reload?: ServiceReload;
}

/** How a running service takes over changed files. */
export type ServiceReload =
  /** A signal to its first process. */
  | { kind: "signal"; signal: "SIGHUP" }
  /** It looks by itself. */
  | { kind: "watches" };

/** A port on which a service listens. */
export interface ServicePort {
  /** What it is for: `api`, `metrics`, `http`, `https`, `ui`, … */
  name: string;
  port: number;
  /** Where the host publishes it; without it only other services reach it. */
  publish?: {
    address: string;
    port: number;
    /** The option that sets the port, as in files, for errors: `observability.grafana.port`. */
    option: string;
  };
}

/** A command that says whether a service is well, run in its container; exit code 0 is well. */
export interface ServiceHealthCheck {
  /** Empty where the image has no program that could ask: then running is well. */
  command: string[];
  /** Durations, for example `10s`. */
  interval: string;
  timeout: string;
  startPeriod: string;
  /** Failures in a row after which it is unwell. */
  retries: number;
}

/** One program of a cluster. */
export interface PlannedService {
  /** Host name by which other services reach it; a DNS label, different for every service of a cluster. */
  name: string;
  kind: "node" | "load-balancer" | "prometheus" | "alertmanager" | "grafana" | "node-exporter" | "nginx-exporter";
  image: {
    name: string;
    /** The option that sets it, as in files, for errors: `target.compose.image`. */
    option: string;
  };
  /** Arguments, given to the image's own entry point. */
  command: string[];
  environment: Record<string, { text: string; secret?: boolean }>;
  /** Account in the container; never root. */
  user: { uid: number; gid: number };
  files: ServiceFiles[];
  /** Files and directories of the host that the spec or the service names: seen under the same or another path, read-only. */
  hostPaths: { host: string; path: string }[];
  /** Data that outlives the container. */
  volumes: { name: string; path: string; keep: boolean }[];
  /** Directories in memory; everything else is read-only. Sizes as `64m`. */
  temporary: { path: string; size: string }[];
  ports: ServicePort[];
  healthCheck: ServiceHealthCheck;
  /** As in Kubernetes: `500m`, `1Gi`. */
  limits: { cpu: string; memory: string };
  /** Files that it may have open. */
  openFiles?: number;
  /** How long it may take to stop before it is killed. */
  stopTimeout: string;
  /** Names of services that have to be there before it starts. */
  after: string[];
  /** Further names by which other services reach it. */
  aliases: string[];
  /**
   * Takes part in rolling: changes when a running container can't take over what is new. For nodes it is the checksum of
   * what is not hot, otherwise one of everything that the container is made from.
   */
  checksum: string;
  labels: Record<string, string>;
}

/** Everything that runs for a cluster on one network. */
export interface ServicePlan {
  /** Name of the cluster. */
  cluster: string;
  /** In an order in which they can start. */
  services: PlannedService[];
  /** Network of the services; Docker chooses where none is given. */
  subnet?: string;
}
