import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { parse } from "yaml";
import { writeCompose } from "./write-compose.ts";

const day = 86_400_000;
const start = Date.parse("2026-01-01T00:00:00Z");
const adminPassword = "a-password-for-grafana";

let folder: string;
let output: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "quorumkit-compose-"));
  output = join(folder, "out");
  writeStack("test", {});
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What a spec of these tests may differ in. */
interface Spec {
  name?: string;
  members?: number;
  more?: readonly string[];
}

function writeStack(stack: string, { name = "orders", members = 3, more = [] }: Spec): void {
  const lines = [
    "config:",
    "  quorumkit:cluster:",
    `    name: ${name}`,
    "    system: coordinator",
    `    members: ${members}`,
  ];
  const target = ["    target:", "      kind: compose"];
  writeFileSync(join(folder, `Pulumi.${stack}.yaml`), [...lines, ...target, ...more, ""].join("\n"));
}

/** Runs the command in this process. */
async function run(...args: string[]): Promise<{ code: number; out: string; errors: string }> {
  return runAt(start, ...args);
}

async function runAt(now: number, ...args: string[]) {
  let out = "";
  let errors = "";
  const code = await writeCompose(args, {
    stacks: folder,
    print: (text) => (out += text),
    printError: (text) => (errors += text),
    now: () => now,
  });
  return { code, out, errors };
}

const usual = () => ["--stack", "test", "--output", output];

/** Every file below a directory with its text, by its path. */
function tree(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [relative(directory, path), readFileSync(path, "utf8")]));
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Permissions of a path below the output, as in chmod. */
function modeOf(path: string): number {
  return statSync(join(output, path)).mode & 0o777;
}

describe("a first run", () => {
  test("writes the compose file and everything that it mounts", async () => {
    const { code, out, errors } = await run(...usual());
    assert.equal(errors, "");
    assert.equal(code, 0);
    const files = tree(output);
    const { name, services } = parse(files["compose.yaml"] ?? "") as {
      name: string;
      services: Record<string, { volumes?: { type: string; source: string }[] }>;
    };
    assert.equal(name, "orders");
    for (const node of ["orders-1", "orders-2", "orders-3"]) {
      assert.ok(node in services, node);
      const inside = `secrets/${node}/etc/quorumkit`;
      const { node: config, cluster } = parse(files[`${inside}/node.yaml`] ?? "") as {
        node: { id: string };
        cluster: { join_token_file: string };
      };
      assert.equal(config.id, node);
      assert.equal(cluster.join_token_file, "/etc/quorumkit/join-token");
      assert.match(files[`${inside}/join-token`] ?? "", /^[A-Za-z0-9]{48}$/);
      assert.match(files[`${inside}/node.key`] ?? "", /^-----BEGIN PRIVATE KEY-----/);
    }
    const mounted = Object.values(services).flatMap(({ volumes = [] }) =>
      volumes.filter(({ type }) => type === "bind"),
    );
    for (const { source } of mounted.filter((mount) => mount.source.startsWith("./"))) {
      assert.ok(exists(join(output, source)), source);
    }
    assert.match(out, /^Wrote \d+ files to \/.*\/out:\n {2}compose\.yaml\n/);
    assert.match(out, /\nStart:\n {2}docker compose --file \/.*\/out\/compose\.yaml up --detach --wait\n/);
  });

  test("shows no secret, neither on the terminal nor in the compose file", async () => {
    writeStack("test", { more: ["    observability:", `      grafana: { admin_password: ${adminPassword} }`] });
    const { out, errors } = await run(...usual());
    const files = tree(output);
    const secrets = [adminPassword, files["materials/join-token"]?.trim() ?? "", "PRIVATE KEY"];
    for (const secret of secrets) {
      assert.notEqual(secret, "");
      for (const text of [out, errors, files["compose.yaml"] ?? "", files[".quorumkit.json"] ?? ""]) {
        assert.ok(!text.includes(secret));
      }
    }
    assert.ok(Object.values(files).some((text) => text.includes(adminPassword)));
  });

  test("closes secrets to others, and leaves the rest open to the accounts in containers", async () => {
    await run(...usual());
    assert.equal(modeOf("compose.yaml"), 0o644);
    assert.equal(modeOf("secrets"), 0o700);
    assert.equal(modeOf("materials"), 0o700);
    for (const path of Object.keys(tree(output))) {
      const mode = path.startsWith("config/") || path === "compose.yaml" ? 0o644 : 0o600;
      // Only root can give a file to the account that reads it.
      const shared = process.getuid?.() !== 0 && path.startsWith("secrets/");
      assert.equal(modeOf(path), shared ? 0o644 : mode, path);
      if (process.getuid?.() === 0 && path.startsWith("secrets/orders-1/")) {
        assert.equal(statSync(join(output, path)).uid, 10_001, path);
      }
    }
  });

  test("can be repeated where it broke off", async () => {
    await run(...usual());
    const files = tree(output);
    rmSync(join(output, "compose.yaml"));
    rmSync(join(output, "secrets"), { recursive: true });
    assert.equal((await run(...usual())).code, 0);
    assert.deepEqual(tree(output), files);
  });

  test("tells as JSON what it did", async () => {
    const { out } = await run(...usual(), "--json");
    const report = JSON.parse(out) as {
      directory: string;
      main: string;
      files: { path: string; secret: boolean }[];
      commands: { start: string; update: string[]; stop: string };
    };
    assert.equal(report.directory, output);
    assert.equal(report.main, "compose.yaml");
    const written = Object.keys(tree(output)).filter((path) => !/^(?:materials\/|\.)/.test(path));
    assert.deepEqual(report.files.map(({ path }) => path).sort(), written.sort());
    assert.equal(report.commands.update.length, 4);
    assert.equal(report.commands.stop, `docker compose --file ${output}/compose.yaml down`);
  });

  test("quotes a directory with a space for the shell", async () => {
    output = join(folder, "an 'odd' name");
    const { out } = await run(...usual());
    assert.ok(out.includes(`--file '${folder}/an '\\''odd'\\'' name/compose.yaml' up`), out);
  });
});

describe("a further run", () => {
  test("changes nothing where the spec is the same", async () => {
    await run(...usual());
    const files = tree(output);
    const { code, out } = await runAt(start + 100 * day, ...usual());
    assert.equal(code, 0);
    assert.deepEqual(tree(output), files);
    assert.doesNotMatch(out, /Notes:/);
  });

  test("keeps the token, the authority and the certificates, and adds those of new nodes", async () => {
    await run(...usual());
    const before = tree(output);
    writeStack("test", { members: 5 });
    const { out } = await runAt(start + day, ...usual());
    const files = tree(output);
    assert.match(out, /Notes:\n {2}issues a certificate for orders-4\n {2}issues a certificate for orders-5\n/);
    for (const name of ["join-token", "node.crt", "node.key", "ca.crt"]) {
      const path = `secrets/orders-1/etc/quorumkit/${name}`;
      assert.equal(files[path], before[path], name);
    }
    assert.equal(
      files["secrets/orders-5/etc/quorumkit/join-token"],
      before["secrets/orders-1/etc/quorumkit/join-token"],
    );
    assert.notEqual(files["secrets/orders-5/etc/quorumkit/node.key"], undefined);
  });

  test("removes files of what is gone, and nothing that it didn't write", async () => {
    writeStack("test", { members: 5 });
    await run(...usual());
    writeFileSync(join(output, "compose.override.yaml"), "services: {}\n");
    writeStack("test", { members: 3 });
    await run(...usual());
    assert.deepEqual(
      readdirSync(join(output, "secrets")).filter((name) => name.startsWith("orders-")),
      ["orders-1", "orders-2", "orders-3"],
    );
    assert.ok(exists(join(output, "compose.override.yaml")));
  });

  test("renews certificates that end soon", async () => {
    await run(...usual());
    const before = tree(output);
    const { out } = await runAt(start + 340 * day, ...usual());
    const files = tree(output);
    assert.match(out, /issues a certificate for orders-1: the one it has ends on 2027-01-01/);
    assert.notEqual(
      files["secrets/orders-1/etc/quorumkit/node.crt"],
      before["secrets/orders-1/etc/quorumkit/node.crt"],
    );
    assert.equal(
      files["secrets/orders-1/etc/quorumkit/join-token"],
      before["secrets/orders-1/etc/quorumkit/join-token"],
    );
  });

  test("stops at materials that are damaged, and names the file", async () => {
    for (const [name, pattern] of [
      ["join-token", /materials\/join-token holds no secret: restore it/],
      ["certificates.json", /materials\/certificates\.json can't be read: restore it/],
    ] as const) {
      await run(...usual());
      const files = tree(output);
      writeFileSync(join(output, "materials", name), "");
      const { code, errors } = await run(...usual());
      assert.equal(code, 1);
      assert.match(errors, pattern);
      writeFileSync(join(output, "materials", name), files[`materials/${name}`] ?? "");
      assert.deepEqual(tree(output), files);
    }
  });
});

describe("a directory of others is left alone", () => {
  async function refuses(pattern: RegExp, ...args: string[]): Promise<void> {
    const before = exists(output) && statSync(output).isDirectory() ? tree(output) : undefined;
    const { code, out, errors } = await run(...usual(), ...args);
    assert.equal(code, 1);
    assert.equal(out, "");
    assert.match(errors, pattern);
    if (before !== undefined) assert.deepEqual(tree(output), before);
  }

  test("one with other files", async () => {
    mkdirSync(output);
    writeFileSync(join(output, "notes.txt"), "mine");
    await refuses(/out has files that aren't written by this command: name an empty directory/);
    writeFileSync(join(output, ".quorumkit.json"), '{"cluster":"orders","kind":"compose","files":["../notes.txt"]}');
    await refuses(/out has files that aren't written by this command/);
  });

  test("one of another cluster, and of the other kind", async () => {
    await run(...usual());
    await refuses(/out holds the compose files of cluster orders, not the swarm files of cluster orders/, "--swarm");
    writeStack("test", { name: "bills" });
    await refuses(/out holds the compose files of cluster orders, not the compose files of cluster bills/);
  });

  test("a file", async () => {
    writeFileSync(output, "mine");
    await refuses(/out is a file: name a directory/);
    assert.equal(readFileSync(output, "utf8"), "mine");
  });
});

describe("a bad stack file", () => {
  async function refuses(lines: readonly string[]): Promise<string[]> {
    writeStack("test", { more: lines });
    const { code, out, errors } = await run(...usual());
    assert.equal(code, 1);
    assert.equal(out, "");
    assert.equal(exists(output), false);
    return errors.trimEnd().split("\n");
  }

  test("is told all problems at once, each with its place", async () => {
    const [title, ...problems] = await refuses(["    api: { port: 0 }", "    storage: { data_dirs: /x }"]);
    assert.equal(title, "compose-file: stacks/Pulumi.test.yaml has 2 problems:");
    assert.match(
      problems[0] ?? "",
      /^ {2}stacks\/Pulumi\.test\.yaml:8:12 api\.port: port must be between 1 and 65535, got 0/,
    );
    assert.match(
      problems[1] ?? "",
      /^ {2}stacks\/Pulumi\.test\.yaml:9:16 storage\.data_dirs: .*did you mean data_dir\?/,
    );
  });

  test("is told what only the target refuses", async () => {
    const [, problem] = await refuses(["    gateways: 1"]);
    assert.match(problem ?? "", /Pulumi\.test\.yaml:8:5 gateways: gateways must be 0 where target\.kind is compose/);
  });

  test("is told that an encrypted value needs Pulumi, and what to do", async () => {
    assert.deepEqual(await refuses(["    security:", "      admin_token:", "        secure: v1:abc:def"]), [
      "compose-file: stacks/Pulumi.test.yaml can't be read without Pulumi:",
      "  stacks/Pulumi.test.yaml:9:7 security.admin_token is encrypted (secure: …), and only Pulumi has its key",
      "What to do: name a file that holds the value where there is an option for it (security.admin_token_file), or write " +
        "the value itself into a stack file of its own that only you can read.",
    ]);
  });

  test("is told where it is no YAML", async () => {
    const [title, problem] = await refuses(["    api: { port: 1"]);
    assert.equal(title, "compose-file: stacks/Pulumi.test.yaml is no YAML:");
    assert.match(problem ?? "", /^ {2}stacks\/Pulumi\.test\.yaml:\d+:\d+ /);
  });

  test("of another target is refused", async () => {
    const path = join(folder, "Pulumi.test.yaml");
    writeFileSync(path, readFileSync(path, "utf8").replace("kind: compose", "kind: local-cluster"));
    const { code, errors } = await run(...usual());
    assert.equal(code, 1);
    assert.match(errors, /Pulumi\.test\.yaml:7:7 target\.kind: .*must be compose/);
    assert.equal(exists(output), false);
  });

  test("without a cluster, and one that isn't there, are named", async () => {
    writeFileSync(join(folder, "Pulumi.test.yaml"), "config: {}\n");
    assert.match((await run(...usual())).errors, /quorumkit:cluster is required/);
    const { code, errors } = await run("--stack", "nobody", "--output", output);
    assert.equal(code, 1);
    assert.match(errors, /there is no stacks\/Pulumi\.nobody\.yaml/);
  });

  test("that a swarm can't follow is refused", async () => {
    const path = join(folder, "Pulumi.test.yaml");
    writeFileSync(
      path,
      readFileSync(path, "utf8").replace(
        "kind: compose",
        "kind: compose\n      compose: { publish_address: 10.0.0.5 }",
      ),
    );
    const { code, errors } = await run(...usual(), "--swarm");
    assert.equal(code, 1);
    assert.match(errors, /Pulumi\.test\.yaml:8:18 target\.compose\.publish_address: .* a swarm knows no others/);
    assert.equal(exists(output), false);
  });
});

test("overrides of Pulumi's resources are said to be left out", async () => {
  const path = join(folder, "Pulumi.test.yaml");
  writeFileSync(path, `${readFileSync(path, "utf8")}  quorumkit:overrides: {}\n`);
  const { code, errors } = await run(...usual());
  assert.equal(code, 0);
  assert.match(
    errors,
    /warning: stacks\/Pulumi\.test\.yaml: quorumkit:overrides change resources of Pulumi, not this file/,
  );
});

test("a swarm gets a stack, the labels that it needs, and is told what isn't published", async () => {
  const { code, out } = await run(...usual(), "--swarm");
  assert.equal(code, 0);
  const files = tree(output);
  assert.ok("stack.yaml" in files && !("compose.yaml" in files));
  assert.ok(out.includes("  docker node update --label-add quorumkit.orders.orders-1=true MACHINE\n"));
  assert.ok(
    out.includes("  port 8080 of orders-1 isn't published: a swarm can't do so on the loopback address alone\n"),
  );
  assert.ok(out.includes(`  docker stack deploy --compose-file ${output}/stack.yaml orders\n`));
  assert.equal(modeOf("secrets/orders-1/etc/quorumkit/join-token"), 0o600);
  assert.equal(statSync(join(output, "secrets/orders-1/etc/quorumkit/join-token")).uid, process.getuid?.());
  const again = await run(...usual(), "--swarm");
  assert.equal(again.code, 0);
  assert.deepEqual(tree(output), files);
});

describe("the command line", () => {
  test("wrong usage ends with 2 and says what is wrong", async () => {
    for (const [args, pattern] of [
      [[], /--stack is required/],
      [["--stack", "test"], /--output is required/],
      [["--output", output], /--stack is required/],
      [["--stack", "../x", "--output", output], /--stack must be the name of a stack, got "\.\.\/x"/],
      [["--stack", "test", "--output", ""], /--output must be a directory/],
      [["--stack", "test", "--output", output, "--swarmed"], /Unknown option '--swarmed'/],
      [["--stack", "test", "--output", output, "more"], /Unexpected argument 'more'/],
    ] as const) {
      const { code, out, errors } = await run(...args);
      assert.equal(code, 2, args.join(" "));
      assert.equal(out, "");
      assert.match(errors, pattern);
      assert.match(errors, /--help/);
    }
    assert.equal(exists(output), false);
  });

  test("help needs nothing else", async () => {
    const { code, out } = await run("--help");
    assert.equal(code, 0);
    for (const option of ["--stack", "--output", "--swarm", "--json", "--help"])
      assert.ok(out.includes(option), option);
  });

  test("somebody else than root gets files that containers can read, in a directory that others can't enter", () => {
    const root = process.getuid?.() === 0;
    const nobody = 65_534;
    if (root) chownSync(folder, nobody, nobody);
    const script = join(import.meta.dirname, "write-compose.ts");
    const { status, stderr } = spawnSync(
      process.execPath,
      [script, "--stack", "coordinator-compose", "--output", output],
      { encoding: "utf8", cwd: folder, ...(root ? { uid: nobody, gid: nobody } : {}) },
    );
    assert.equal(stderr, "");
    assert.equal(status, 0);
    assert.equal(modeOf("secrets"), 0o700);
    assert.equal(modeOf("secrets/coordinator-1/etc/quorumkit/node.yaml"), 0o644);
    assert.equal(modeOf("materials/join-token"), 0o600);
  });
});
