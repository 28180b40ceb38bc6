/** How much one client may ask for: by its address and, where it shows one, by its credential. */
import type { ClusterSpec } from "@quorumkit/schema";
import type { Route } from "./routes.ts";
import { block, bytes } from "./text.ts";

type Spec = Pick<ClusterSpec, "loadBalancer">;

/** The highest limit that nginx takes. */
const mostConnections = 65_535;

/** Lines of the http section. */
export function limitZones({ loadBalancer }: Spec): string[] {
  const { rateLimits, connections } = loadBalancer;
  const size = bytes(rateLimits.zoneSize);
  const zone = (name: "api" | "search" | "credential", key: string) =>
    `limit_req_zone ${key} zone=${name}:${size} rate=${rateLimits[name].requestsPerSecond}r/s;`;
  return [
    ...(rateLimits.enabled
      ? [
          // One client of IPv6 has a whole /64 of addresses: half of their 16 bytes.
          ...block("map $binary_remote_addr $client_network", [
            `"~(?s)^(?<first_half>.{8}).{8}$" $first_half;`,
            "default $binary_remote_addr;",
          ]),
          zone("api", "$client_network"),
          zone("search", "$client_network"),
          zone("credential", "$credential_hash"),
          "limit_req_status 429;",
          // It is no error, and the access log says it too.
          "limit_req_log_level info;",
        ]
      : []),
    ...(connections.perClient > 0
      ? [
          `limit_conn_zone $binary_remote_addr zone=connections:${size};`,
          `limit_conn connections ${Math.min(connections.perClient, mostConnections)};`,
          "limit_conn_status 429;",
          "limit_conn_log_level info;",
        ]
      : []),
  ];
}

/** Lines of a location. */
export function limitLines({ loadBalancer }: Spec, route: Route): string[] {
  const { rateLimits } = loadBalancer;
  if (!rateLimits.enabled) return [];
  const limit = (name: "api" | "search" | "credential") => {
    const { burst } = rateLimits[name];
    return `limit_req zone=${name}${burst > 0 ? ` burst=${burst} nodelay` : ""};`;
  };
  return [limit(route === "search" ? "search" : "api"), limit("credential")];
}
