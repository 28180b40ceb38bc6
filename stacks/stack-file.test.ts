import assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { readStackFile } from "./stack-file.ts";

const path = "stacks/Pulumi.test.yaml";

function read(cluster: string, value: unknown, more: Record<string, string> = {}) {
  const text = `config:\n  quorumkit:cluster:\n${cluster.replaceAll(/^/gm, "    ")}\n`;
  return readStackFile({ path, text, config: { "quorumkit:cluster": JSON.stringify(value), ...more } });
}

test("a valid file becomes args in the names of the components, without defaults", () => {
  const value = { name: "a", system: "coordinator", fault_tolerance: { retry_attempts: 4 } };
  const { args } = read("name: a\nsystem: coordinator\nfault_tolerance: {retry_attempts: 4}", value);
  assert.deepEqual(args, { name: "a", system: "coordinator", faultTolerance: { retryAttempts: 4 } });
});

test("overrides come along", () => {
  const overrides = { process: { merge: { startTimeout: "90s" } } };
  const { args } = read(
    "name: a\nsystem: coordinator",
    { name: "a", system: "coordinator" },
    {
      "quorumkit:overrides": JSON.stringify(overrides),
    },
  );
  assert.deepEqual(args.overrides, overrides);
});

test("what is encrypted in the file is a secret, the rest isn't", async () => {
  const token = "t".repeat(40);
  const value = { name: "a", system: "coordinator", security: { admin_token: token } };
  const { args } = read("name: a\nsystem: coordinator\nsecurity:\n  admin_token:\n    secure: v1:abc", value);
  const { adminToken } = args.security as { adminToken: pulumi.Output<string> };
  assert.ok(pulumi.Output.isInstance(adminToken));
  assert.equal(await pulumi.isSecret(adminToken), true);
  assert.equal(args.name, "a");
});

test("problems are in the order of the file, each with its place", () => {
  const value = { api: { port: 0 }, name: "a", system: "nothing", storage: "here" };
  assert.throws(
    () => read("api:\n  port: 0\nname: a\nsystem: nothing\nstorage: here", value),
    (error) => {
      assert.ok(pulumi.InputPropertiesError.isInstance(error));
      assert.deepEqual(
        error.message.split("\n").map((line) => line.replace(/^( .*?): .*/, "$1")),
        [
          "pulumi.InputPropertiesError: stacks/Pulumi.test.yaml has 3 problems:",
          "  stacks/Pulumi.test.yaml:4:7 api.port",
          "  stacks/Pulumi.test.yaml:6:5 system",
          "  stacks/Pulumi.test.yaml:7:5 storage",
        ],
      );
      assert.equal(error.errors[0]?.propertyPath, "quorumkit:cluster.api.port");
      return true;
    },
  );
});

test("a value that is no map is refused", () => {
  assert.throws(() => read("hello", "hello"), /stacks\/Pulumi\.test\.yaml:2:3 quorumkit:cluster: /);
});

test("a missing cluster is named", () => {
  assert.throws(
    () => readStackFile({ path, text: "config: {}\n", config: {} }),
    /:1:1 quorumkit:cluster: quorumkit:cluster is required/,
  );
});
