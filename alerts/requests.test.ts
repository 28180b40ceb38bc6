import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { boundMatcher, boundOf, clientRequests, failed, timedRequests } from "./requests.ts";
import type { Matcher } from "./promql.ts";

const openapi = JSON.parse(readFileSync(join(import.meta.dirname, "..", "docs", "openapi.json"), "utf8")) as {
  paths: Record<string, unknown>;
};
/** Patterns of the node's routes, as its metrics have them. */
const routes = Object.keys(openapi.paths).map((path) => path.replaceAll(/\{(\w+)\}/g, ":$1"));

/** Whether a matcher takes a value; Prometheus compares from end to end. */
function takes(matcher: Matcher | undefined, value: string): boolean {
  assert.ok(typeof matcher === "object");
  if ("matches" in matcher) return new RegExp(`^(?:${matcher.matches})$`).test(value);
  assert.ok("matchesNot" in matcher);
  return !new RegExp(`^(?:${matcher.matchesNot})$`).test(value);
}

test("every request counts but probes", () => {
  const left = routes.filter((route) => !takes(clientRequests.route, route));
  assert.deepEqual(left.sort(), [
    "/api/health",
    "/api/health/db",
    "/api/health/log",
    "/api/health/operations",
    "/api/health/resources",
    "/api/health/state_checksum",
    "/api/v1/health",
    "/api/v1/health/detailed",
    "/api/v1/health/operations",
    "/api/v1/ready",
    "/api/v1/startup",
    "/health",
  ]);
});

test("the time of a claim is not the node's own", () => {
  const timed = routes.filter(
    (route) => takes(clientRequests.route, route) && !takes(timedRequests("tasks").route, route),
  );
  assert.deepEqual(timed.sort(), ["/api/tasks/claim", "/api/v1/tasks/claim"]);
  assert.deepEqual(timedRequests("vectors"), clientRequests);
});

test("what is a failure", () => {
  const statuses = Array.from({ length: 500 }, (_, index) => 100 + index);
  const failures = statuses.filter((status) => takes(failed, String(status)));
  assert.deepEqual(
    failures,
    statuses.filter((status) => status >= 500 && status !== 501),
  );
});

describe("an objective means the bound above it", () => {
  for (const [latency, bound] of [
    ["1ms", 0.001],
    ["250ms", 0.25],
    ["251ms", 0.5],
    ["10s", 10],
  ] as const) {
    test(latency, () => {
      assert.equal(boundOf(latency), bound);
    });
  }

  test("as every Prometheus writes it", () => {
    assert.equal(boundMatcher(0.25), "0.25");
    assert.ok(takes(boundMatcher(1), "1") && takes(boundMatcher(1), "1.0") && !takes(boundMatcher(1), "10"));
  });
});
