import assert from "node:assert/strict";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { needsNamedIn, root, stackFile, stackNeeds, toolEnvironment } from "./environment.mjs";

const tools = { cli: "/tools/pulumi", version: "3.259.0", source: "", pluginFolders: ["/tools/docker"] };

test("Pulumi runs with the pinned Node.js first on PATH, then its plugins", () => {
  const env = toolEnvironment(tools, { PATH: "/usr/bin", OTHER: "kept" });
  assert.deepEqual(env, {
    PATH: [join(root, "node_modules", ".bin"), "/tools/docker", "/usr/bin"].join(delimiter),
    OTHER: "kept",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    QUORUMKIT_PULUMI: "/tools/pulumi",
  });
});

test("nodes find the etcd that was provided", () => {
  assert.equal(toolEnvironment({ ...tools, etcd: "/tools/etcd" }, {}).QUORUMKIT_ETCD, "/tools/etcd");
  assert.equal(toolEnvironment(tools, { QUORUMKIT_ETCD: "/other/etcd" }).QUORUMKIT_ETCD, "/other/etcd");
});

test("a stack's file is found by its own name, also in a full stack name", () => {
  assert.equal(stackFile("dev"), join(root, "stacks", "Pulumi.dev.yaml"));
  assert.equal(stackFile("organization/quorumkit/dev"), stackFile("dev"));
});

test("the docker plugin is wanted by a stack that runs containers", () => {
  for (const value of ["container", '"compose"', "container # comment"]) {
    assert.deepEqual(needsNamedIn(`config:\n  quorumkit:runner: ${value}\n`), ["docker"]);
  }
  assert.deepEqual(needsNamedIn("config:\n  quorumkit:runner: process\n  a: containers\n# container\n"), []);
});

test("etcd is wanted by a stack of several nodes on this machine, or that names it, and by no lone node", () => {
  assert.deepEqual(needsNamedIn("    target:\n      kind: local-cluster\n"), ["etcd"]);
  assert.deepEqual(needsNamedIn("    consensus: { x: 1 }\n    consensus:\n      engine: etcd\n"), ["etcd"]);
  assert.deepEqual(needsNamedIn("    target: { kind: local-cluster }\n"), ["etcd"]);
  for (const stack of ["dev", "coordinator-production"]) assert.deepEqual(stackNeeds(stack), [], stack);
});
