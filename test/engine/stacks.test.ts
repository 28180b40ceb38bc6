/** The stacks of the project through the real engine: each previews cleanly, and a bad stack file says all that is wrong. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { systemNames, environmentNames } from "@quorumkit/schema";
import { makeProject, type Project } from "./project.ts";

const stackFiles = readdirSync(join(import.meta.dirname, "..", "..", "stacks"))
  .map((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1])
  .filter((name) => name !== undefined);
let project: Project;

before(async () => {
  project = await makeProject();
});

after(() => project.remove());

/** It needs a Docker engine, and is previewed and made in test/compose. */
const withDocker = "coordinator-compose";

test("there are dev, dev-cluster and coordinator-compose, and one stack for each system and preset", () => {
  const wanted = systemNames.flatMap((system) => environmentNames.map((preset) => `${system}-${preset}`));
  assert.deepEqual(stackFiles.toSorted(), ["dev", "dev-cluster", withDocker, ...wanted].toSorted());
});

describe("every stack previews without errors and warnings", { concurrency: 2 }, () => {
  for (const name of stackFiles.filter((file) => file !== withDocker)) {
    test(name, async () => {
      const { code } = await project.pulumi("stack", "init", name);
      assert.equal(code, 0);
      const preview = await project.pulumi("preview", "--stack", name);
      assert.equal(preview.code, 0, preview.text);
      // A stack, a component and a node; of a cluster also its token, certificates, members and further nodes.
      const count = name === "dev-cluster" ? 8 : 3;
      assert.match(preview.text, new RegExp(`Resources:\\n {4}\\+ ${count} to create`));
      assert.doesNotMatch(preview.text, /warning|error/i);
    });
  }
});

test("a bad stack file: five mistakes, five located messages, one error, no stack trace", async () => {
  await project.pulumi("stack", "init", "bad");
  await project.write(
    "bad",
    [
      "config:",
      "  quorumkit:cluster:",
      "    name: Bad_Name",
      "    system: coordinator",
      "    api:",
      "      port: 80800",
      "    fault_tolerance:",
      "      self_healing:",
      "        healing_interval: 5s",
      "    monitoring:",
      "      log_levle: debug",
      "    storage:",
      "      data_dir: relative/path",
    ].join("\n"),
  );
  const { code, text } = await project.pulumi("preview", "--stack", "bad");
  assert.notEqual(code, 0);
  assert.equal(
    text.slice(text.indexOf("Diagnostics:"), text.indexOf("Resources:")),
    [
      "Diagnostics:",
      "  pulumi:pulumi:Stack (quorumkit-bad):",
      "    error: pulumi.InputPropertiesError: stacks/Pulumi.bad.yaml has 5 problems:",
      '      stacks/Pulumi.bad.yaml:3:5 name: name must be a DNS label: lower-case letters, digits and inner hyphens, got "Bad_Name"',
      "      stacks/Pulumi.bad.yaml:6:7 api.port: port must be between 1 and 65535, got 80800",
      "      stacks/Pulumi.bad.yaml:9:9 fault_tolerance.self_healing.healing_interval: healing_interval must be between 10s and 30m0s, got 5s",
      "      stacks/Pulumi.bad.yaml:11:7 monitoring.log_levle: log_levle is not an option of monitoring; did you mean log_level?",
      '      stacks/Pulumi.bad.yaml:13:7 storage.data_dir: data_dir must be an absolute path, for example /var/lib/quorumkit, got "relative/path"',
      "",
      "",
    ].join("\n"),
  );
});

test("a stack file without a cluster says what is missing", async () => {
  await project.pulumi("stack", "init", "empty");
  await project.write("empty", "config: {}\n");
  const { code, text } = await project.pulumi("preview", "--stack", "empty");
  assert.notEqual(code, 0);
  assert.match(
    text,
    /stacks\/Pulumi\.empty\.yaml:1:1 quorumkit:cluster: quorumkit:cluster is required: name and system at least/,
  );
});

test("a spec that is valid but unwise is previewed with a warning", async () => {
  await project.pulumi("stack", "init", "unwise");
  const self_healing = { monitoring_interval: "1m", healing_interval: "1m" };
  await project.write("unwise", {
    cluster: { name: "unwise", system: "coordinator", fault_tolerance: { self_healing } },
  });
  const { code, text } = await project.pulumi("preview", "--stack", "unwise");
  assert.equal(code, 0, text);
  assert.match(text, /warning: faultTolerance\.selfHealing\.healingInterval: .*monitoring_interval/);
});

test("overrides work from a stack file, and one of what the kit owns warns", async () => {
  await project.pulumi("stack", "init", "overridden");
  const cluster = { name: "overridden", system: "coordinator" };
  const patch = [{ op: "add", path: "/startTimeout", value: "90s" }];
  await project.write("overridden", {
    cluster,
    overrides: { process: { merge: { configFile: "/tmp/mine.yaml" }, patch } },
  });
  const { code, text } = await project.pulumi("preview", "--diff", "--stack", "overridden");
  assert.equal(code, 0, text);
  assert.match(text, /startTimeout *: "90s"/);
  assert.match(text, /configFile *: "\/tmp\/mine\.yaml"/);
  assert.match(text, /warning: overrides\.process\.configFile: the kit decides this by itself/);
});

test("a mistyped override is refused", async () => {
  await project.pulumi("stack", "init", "mistyped");
  const cluster = { name: "mistyped", system: "coordinator" };
  await project.write("mistyped", { cluster, overrides: { proces: { merge: {} } } });
  const { code, text } = await project.pulumi("preview", "--stack", "mistyped");
  assert.notEqual(code, 0);
  assert.match(text, /overrides\.proces: there is no child proces; did you mean process\?/);
});
