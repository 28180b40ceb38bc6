import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { parse } from "yaml";
import { startTestNode, temporaryDirectory } from "../node/test-support.ts";
import { main } from "./main.ts";

/** Runs the command in this process, without colours. */
async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(args, {
    json: args.includes("--json"),
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    style: (_format, text) => text,
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

const base = "system: coordinator\nnode: { id: node-1 }\n";

async function files(t: TestContext, ...texts: string[]): Promise<string[]> {
  const directory = await temporaryDirectory(t);
  const paths = texts.map((_text, position) => join(directory, `node-${position + 1}.yaml`));
  await Promise.all(texts.map((text, position) => writeFile(paths[position] ?? "", text)));
  return paths;
}

test("help and version go to standard output with code 0", async () => {
  const version = await run("--version");
  assert.deepEqual(version, { code: 0, out: "0.1.0", err: "" });
  const help = await run("--help");
  assert.equal(help.code, 0);
  for (const command of [
    "start",
    "validate-config",
    "check-config",
    "reload-config",
    "reset-config",
    "import-config",
  ]) {
    assert.match(help.out, new RegExp(`^  ${command} `, "m"));
    const own = await run(command, "--help");
    assert.equal(own.code, 0);
    assert.match(own.out, new RegExp(`\\$ quorumkit-node ${command} `));
  }
});

test("a command line that makes no sense is code 2, on standard error", async () => {
  for (const args of [
    ["nonsense"],
    ["start"],
    ["validate-config", "--config"],
    ["check-config", "--current", "a"],
    ["--nope"],
  ]) {
    const { code, out, err } = await run(...args);
    assert.equal(code, 2, args.join(" "));
    assert.equal(out, "");
    assert.match(err, /^error: /);
  }
});

test("validate-config says that a file is valid", async (t) => {
  const [file = ""] = await files(t, base);
  const human = await run("validate-config", "--config", file);
  assert.equal(human.code, 0);
  assert.match(human.out, /node-1\.yaml is valid: node node-1, system coordinator, checksum [0-9a-f]{12}$/);
  const json = JSON.parse((await run("validate-config", "--config", file, "--json")).out) as Record<string, unknown>;
  assert.deepEqual([json["ok"], json["problems"]], [true, []]);
});

test("validate-config says everything that is wrong at once, with code 78", async (t) => {
  const [file = ""] = await files(t, `${base}api: { prot: 1 }\nmonitoring:\n  log_level: loud\n  metrics_port: 0\n`);
  const { code, out, err } = await run("validate-config", "--config", file);
  assert.equal(code, 78);
  assert.equal(out, "");
  const lines = err.split("\n");
  assert.equal(lines.length, 3);
  assert.ok(
    lines.every((line) => /^quorumkit-node: error: \/.*\/node-1\.yaml:\d+:\d+: [a-z_.]+: /.test(line)),
    err,
  );
  const json = await run("validate-config", "--config", file, "--json");
  const document = JSON.parse(json.out) as { ok: boolean; problems: { path: string; where: string; want: string }[] };
  assert.equal(document.ok, false);
  assert.deepEqual(document.problems.map(({ path }) => path).sort(), [
    "api.prot",
    "monitoring.log_level",
    "monitoring.metrics_port",
  ]);
  const missing = await run("validate-config", "--config", `${file}.gone`);
  assert.equal(missing.code, 78);
  assert.match(missing.err, /there is no such file/);
});

test("check-config lists what each change does", async (t) => {
  const [current = "", next = ""] = await files(
    t,
    base,
    `${base}api: { port: 8099 }\nmonitoring: { log_level: debug }\n`,
  );
  const { code, out } = await run("check-config", "--current", current, "--new", next);
  assert.equal(code, 0);
  assert.equal(
    out,
    [
      "rolling  api.port: 8080 -> 8099",
      'hot      monitoring.log_level: "info" -> "debug"',
      "",
      "rolling: nodes restart one at a time, the leader last",
    ].join("\n"),
  );
  const json = JSON.parse((await run("check-config", "--current", current, "--new", next, "--json")).out) as Record<
    string,
    unknown
  >;
  assert.equal(json["apply"], "rolling");
  assert.equal((await run("check-config", "--current", current, "--new", current)).out, "nothing changes");
});

/** A running node with a file, and the file's text for its real port. */
async function runningNode(t: TestContext, more = "") {
  const dataDirectory = await temporaryDirectory(t);
  const file = join(dataDirectory, "node.yaml");
  // The node listens on a free port; the file is then written to name it, as an operator's file does.
  const node = await startTestNode(t, more === "" ? {} : { fault_tolerance: { retry_attempts: 7 } }, {
    dataDirectory,
    configFile: file,
  });
  const text = `${base}storage: { data_dir: ${dataDirectory} }\n${more}`;
  return { node, file, text };
}

test("reload-config says that no node answers", async (t) => {
  const [file = ""] = await files(t, `${base}api: { port: 1 }\n`);
  const { code, err } = await run("reload-config", "--config", file);
  assert.equal(code, 1);
  assert.match(
    err,
    /^quorumkit-node: no node answers at http:\/\/127\.0\.0\.1:1: nothing listens there; is the node running\?$/,
  );
});

test("reload-config finds the node by the file and passes its refusal on", async (t) => {
  const { node, file, text } = await runningNode(t);
  // The port in the file differs from the one that the node was started with, so the node refuses, and says why.
  await writeFile(file, `${text}api: { port: ${node.apiPort ?? 0} }\n`);
  const refused = await run("reload-config", "--config", file);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /needs a restart: api\.port \(rolling\); nothing was changed/);
});

test("reset-config writes the defaults, and says when no node takes them over", async (t) => {
  const [file = ""] = await files(t, `${base}api: { port: 1 }\nfault_tolerance: { retry_attempts: 7 } # more\n`);
  const { code, out } = await run("reset-config", "--config", file, "--component", "fault-tolerance");
  assert.equal(code, 0);
  assert.match(out, /fault_tolerance\.retry_attempts: 7 -> 3/);
  assert.match(out, /the node has not taken it over: no node answers/);
  assert.match(await readFile(file, "utf8"), /retry_attempts: 3 \} # more/);
  const unknown = await run("reset-config", "--config", file, "--component", "fault");
  assert.equal(unknown.code, 2);
  const cold = await run("reset-config", "--config", file, "--component", "api");
  assert.equal(cold.code, 1);
  assert.match(cold.err, /needs a restart: api\.port \(rolling\)/);
});

test("import-config prints a stack file, and what became of each key", async (t) => {
  const [file = ""] = await files(
    t,
    'node: { id: "node-1", region: "us-west-2" }\nconsensus: { algorithm: "raft", election_timeout: "5s", heartbeat_interval: "1s" }\n' +
      "monitoring: { metrics_port: 9090, log_level: info }\n",
  );
  const { code, out, err } = await run("import-config", "--config", file, "--format", "ollamamax", "--name", "models");
  assert.equal(code, 0);
  assert.deepEqual(parse(out), {
    config: {
      "quorumkit:cluster": {
        name: "models",
        system: "ollamamax",
        placement: { region: "us-west-2" },
        consensus: { algorithm: "raft", election_timeout: "5s", heartbeat_interval: "1s" },
        monitoring: { metrics_port: 9090, log_level: "info" },
      },
    },
  });
  assert.match(err, /^quorumkit-node: dropped: node\.id: .* \(docs\/guide-rulings\.md: import\.node-identity\)$/m);
});

test("import-config refuses a file with the reason, and prints no stack file", async (t) => {
  const [file = ""] = await files(t, "consensus: { election_timeout: 1s, heartbeat_interval: 1s }\napi: { prot: 1 }\n");
  const { code, out, err } = await run("import-config", "--config", file, "--format", "ollamamax");
  assert.equal(code, 78);
  assert.equal(out, "");
  assert.match(err, /api\.prot: .*did you mean/);
  assert.match(err, /must be at least 5x/);
});
