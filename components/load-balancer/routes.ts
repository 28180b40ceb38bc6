/** Which way a request goes, by its method and path. */
import { systems, type ClusterSpec } from "@quorumkit/schema";
import { block } from "./text.ts";

/** The ways: each is a location of its own. */
export const routes = ["read", "stream", "search", "inference", "write", "once", "admin", "other"] as const;

export type Route = (typeof routes)[number];

/** Paths that only administrators use, whatever the method. */
const adminPaths = ["/admin", "/api/debug", "/api/maintenance", "/api/v1/maintenance"];

/** Paths that everybody may read, and only administrators change. */
const adminChangePaths = ["/api/v1/cluster", "/api/v1/config"];

const healthPaths = ["/health", "/api/health", "/api/v1/health", "/api/v1/ready", "/api/v1/startup"];

/** Headers and parameters that make a write conditional. */
const conditions = "$http_if_match$http_if_none_match$http_if_unmodified_since$arg_compare_revision";

/**
 * Defines `$request_path` (as it came, without the query), `$request_route` and `$request_kind` (the metric's label).
 * Paths are compared as nginx reads them: decoded, and without dots and double slashes.
 */
export function routeMaps(spec: Pick<ClusterSpec, "system">): string[] {
  const { paths } = systems[spec.system];
  const ownAdmin = [...adminPaths, paths.admin].filter((path) => !adminChangePaths.includes(path));
  const health = anyOf([...healthPaths, paths.health]);
  const safe = "(?:GET|HEAD|OPTIONS)";
  return [
    ...block("map $request_uri $request_path", [`"~^(?<path_alone>[^?#]*)" $path_alone;`, `default "";`]),
    ...block(`map "${conditions}" $conditional`, [`"" "";`, "default conditional;"]),
    ...block("map $http_accept $wants_stream", [
      `"~*(?:text/event-stream|application/x-ndjson)" stream;`,
      `default "";`,
    ]),
    ...block(`map "$request_method $conditional $wants_stream $uri"  $request_route`, [
      `"~^[A-Z]+ \\w* \\w* ${anyOf(ownAdmin)}(?:/|$)" admin;`,
      `"~^(?!${safe} )[A-Z]+ \\w* \\w* ${anyOf(adminChangePaths)}(?:/|$)" admin;`,
      `"~^GET \\w* stream " stream;`,
      `"~^GET \\w* \\w* /.*[-/](?:watch|stream)$" stream;`,
      `"~^${safe} " read;`,
      `"~^POST \\w* \\w* /api/(?:.*/)?search/?$" search;`,
      `"~^POST \\w* \\w* /api/(?:v1/)?(?:generate|chat|inference)(?:/|$)" inference;`,
      `"~^(?:PUT|DELETE) conditional " once;`,
      `"~^(?:POST|PUT|PATCH|DELETE) " write;`,
      "default other;",
    ]),
    ...block(`map "$request_route $request_method $uri" $request_kind`, [
      `"~^read ${safe} ${health}$" health;`,
      `"~^(?:read|stream) " read;`,
      `"~^(?:write|once) " write;`,
      `"~^search " search;`,
      `"~^admin " admin;`,
      "default other;",
    ]),
  ];
}

function anyOf(paths: readonly string[]): string {
  return `(?:${[...new Set(paths)].map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`;
}
