import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  hasLanguageHost,
  hasPlugin,
  locateCompose,
  locateDockerCli,
  locateEtcd,
  locatePulumi,
  programsOnPath,
} from "./locate.mjs";
import { temporaryFolder, writeFile } from "./testing/temporary.mjs";

const minimumVersion = "3.200.0";
const cli = (/** @type {string} */ version) => `#!/bin/sh\necho ${version}\n`;

/** @param {string} folder @param {string[]} path */
function environment(folder, ...path) {
  const folders = [...path.map((name) => join(folder, name)), "/usr/bin", "/bin"];
  return { PATH: folders.join(delimiter), HOME: join(folder, "home"), PULUMI_HOME: join(folder, "home", ".pulumi") };
}

test("the CLI on PATH goes before the one in Pulumi's folder", async (context) => {
  const folder = temporaryFolder(context, { "a/pulumi": cli("v3.220.0"), "home/.pulumi/bin/pulumi": cli("v3.259.0") });
  assert.deepEqual(await locatePulumi({ env: environment(folder, "a"), minimumVersion }), {
    path: join(folder, "a", "pulumi"),
    version: "v3.220.0",
    where: "on PATH",
  });
  assert.equal(
    (await locatePulumi({ env: environment(folder), minimumVersion }))?.path,
    join(folder, "home/.pulumi/bin/pulumi"),
  );
});

test("a CLI that is too old or broken is passed over, and said to be", async (context) => {
  const folder = temporaryFolder(context, {
    "old/pulumi": cli("v3.99.0"),
    "broken/pulumi": "#!/bin/sh\nexit 3\n",
    "good/pulumi": cli("v3.200.0"),
  });
  /** @type {string[]} */
  const rejected = [];
  const onRejected = (/** @type {string} */ message) => rejected.push(message);
  const found = await locatePulumi({ env: environment(folder, "old", "broken", "good"), minimumVersion, onRejected });
  assert.equal(found?.path, join(folder, "good", "pulumi"));
  assert.deepEqual(rejected, [
    `${join(folder, "old", "pulumi")} is not used: it is v3.99.0, older than 3.200.0`,
    `${join(folder, "broken", "pulumi")} is not used: it doesn't run`,
  ]);
});

test("the wrapper never finds itself", async (context) => {
  const folder = temporaryFolder(context, { "node_modules/.bin/pulumi": cli("v3.259.0"), "linked/keep": "" });
  symlinkSync(fileURLToPath(new URL("bin/pulumi.mjs", import.meta.url)), join(folder, "linked", "pulumi"));
  const env = environment(folder, "node_modules/.bin", "linked");
  assert.deepEqual(programsOnPath("pulumi", { PATH: env.PATH.replace(/:\/usr\/bin.*/, "") }), []);
});

test("the language host is found beside the CLI, through a link, or on PATH", (context) => {
  const folder = temporaryFolder(context, {
    "whole/pulumi": cli("v3.259.0"),
    "whole/pulumi-language-nodejs": "#!/bin/sh\n",
    "alone/pulumi": cli("v3.259.0"),
    "links/keep": "",
  });
  symlinkSync(join(folder, "whole", "pulumi"), join(folder, "links", "pulumi"));
  const none = { PATH: join(folder, "alone") };
  assert.ok(hasLanguageHost(join(folder, "whole", "pulumi"), none));
  assert.ok(hasLanguageHost(join(folder, "links", "pulumi"), none));
  assert.ok(!hasLanguageHost(join(folder, "alone", "pulumi"), none));
  assert.ok(hasLanguageHost(join(folder, "alone", "pulumi"), { PATH: join(folder, "whole") }));
});

test("a plugin is found on PATH or in Pulumi's folder at the version or later", (context) => {
  const name = "pulumi-resource-docker";
  const folder = temporaryFolder(context, { [`bin/${name}`]: "#!/bin/sh\n" });
  const env = { PATH: "", PULUMI_HOME: join(folder, "home") };
  assert.ok(!hasPlugin(name, "4.11.2", env));
  assert.ok(hasPlugin(name, "4.11.2", { ...env, PATH: join(folder, "bin") }));
  writeFile(join(folder, "home/plugins/resource-docker-v4.5.0", name), "#!/bin/sh\n");
  assert.ok(!hasPlugin(name, "4.11.2", env));
  writeFile(join(folder, "home/plugins/resource-docker-v4.11.2", name), "#!/bin/sh\n");
  assert.ok(hasPlugin(name, "4.11.2", env));
});

const etcd = (/** @type {string} */ version) => `#!/bin/sh\necho "etcd Version: ${version}"\necho "Git SHA: 1.2.3"\n`;

test("etcd is the first 3.6 on PATH with its tools beside it", async (context) => {
  const folder = temporaryFolder(context, {
    "old/etcd": etcd("3.5.21"),
    "alone/etcd": etcd("3.6.1"),
    "good/etcd": etcd("3.6.4"),
    "good/etcdctl": "#!/bin/sh\n",
    "good/etcdutl": "#!/bin/sh\n",
  });
  /** @type {string[]} */
  const rejected = [];
  const onRejected = (/** @type {string} */ message) => rejected.push(message);
  const env = environment(folder, "old", "alone", "good");
  assert.equal(await locateEtcd({ env, minorVersion: "3.6", onRejected }), join(folder, "good", "etcd"));
  assert.deepEqual(rejected, [
    `${join(folder, "old", "etcd")} is not used: it is 3.5.21, not 3.6`,
    `${join(folder, "alone", "etcd")} is not used: it has no etcdctl and no etcdutl beside it`,
  ]);
});

test("the etcd that QUORUMKIT_ETCD names is taken, or refused with what is wrong; nothing else is tried", async (context) => {
  const folder = temporaryFolder(context, { "good/etcd": etcd("3.6.4"), "new/etcd": etcd("3.7.0") });
  const locate = (/** @type {string} */ named) =>
    locateEtcd({ env: { ...environment(folder), QUORUMKIT_ETCD: named }, minorVersion: "3.6" });
  assert.equal(await locate(join(folder, "good", "etcd")), join(folder, "good", "etcd"));
  await assert.rejects(locate(join(folder, "new", "etcd")), /QUORUMKIT_ETCD is \S+etcd, but it is 3\.7\.0, not 3\.6/);
  await assert.rejects(locate(join(folder, "none")), /QUORUMKIT_ETCD is \S+none, but it doesn't run/);
});

test("Docker Compose is the docker command's plugin before one on PATH, if it is new enough", async (context) => {
  const folder = temporaryFolder(context, {
    "docker/cli-plugins/docker-compose": cli("2.30.3"),
    "old/cli-plugins/docker-compose": cli("2.20.0"),
    "bin/docker-compose": cli("v2.40.0"),
  });
  /** @param {string} config */
  const locate = (config) => {
    const env = { ...environment(folder, "bin"), DOCKER_CONFIG: join(folder, config) };
    return locateCompose({ env: { ...env, PATH: join(folder, "bin") }, minimumVersion: "2.24.0", onRejected });
  };
  /** @type {string[]} */
  const rejected = [];
  const onRejected = (/** @type {string} */ message) => rejected.push(message);
  assert.equal(await locate("docker"), join(folder, "docker", "cli-plugins", "docker-compose"));
  assert.deepEqual(rejected, []);
  // Another one may be installed on this machine, where Docker's packages put it.
  const other = await locate("old");
  assert.ok(other !== undefined && other !== join(folder, "old", "cli-plugins", "docker-compose"));
  assert.match(rejected[0] ?? "", /old.* is not used: it is 2\.20\.0, older than 2\.24\.0/);
});

test("a docker command that is named has to be new enough; one on PATH is passed over", async (context) => {
  const folder = temporaryFolder(context, {
    "old/docker": cli("Docker version 20.10.24+dfsg1, build 5d6db84"),
    "new/docker": cli("Docker version 28.2.2, build e6534b4"),
  });
  const minimumVersion = "25.0.0";
  const PATH = ["old", "new"].map((name) => join(folder, name)).join(delimiter);
  assert.equal(await locateDockerCli({ env: { PATH }, minimumVersion }), join(folder, "new", "docker"));
  assert.equal(await locateDockerCli({ env: { PATH: join(folder, "old") }, minimumVersion }), undefined);
  const env = { PATH, QUORUMKIT_DOCKER_CLI: join(folder, "old", "docker") };
  await assert.rejects(locateDockerCli({ env, minimumVersion }), /it is 20\.10\.24, older than 25\.0\.0/);
});
