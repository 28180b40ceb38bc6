/** Connections of a node: those it accepts, and those it opens to nodes and backends. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { option, section } from "../kit/option.ts";
import { size } from "../kit/size.ts";

const connectionPool = section(
  {
    title: "Connection pool",
    description: "Connections kept open to each node and backend (guide 000, Network Optimization).",
  },
  {
    maxConnections: option(z.int().min(1).max(100_000).default(1_000), {
      description: "Open connections to one node or backend at most.",
      unit: "connections",
      source: "000:1129",
      apply: "rolling",
    }),
    idleTimeout: option(duration({ min: "1s", max: "24h" }).default("5m"), {
      description: "How long an unused connection is kept.",
      source: "000:1130",
      apply: "rolling",
    }),
    maxLifetime: option(duration({ min: "1s", max: "7d" }).default("1h"), {
      description: "Age at which a connection is replaced, so that new addresses are noticed.",
      source: "000:1131",
      apply: "rolling",
    }),
  },
);

/** `network` in files. */
export const network = section(
  {
    title: "Network",
    description: "Buffers, sockets and connection limits (guides 000 and 003, Network Optimization).",
  },
  {
    sendBufferSize: option(size({ min: "4KB", max: "64MB" }).default("1MB"), {
      description: "Bytes held for sending on one connection before its writer is slowed down.",
      source: "000:1120",
      apply: "rolling",
    }),
    recvBufferSize: option(size({ min: "4KB", max: "64MB" }).default("1MB"), {
      description: "Bytes read ahead on one connection before its sender is slowed down.",
      source: "000:1121",
      apply: "rolling",
    }),
    tcpNodelay: option(z.boolean().default(true), {
      description: "Sends small packets at once (TCP_NODELAY).",
      source: "000:1124",
      apply: "rolling",
    }),
    tcpKeepalive: option(z.boolean().default(true), {
      description: "Probes idle connections, so that a vanished peer is noticed.",
      source: "000:1125",
      apply: "rolling",
    }),
    connectionPool: connectionPool.prefault({}),
    connectionTimeout: option(duration({ min: "100ms", max: "5m" }).default("5s"), {
      description: "Time limit for opening a connection.",
      source: "003:664",
      apply: "rolling",
    }),
    connectionRetryLimit: option(z.int().min(0).max(20).default(3), {
      description: "Further attempts at opening a connection.",
      unit: "attempts",
      source: "003:665",
      apply: "rolling",
    }),
    // Guide 003 shows 100: watches and a load balancer's pool reach that, and then health checks are refused too.
    maxConcurrentConnections: option(z.int().min(10).max(1_000_000).default(1_000), {
      description: "Connections that the API accepts at once.",
      unit: "connections",
      source: "003:666",
      apply: "rolling",
    }),
  },
);
