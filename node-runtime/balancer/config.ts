/** The config file of the balancer; components/load-balancer writes it. */
import { parseDuration, systemNames, validateWire, type Model } from "@quorumkit/schema";
import { z } from "zod";
import { readConfigFile } from "../config/file.ts";
import { ConfigError } from "../config/problems.ts";

const duration = z.string().refine(isDuration, "a duration, for example 500ms or 5s");
const absolutePath = z.string().regex(/^\/[^\0]*$/, "an absolute path");
const port = z.int().min(1).max(65_535);
/** These stand in nginx's configuration as they are. */
const host = z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/, "a host name or an IP address");

const node = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "the id of a node"),
  host,
  port,
  secure: z.boolean(),
  role: z.enum(["member", "gateway"]),
  weight: z.int().min(1).max(100),
});

export const balancerSchema = z.strictObject({
  system: z.enum(systemNames),
  cluster: z.string().min(1),
  logLevel: z.enum(["debug", "info", "warn", "error"]),
  nodes: z.array(node).min(1),
  /** Checks the certificates of the nodes; without it any is accepted. */
  nodeAuthority: z.strictObject({ file: absolutePath, name: host }).optional(),
  healthCheck: z.strictObject({
    interval: duration,
    timeout: duration,
    failureThreshold: z.int().min(1),
    recoveryThreshold: z.int().min(1),
    failTimeout: duration,
  }),
  upstreams: z.strictObject({
    strategy: z.enum(["least_connections", "round_robin", "ip_hash", "consistent_hash", "adaptive"]),
    keepAlive: z.int().min(0),
    keepAliveTimeout: duration,
    connectionsPerNode: z.int().min(0),
  }),
  nginx: z.strictObject({
    program: z.string().min(1),
    configFile: absolutePath,
    runDirectory: absolutePath,
    stopTimeout: duration,
  }),
  /** UDP port of the loopback address on which nginx tells of each request. */
  requestsPort: port,
  metrics: z.strictObject({ host, port }),
  /** What nginx shows to clients; followed, so that a new one is taken over. */
  certificate: z.strictObject({ certFile: absolutePath, keyFile: absolutePath }).optional(),
});

/** What the balancer does. Durations as in files. */
export type BalancerConfig = z.output<typeof balancerSchema>;

/** A node as the balancer knows it. */
export type BalancedNode = BalancerConfig["nodes"][number];

const model: Model<BalancerConfig> = {
  schema: balancerSchema,
  rules: [
    {
      id: "balanced-nodes-differ",
      severity: "error",
      source: "quorumkit",
      description: "Every node has an id of its own.",
      reads: ["nodes"],
      check: ({ nodes }) =>
        nodes.flatMap(({ id }, position) =>
          nodes.findIndex((other) => other.id === id) === position
            ? []
            : [{ path: `nodes.${position}.id`, message: "two nodes have the same id", want: "an id of its own" }],
        ),
      counterexample: {},
    },
  ],
  smallest: {},
};

/**
 * Reads and checks the file.
 * @throws ConfigError with every problem at once
 */
export async function readBalancerConfig(path: string): Promise<BalancerConfig> {
  const file = await readConfigFile(path);
  const { value, errors } = validateWire(model, file.value);
  if (value !== undefined) return value;
  throw new ConfigError(errors.map((problem) => ({ ...problem, where: file.where(problem.path) })));
}

function isDuration(text: string): boolean {
  try {
    return parseDuration(text) > 0;
  } catch {
    return false;
  }
}
