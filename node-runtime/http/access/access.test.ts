import assert from "node:assert/strict";
import { test } from "node:test";
import { inNetworks, isLoopbackAddress, isLoopbackHost } from "./networks.ts";
import { grants, permissionFor } from "./permissions.ts";
import { TokenBucket } from "./token-bucket.ts";

test("knows the addresses of networks, mapped ones too", () => {
  const check = inNetworks(["10.0.0.0/8", "fd00::/8", "192.0.2.7/32"]);
  const inside = ["10.1.2.3", "::ffff:10.1.2.3", "fd00::1", "192.0.2.7"];
  const outside = ["11.0.0.1", "192.0.2.8", "fe80::1", "nonsense", ""];
  assert.deepEqual(
    inside.map(check),
    inside.map(() => true),
  );
  assert.deepEqual(
    outside.map(check),
    outside.map(() => false),
  );
});

test("knows what is this machine only", () => {
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) assert.ok(isLoopbackAddress(address));
  for (const address of ["10.0.0.1", "0.0.0.0", "::", "::ffff:10.0.0.1"]) assert.ok(!isLoopbackAddress(address));
  for (const host of ["localhost", "localhost:8080", "node.localhost", "127.0.0.1:80", "[::1]:80"])
    assert.ok(isLoopbackHost(host));
  for (const host of ["localhost.example.com", "127.0.0.1.nip.io", "0.0.0.0", "example.com"])
    assert.ok(!isLoopbackHost(host));
});

test("permissions cover what guide 004 says they do", () => {
  const roles = [
    { name: "admin", permissions: ["*"] },
    { name: "writer", permissions: ["data:write", "data:read"] },
    { name: "readonly", permissions: ["read"] },
  ];
  const may = (held: string[], wanted: string) => grants(held, roles, wanted);
  assert.deepEqual(
    [
      may(["admin"], "cluster:admin"),
      may(["writer"], "data:write"),
      may(["readonly"], "data:read"),
      may(["data:*"], "data:write"),
    ],
    [true, true, true, true],
  );
  assert.deepEqual(
    [
      may(["writer"], "cluster:admin"),
      may(["readonly"], "data:write"),
      may([], "data:read"),
      may(["data"], "data:read"),
    ],
    [false, false, false, false],
  );
  assert.equal(permissionFor("data", "GET"), "data:read");
  assert.equal(permissionFor("data", "DELETE"), "data:write");
  assert.equal(permissionFor("admin", "GET"), "cluster:admin");
});

test("the roles of guides 000 and 004 give what they say there", () => {
  const ollamamax = [
    { name: "admin", permissions: ["*"] },
    { name: "operator", permissions: ["read", "inference"] },
    { name: "readonly", permissions: ["read"] },
  ];
  const grape = [
    { name: "admin", permissions: ["cluster:*", "data:*", "metrics:read"] },
    { name: "writer", permissions: ["data:write", "data:read", "search:execute"] },
    { name: "reader", permissions: ["data:read", "search:execute"] },
    { name: "searcher", permissions: ["search:execute"] },
  ];
  // Routes of models and searches name their permission themselves, in config.permission.
  const wanted = ["cluster:admin", "data:write", "data:read", "search:execute", "model:inference"];
  const allowed = (roles: typeof grape) =>
    Object.fromEntries(roles.map(({ name }) => [name, wanted.filter((each) => grants([name], roles, each))]));
  assert.deepEqual(allowed(ollamamax), {
    admin: wanted,
    operator: ["data:read", "model:inference"],
    readonly: ["data:read"],
  });
  assert.deepEqual(allowed(grape), {
    admin: ["cluster:admin", "data:write", "data:read"],
    writer: ["data:write", "data:read", "search:execute"],
    reader: ["data:read", "search:execute"],
    searcher: ["search:execute"],
  });
});

test("a bucket gives a burst and then its rate", () => {
  const bucket = new TokenBucket(10, 2, 0);
  assert.deepEqual([bucket.take(0), bucket.take(0), bucket.take(0)], [0, 0, 100]);
  assert.equal(bucket.take(100), 0);
  assert.deepEqual([bucket.take(10_000), bucket.take(10_000), bucket.take(10_000)], [0, 0, 100]);
});
