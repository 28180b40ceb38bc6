/** Texts with a fixed form that several concerns use. The message of each says the form that is wanted. */
import { z } from "zod";

/** A DNS label: names of clusters, nodes and everything that becomes a host or resource name. */
export const dnsLabel = () =>
  z
    .string()
    .max(63)
    .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, "a DNS label: lower-case letters, digits and inner hyphens");

/** A host name or an IP address, without a port. */
export const host = () =>
  z
    .string()
    .max(253)
    .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+)$/, "a host name or an IP address");

/** A TCP or UDP port that a service listens on. */
export const port = () => z.int().min(1).max(65535);

/** An absolute path on the node's host. */
export const absolutePath = () =>
  z.string().regex(/^\/(?:[^\0]*)$/, "an absolute path, for example /var/lib/quorumkit");

/** A libp2p multiaddr; peers are `/dns4/<name>/tcp/<port>/p2p/<id>` (DESIGN, rulings). */
export const multiaddr = () =>
  z
    .string()
    .regex(
      /^\/(?:ip4|ip6|dns|dns4|dns6)\/[^/\s]+\/(?:tcp|udp)\/\d{1,5}(?:\/[a-z0-9-]+(?:\/[^/\s]+)?)*$/,
      "a multiaddr, for example /dns4/node-1/tcp/4001",
    );

/** A cron expression of five fields: minute, hour, day of month, month, day of week. */
export const cron = () =>
  z
    .string()
    .regex(
      /^(?:@(?:hourly|daily|weekly|monthly|yearly)|(?:[\d*,/-]+|[A-Z]{3}(?:-[A-Z]{3})?)(?: (?:[\d*,/-]+|[A-Z]{3}(?:-[A-Z]{3})?)){4})$/,
      "a cron expression of five fields, for example 0 2 * * *",
    );

/** A Kubernetes CPU quantity: cores, or thousandths of a core with `m`. */
export const cpuQuantity = () => z.string().regex(/^\d+(?:\.\d+)?m?$/, "a CPU quantity, for example 500m, 1 or 2.5");

/** An IPv4 or IPv6 network, for example `10.0.0.0/8`. */
export const cidr = () => z.union([z.cidrv4(), z.cidrv6()]);
