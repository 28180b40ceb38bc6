import assert from "node:assert/strict";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { pluginsNamedIn, root, stackFile, toolEnvironment } from "./environment.mjs";

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

test("a stack's file is found by its own name, also in a full stack name", () => {
  assert.equal(stackFile("dev"), join(root, "stacks", "Pulumi.dev.yaml"));
  assert.equal(stackFile("organization/quorumkit/dev"), stackFile("dev"));
});

test("the docker plugin is wanted by a stack that runs containers", () => {
  for (const value of ["container", '"compose"', "container # comment"]) {
    assert.deepEqual(pluginsNamedIn(`config:\n  quorumkit:runner: ${value}\n`), ["docker"]);
  }
  assert.deepEqual(pluginsNamedIn("config:\n  quorumkit:runner: process\n  a: containers\n# container\n"), []);
});
