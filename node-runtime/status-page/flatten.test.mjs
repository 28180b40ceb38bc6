import assert from "node:assert/strict";
import { test } from "node:test";
import { flatten, matches } from "./flatten.js";

test("every option gets its path and its value as text", () => {
  const config = {
    system: "coordinator",
    api: { port: 8080, tls: { enabled: false }, trusted_proxies: [] },
    node: { labels: {}, region: null },
    security: { admin_token: "(hidden)", api_keys: [{ key: "(hidden)", permissions: ["read", "data:write"] }] },
  };
  const shown = flatten(config).map(({ path, value, hidden }) => `${path}=${value}${hidden ? " hidden" : ""}`);
  assert.deepEqual(shown, [
    "system=coordinator",
    "api.port=8080",
    "api.tls.enabled=false",
    "api.trusted_proxies=[]",
    "node.labels={}",
    "node.region=null",
    "security.admin_token=(hidden) hidden",
    "security.api_keys[0].key=(hidden) hidden",
    'security.api_keys[0].permissions=["read","data:write"]',
  ]);
});

test("a search wants every word, in the path or the value", () => {
  const option = { path: "api.request_timeout", value: "60s", hidden: false };
  assert.equal(matches(option, "TIMEOUT api"), true);
  assert.equal(matches(option, "60S"), true);
  assert.equal(matches(option, "timeout 30s"), false);
});
