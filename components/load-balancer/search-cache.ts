/** The cache of searches (guide 004:1007). */
import type { ClusterSpec } from "@quorumkit/schema";
import { bytes, quotePath, seconds } from "./text.ts";

type Spec = Pick<ClusterSpec, "loadBalancer">;

/** Bodies up to this are part of the key; larger searches are not cached. */
const bodyBytes = "64k";

/** Lines of the http section. */
export function cacheZone({ loadBalancer: { cache } }: Spec): string[] {
  if (!cache.enabled) return [];
  const { path, zoneSize, maxSize, inactive } = cache;
  return [
    `proxy_cache_path ${quotePath("load_balancer.cache.path", path)} levels=1:2 keys_zone=searches:${bytes(zoneSize)} ` +
      `max_size=${bytes(maxSize)} inactive=${seconds(inactive)} use_temp_path=off;`,
    // nginx has a body only while it fits into its buffer. Without it, different searches would have one key.
    "map $request_body $search_uncached {",
    '    "" 1;',
    "    default 0;",
    "}",
  ];
}

/** Lines of the location of searches. */
export function cacheLines({ loadBalancer: { cache } }: Spec): string[] {
  if (!cache.enabled) return [];
  return [
    "proxy_cache searches;",
    "proxy_cache_methods POST;",
    // Neither a URL nor a header can hold a line break, so no two searches have the same key.
    `proxy_cache_key "$request_method $request_uri\\n$http_accept\\n$credential\\n$request_body";`,
    `proxy_cache_valid 200 ${seconds(cache.ttl)};`,
    "proxy_cache_bypass $search_uncached;",
    "proxy_no_cache $search_uncached;",
    "proxy_cache_lock on;",
    "proxy_request_buffering on;",
    `client_body_buffer_size ${bodyBytes};`,
    "client_body_in_single_buffer on;",
    "add_header X-Cache $upstream_cache_status always;",
  ];
}
