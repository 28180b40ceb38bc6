/** The load balancer in front of the nodes: nginx of guides 000 and 004, LoadBalancer and geographic balancing of guide 002. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { option, section } from "../kit/option.ts";
import { size } from "../kit/size.ts";
import { absolutePath, cidr, host, port } from "../kit/text.ts";
import { tls } from "./tls.ts";

const hot = "hot" as const;
const weight = (source: string, what: string) =>
  option(z.int().min(1).max(100).default(1), {
    description: `Share of the requests that a ${what} gets, next to the other role's.`,
    source,
    apply: hot,
  });
const timeout = (byDefault: string, source: string, description: string) =>
  option(duration({ min: "100ms", max: "24h" }).default(byDefault), { description, source, apply: hot });
const rate = (title: string, rates: { requests: number; burst: number; requestsSource: string; burstSource: string }) =>
  section(
    { title, description: "How fast one client may send; what is beyond gets 429." },
    {
      requestsPerSecond: option(z.int().min(1).max(1_000_000).default(rates.requests), {
        description: "Requests a second in the long run.",
        unit: "requests per second",
        source: rates.requestsSource,
        apply: hot,
      }),
      burst: option(z.int().min(0).max(1_000_000).default(rates.burst), {
        description: "Requests beyond that which are taken at once.",
        unit: "requests",
        source: rates.burstSource,
        apply: hot,
      }),
    },
  );

const healthCheck = section(
  {
    title: "Health check of nodes",
    description: "Which nodes get requests. The balancer's own /health asks a node, it isn't always 200.",
  },
  {
    // Guides 002 and 004 wait 30 s and 5 s: a leader has long changed by then.
    interval: option(duration({ min: "50ms", max: "10m" }).default("500ms"), {
      description: "How often every node is asked whether it is ready, and whether it leads.",
      source: "002:304",
      apply: hot,
    }),
    timeout: timeout("500ms", "004:414", "How long a node may take to answer."),
    failureThreshold: option(z.int().min(1).max(100).default(3), {
      description: "Failures in a row after which a node gets no requests (max_fails).",
      unit: "failures",
      source: "000:765",
      apply: hot,
    }),
    recoveryThreshold: option(z.int().min(1).max(100).default(2), {
      description: "Successes in a row after which it gets requests again.",
      unit: "successes",
      source: "002:306",
      apply: hot,
    }),
    failTimeout: option(duration({ min: "1s", max: "1h" }).default("30s"), {
      description: "How long failures are counted, and how long a failed node is left alone (fail_timeout).",
      source: "000:765",
      apply: hot,
    }),
    logRequests: option(z.boolean().default(false), {
      description: "Writes health checks to the access log.",
      source: "000:787",
      apply: hot,
    }),
  },
);

const adaptive = section(
  {
    title: "Adaptive strategy",
    description: "Used by strategy `adaptive`: one strategy, and another while that one does badly.",
  },
  {
    primary: option(z.enum(["latency_aware", "least_connections", "round_robin"]).default("latency_aware"), {
      description: "Strategy in normal times.",
      source: "002:322",
      apply: hot,
    }),
    fallback: option(z.enum(["least_connections", "round_robin"]).default("least_connections"), {
      description: "Strategy while the latency is above switch_threshold.",
      source: "002:323",
      apply: hot,
    }),
    switchThreshold: option(duration({ min: "1ms", max: "1m" }).default("100ms"), {
      description: "Latency (p95 of a node) from which the fallback is used.",
      source: "002:324",
      apply: hot,
    }),
  },
);

const timeouts = section(
  { title: "Timeouts", description: "How long the balancer waits for a node." },
  {
    connect: timeout("5s", "000:781", "For a connection."),
    send: timeout("60s", "000:782", "Between two parts of a request that is sent."),
    read: timeout("60s", "000:783", "Between two parts of an answer."),
    search: timeout("30s", "004:438", "The same for searches, sending and reading."),
    inference: timeout("10m", "quorumkit", "The same for inference: a model may have to be loaded first."),
  },
);

const rateLimits = section(
  { title: "Rate limits", description: "Limits for each client address, and for each credential." },
  {
    enabled: option(z.boolean().default(true), { description: "Turns the limits on.", source: "004:380", apply: hot }),
    zoneSize: option(size({ min: "1Mi", max: "1Gi" }).default("10Mi"), {
      description: "Memory for client addresses; 1 MiB holds about 16,000.",
      source: "004:380",
      apply: hot,
    }),
    api: rate("Limit of the API", {
      requests: 100,
      burst: 50,
      requestsSource: "004:380",
      burstSource: "004:443",
    }).prefault({}),
    search: rate("Limit of searches", {
      requests: 50,
      burst: 20,
      requestsSource: "004:381",
      burstSource: "004:428",
    }).prefault({}),
    credential: rate("Limit of a credential", {
      requests: 1_000,
      burst: 2_000,
      requestsSource: "004:984",
      burstSource: "004:985",
    }).prefault({}),
  },
);

const connections = section(
  { title: "Connections", description: "How many there may be." },
  {
    perWorker: option(z.int().min(64).max(1_000_000).default(1_024), {
      description: "Connections of one worker process (worker_connections).",
      unit: "connections",
      source: "000:759",
      apply: hot,
    }),
    keepAlive: option(z.int().min(0).max(10_000).default(64), {
      description: "Idle connections to nodes that are kept open.",
      unit: "connections",
      source: "004:996",
      apply: hot,
    }),
    perClient: option(z.int().min(0).max(100_000).default(256), {
      description: "Connections of one client address at most; 0 is no limit.",
      unit: "connections",
      source: "quorumkit",
      apply: hot,
    }),
    perNode: option(z.int().min(0).max(100_000).default(200), {
      description: "Connections to one node at most; 0 is no limit.",
      unit: "connections",
      source: "004:999",
      apply: hot,
    }),
  },
);

const cache = section(
  {
    title: "Search cache",
    description:
      "Keeps answers of searches; the key holds path, body and credential, so that nobody gets another's answer.",
  },
  {
    enabled: option(z.boolean().default(false), {
      description: "Turns the cache on. An answer may be as old as ttl, whatever was written since.",
      source: "004:1010",
      apply: hot,
    }),
    path: option(absolutePath().default("/var/cache/nginx"), {
      description: "Directory of the cache.",
      source: "004:1007",
      apply: hot,
    }),
    ttl: option(duration({ min: "1s", max: "24h" }).default("5m"), {
      description: "How long an answer is used.",
      source: "004:1011",
      apply: hot,
    }),
    maxSize: option(size({ min: "1Mi", max: "1Ti" }).default("1Gi"), {
      description: "Room on disk.",
      source: "004:1007",
      apply: hot,
    }),
    inactive: option(duration({ min: "1s", max: "30d" }).default("60m"), {
      description: "An answer that nobody asked for in this time is dropped.",
      source: "004:1007",
      apply: hot,
    }),
    zoneSize: option(size({ min: "1Mi", max: "1Gi" }).default("10Mi"), {
      description: "Memory for the keys.",
      source: "004:1007",
      apply: hot,
    }),
  },
);

const access = section(
  { title: "Access", description: "What only some clients may reach through the balancer." },
  {
    adminNetworks: option(z.array(cidr()).max(256).default([]), {
      description: "Networks that may reach admin paths. Empty: every network; a credential is needed in any case.",
      source: "004:461",
      apply: hot,
      example: ["10.0.0.0/8"],
    }),
    adminPasswordFile: option(absolutePath().optional(), {
      description:
        "File made by htpasswd; with it admin paths ask for a password (basic auth) before the node asks for its credential.",
      source: "004:468",
      apply: hot,
      example: "/etc/nginx/.htpasswd",
    }),
    metricsNetworks: option(z.array(cidr()).max(256).default([]), {
      description: "Networks that may read /metrics. Empty: none, the balancer doesn't serve it.",
      source: "004:474",
      apply: hot,
      example: ["172.20.0.0/16"],
    }),
  },
);

const geographic = section(
  {
    title: "Geographic balancing",
    description: "Which region a client gets, by DNS in front of the regions' balancers.",
  },
  {
    enabled: option(z.boolean().default(false), {
      description: "Turns it on; regions need a location.",
      source: "002:344",
      apply: hot,
    }),
    latencyOptimization: option(z.boolean().default(true), {
      description: "Takes measured latency into account beside distance.",
      source: "002:345",
      apply: hot,
    }),
    primary: option(z.enum(["closest_region", "least_loaded_region"]).default("closest_region"), {
      description: "Which region is taken.",
      source: "002:374",
      apply: hot,
    }),
    fallback: option(z.enum(["closest_region", "least_loaded_region"]).default("least_loaded_region"), {
      description: "Which is taken while that one is down or full.",
      source: "002:375",
      apply: hot,
    }),
    dataLocality: option(z.boolean().default(true), {
      description: "Prefers a region that holds the data asked for.",
      source: "002:376",
      apply: hot,
    }),
    complianceAware: option(z.boolean().default(true), {
      description: "Never takes a region outside the client's jurisdictions (regions.list[].jurisdictions).",
      source: "002:377",
      apply: hot,
    }),
  },
);

/** `load_balancer` in files. Writes and admin calls go to whichever node leads, never to a fixed one (DESIGN, rulings). */
export const loadBalancer = section(
  { title: "Load balancer", description: "What stands in front of the nodes on targets that have more than one." },
  {
    enabled: option(z.boolean().default(true), {
      description: "Puts a load balancer in front, where the target has more than one node.",
      source: "000:714",
      apply: hot,
    }),
    serviceType: option(z.enum(["ClusterIP", "NodePort", "LoadBalancer"]).default("LoadBalancer"), {
      description: "Type of the Kubernetes Service that clients use.",
      source: "000:598",
      apply: hot,
    }),
    image: option(z.string().min(1).default("quorumkit/load-balancer:0.1.0"), {
      description: "Image of the load balancer; it has to be on the host or in a registry that the host can reach.",
      source: "000:714",
      apply: "rolling",
    }),
    strategy: option(
      z
        .enum(["least_connections", "round_robin", "ip_hash", "consistent_hash", "adaptive"])
        .default("least_connections"),
      {
        description:
          "How requests are spread. `adaptive` is done by the gateways, nginx then spreads over them by connections.",
        source: "000:764",
        apply: hot,
      },
    ),
    hashKey: option(z.enum(["path", "client", "credential"]).default("path"), {
      description: "What `consistent_hash` goes by: the path, the client's address, or its credential.",
      source: "quorumkit",
      apply: hot,
    }),
    memberWeight: weight("004:359", "member"),
    gatewayWeight: weight("002:314", "gateway"),
    serverName: option(host().optional(), {
      description: "Host name that clients use. Without it any is accepted.",
      source: "004:385",
      apply: hot,
      example: "grape-cluster.local",
    }),
    httpPort: option(port().default(80), { description: "Port for HTTP.", source: "000:771", apply: "rolling" }),
    httpsPort: option(port().default(443), { description: "Port for HTTPS.", source: "004:392", apply: "rolling" }),
    http2: option(z.boolean().default(true), {
      description: "Speaks HTTP/2 with clients, over TLS.",
      source: "004:392",
      apply: hot,
    }),
    maxBodySize: option(size({ min: "1Ki", max: "1Ti" }).default("100Mi"), {
      description: "Largest request body (client_max_body_size).",
      source: "004:456",
      apply: hot,
    }),
    requestBuffering: option(z.boolean().default(true), {
      description: "Reads a request whole before a node gets it; answers are never buffered for streams.",
      source: "004:457",
      apply: hot,
    }),
    securityHeaders: option(z.boolean().default(true), {
      description: "Adds X-Frame-Options: DENY and X-Content-Type-Options: nosniff.",
      source: "004:403",
      apply: hot,
    }),
    healthCheck: healthCheck.prefault({}),
    adaptive: adaptive.prefault({}),
    timeouts: timeouts.prefault({}),
    rateLimits: rateLimits.prefault({}),
    connections: connections.prefault({}),
    tls: tls({
      title: "TLS of the load balancer",
      description: "HTTPS for clients. Ciphers are those of security.tls.",
      sources: { enabled: "004:392", certFile: "004:396", keyFile: "004:397", caFile: "quorumkit" },
      verifyPeer: false,
    }).prefault({}),
    redirectHttp: option(z.boolean().default(true), {
      description: "Redirects HTTP to HTTPS, where TLS is on.",
      source: "004:388",
      apply: hot,
    }),
    cache: cache.prefault({}),
    access: access.prefault({}),
    geographic: geographic.prefault({}),
  },
);
