/** The four systems: what distinguishes them, as data, and their defaults in the form of a file (snake_case). */

/** The systems, in the order of the guides. */
export const systemNames = ["ollamamax", "coordinator", "grape", "maif"] as const;

/** The name of a system. */
export type SystemName = (typeof systemNames)[number];

/** The name of a workload, which is also the name of its section. */
export type WorkloadName = "inference" | "tasks" | "vectors" | "artifacts";

/** What a system is made of, beyond the options that users set. */
export interface System {
  /** What people call it. */
  title: string;
  /** The guide that describes it first. */
  guide: string;
  /** The workload that its nodes run. */
  workload: WorkloadName;
  /** Start of the names of all its metrics. */
  metricPrefix: string;
  /** Paths of its API where the guide names its own; `/api/v1` works on every system. */
  paths: {
    /** Start of the workload's routes. */
    api: string;
    /** Health for people and load balancers. */
    health: string;
    /** Start of the admin routes. */
    admin: string;
  };
  /** The ports of its guide. The presets hold those that differ from the defaults of the options. */
  ports: { api: number; metrics: number; p2p: number; consensusPeer?: number };
}

/** The four systems. Guide 002 names no HTTP path, so maif has those of guide 000. */
export const systems: Readonly<Record<SystemName, System>> = {
  ollamamax: {
    title: "OllamaMax",
    guide: "000",
    workload: "inference",
    metricPrefix: "ollama_",
    paths: { api: "/api/v1", health: "/api/v1/health", admin: "/api/v1/cluster" },
    ports: { api: 8080, metrics: 9090, p2p: 4001 },
  },
  coordinator: {
    title: "Coordinator",
    guide: "003",
    workload: "tasks",
    metricPrefix: "coordinator_",
    paths: { api: "/api", health: "/api/health", admin: "/api/maintenance" },
    ports: { api: 8080, metrics: 9090, p2p: 4001 },
  },
  grape: {
    title: "Grape Vector Database",
    guide: "004",
    workload: "vectors",
    metricPrefix: "grape_",
    paths: { api: "/api/v1", health: "/health", admin: "/admin" },
    ports: { api: 8080, metrics: 9091, p2p: 4001, consensusPeer: 9000 },
  },
  maif: {
    title: "MAIF",
    guide: "002",
    workload: "artifacts",
    metricPrefix: "maif_",
    paths: { api: "/api/v1", health: "/api/v1/health", admin: "/api/v1/cluster" },
    ports: { api: 8080, metrics: 9090, p2p: 4001 },
  },
};

/**
 * Defaults of each system, laid over those of the options. Peer ports are left to the spec: a lone node has no engine
 * that would serve one.
 */
export const systemPresets: Readonly<Record<SystemName, Readonly<Record<string, unknown>>>> = {
  ollamamax: {
    storage: { data_dir: "/var/lib/ollama-distributed/data" }, // 000:1142
  },
  coordinator: {
    // 003:203-205, for a LAN. etcd has one timeout, so it is the guide's maximum.
    consensus: { election_timeout: "300ms", heartbeat_interval: "50ms" },
    // The guide's is in a home directory, which a system user has none of.
    storage: { data_dir: "/var/lib/coordinator" },
  },
  grape: {
    storage: { data_dir: "/var/lib/grape-vector-db" }, // 004:87
    monitoring: { metrics_port: 9091, scrape_interval: "5s" }, // 004:280, 004:678
    security: {
      rbac: {
        // 004:922-942
        roles: [
          { name: "admin", permissions: ["cluster:*", "data:*", "metrics:read"] },
          { name: "writer", permissions: ["data:write", "data:read", "search:execute"] },
          { name: "reader", permissions: ["data:read", "search:execute"] },
          { name: "searcher", permissions: ["search:execute"] },
        ],
      },
    },
  },
  maif: {
    storage: { data_dir: "/var/lib/maif" },
  },
};

/** True for the name of a system. */
export function isSystemName(value: unknown): value is SystemName {
  return systemNames.some((name) => name === value);
}
