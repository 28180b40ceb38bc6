/** A node as a systemd unit, through the real engine, the system's ssh, a real sshd and a real systemd. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { makeProject, type Project } from "../engine/project.ts";
import { run } from "../support/command.ts";
import { nodeClient, type NodeClient } from "../support/node-client.ts";
import { until } from "../support/until.ts";
import { startSystemdHost, type SystemdHost, type Tunnel } from "./host.ts";

const name = "remote";
const unit = "quorumkit-orders-1.service";
const unitFile = `/etc/systemd/system/${unit}`;
const configFile = "/etc/quorumkit/orders-1/node.yaml";
const token = "an-admin-token-that-is-long-enough-for-it";
/** What is started here, and stopped in the other order. */
const resources = new AsyncDisposableStack();
let host: SystemdHost;
let project: Project;
let stack: Stack;
let tunnel: Tunnel;
let node: NodeClient;
let task: string;

/** A change of the spec, in the names of the stack file. */
interface Change {
  monitoring?: Record<string, unknown>;
  systemd?: Record<string, unknown>;
}

function cluster({ monitoring = {}, systemd = {} }: Change = {}): { cluster: Record<string, unknown> } {
  return {
    cluster: {
      name: "orders",
      system: "coordinator",
      preset: "development",
      api: { port: 8080 },
      monitoring,
      security: { admin_token: { secure: encryptedToken } },
      target: {
        single_node: {
          run_on: "systemd",
          start_timeout: "20s",
          systemd: {
            host: host.address,
            identity_file: host.identityFile,
            known_hosts_file: host.knownHostsFile,
            restart_delay: "1s",
            memory_max: "512M",
            ...systemd,
          },
        },
      },
    },
  };
}

let encryptedToken = "";

/** Changes the stack file, and updates. */
async function up(change: Change = {}): Promise<string> {
  await project.write(name, cluster(change));
  const { stdout, stderr } = await stack.up({ color: "never" });
  return stdout + stderr;
}

/** An update that has to fail; gives what it printed. */
async function failingUp(change: Change): Promise<string> {
  await project.write(name, cluster(change));
  const { code, text } = await project.pulumi("up", "--yes", "--skip-preview", "--stack", name);
  assert.notEqual(code, 0, text);
  return text;
}

/** Properties of the unit, as systemd has them. */
async function show(...properties: string[]): Promise<Record<string, string>> {
  const text = await host.run(`systemctl show ${unit} --property=${properties.join(",")}`);
  const lines = text.trim().split("\n");
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

async function mainPid(): Promise<number> {
  const { MainPID: pid, ActiveState: state } = await show("MainPID", "ActiveState");
  assert.equal(state, "active");
  return Number(pid);
}

/** The state of the main process, as the kernel has it: a line of /proc/PID/status. */
async function processStatus(pid: number): Promise<Record<string, string>> {
  const text = await host.run(`cat /proc/${pid}/status`);
  return Object.fromEntries(
    text.split("\n").map((line) => [line.split(":")[0] ?? "", (line.split(":")[1] ?? "").trim()]),
  );
}

before(async () => {
  host = await startSystemdHost();
  resources.defer(() => host.stop());
  project = await makeProject();
  resources.defer(() => project.remove());
  tunnel = await host.forward(8080);
  resources.defer(() => tunnel.close());
  stack = await project.stack(name);
  encryptedToken = await project.encrypt(name, token);
  node = nodeClient(tunnel.address, token);
});

after(() => resources.disposeAsync());

test("up installs the node on a bare host and starts it; it answers on the host's loopback", async () => {
  await up();
  assert.deepEqual(await show("ActiveState", "SubState", "UnitFileState", "FragmentPath", "NRestarts"), {
    ActiveState: "active",
    SubState: "running",
    UnitFileState: "enabled",
    FragmentPath: unitFile,
    NRestarts: "0",
  });
  const answer = await node.ready();
  assert.equal(answer.ready, true);
  assert.equal(answer.node_id, "orders-1");
  assert.equal(answer.config.checksum, (await stack.outputs())["configChecksum"]?.value);
  await node.put("kept", "since the first start");
  task = await node.submit({ order: 7 });
});

test("a second up changes nothing", async () => {
  const pid = await mainPid();
  const { summary } = await stack.up({ color: "never" });
  assert.deepEqual(Object.keys(summary.resourceChanges ?? {}), ["same"]);
  assert.equal(await mainPid(), pid);
});

test("systemd finds nothing wrong with the unit, and little to harden", async () => {
  const { code, stdout, stderr } = await host.attempt(`systemd-analyze verify ${unitFile}`);
  assert.deepEqual({ code, text: stdout + stderr }, { code: 0, text: "" });
  // Exposure in tenths; 2.0 and less is what systemd calls OK.
  const security = await host.attempt(`systemd-analyze security --threshold=20 --no-pager ${unit}`);
  assert.equal(security.code, 0, security.stdout);
});

test("the unit has the settings of the guides and of its hardening", async () => {
  const expected = {
    User: "quorumkit",
    Restart: "on-failure",
    RestartUSec: "1s",
    KillMode: "mixed",
    KillSignal: "15",
    TimeoutStopUSec: "30s",
    MemoryMax: String(512 * 1024 * 1024),
    NoNewPrivileges: "yes",
    CapabilityBoundingSet: "",
    ProtectSystem: "strict",
    ProtectHome: "yes",
    PrivateTmp: "yes",
    PrivateDevices: "yes",
    PrivateUsers: "yes",
    ProtectKernelTunables: "yes",
    ProtectKernelModules: "yes",
    ProtectControlGroups: "yes",
    ProtectProc: "invisible",
    RestrictSUIDSGID: "yes",
    RestrictNamespaces: "yes",
    LockPersonality: "yes",
    ReadWritePaths: "/var/lib/coordinator",
  };
  assert.deepEqual(await show(...Object.keys(expected)), expected);
});

test("the kernel holds the node to them", async () => {
  const pid = await mainPid();
  const status = await processStatus(pid);
  const account = (await host.run("id -u quorumkit")).trim();
  assert.equal(status["Uid"], Array(4).fill(account).join("\t"));
  assert.notEqual(account, "0");
  for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) assert.equal(status[set], "0".repeat(16), set);
  assert.equal(status["NoNewPrivs"], "1");
  assert.equal(status["Seccomp"], "2", "system calls are filtered");
  // Seen from inside the node's own mounts, as root: only what it needs can be written.
  const inside = (command: string) => host.attempt(`nsenter --target ${pid} --mount -- sh -c '${command}'`);
  for (const place of ["/usr", "/etc", "/opt/quorumkit", "/var", "/sys"]) {
    const { code, stderr } = await inside(`touch ${place}/probe`);
    assert.notEqual(code, 0, place);
    assert.match(stderr, /Read-only file system/, place);
  }
  assert.equal((await inside("ls -A /root /home")).stdout.replaceAll(/\/(root|home):|\s/g, ""), "");
  assert.equal((await inside("touch /var/lib/coordinator/probe && rm /var/lib/coordinator/probe")).code, 0);
  const group = await memoryLimit(pid);
  assert.equal(group, String(512 * 1024 * 1024), "MemoryMax reaches the cgroup");
});

/** The memory limit of the group that a process is in, in bytes: of cgroup v1 or v2, whichever the kernel has. */
async function memoryLimit(pid: number): Promise<string> {
  const find = `group=$(sed -n "s/^[0-9]*:memory://p" /proc/${pid}/cgroup)
if [ -n "$group" ]; then cat /sys/fs/cgroup/memory$group/memory.limit_in_bytes
else cat /sys/fs/cgroup$(sed -n "s/^0:://p" /proc/${pid}/cgroup)/memory.max; fi`;
  return (await host.run(find)).trim();
}

test("the config is for the node's account only, and the program for nobody to change", async () => {
  const stat = async (path: string) => (await host.run(`stat --format='%U:%G %a' ${path}`)).trim();
  assert.equal(await stat(configFile), "quorumkit:quorumkit 600");
  assert.equal(await stat("/etc/quorumkit/orders-1"), "root:quorumkit 750");
  assert.equal(await stat("/var/lib/coordinator"), "quorumkit:quorumkit 700");
  assert.equal(await stat("/opt/quorumkit/bin/node"), "root:root 755");
  const foreign = await host.run("find /opt/quorumkit \\( ! -user root -o -perm /022 \\) ! -type l | head -3");
  assert.equal(foreign, "");
});

test("a hot change is reloaded by the running process", async () => {
  const pid = await mainPid();
  await up({ monitoring: { log_level: "debug" } });
  assert.equal(await mainPid(), pid);
  const { config } = await node.ready();
  assert.equal(config.generation, 2);
  assert.equal(config.checksum, (await stack.outputs())["configChecksum"]?.value);
});

test("any other change restarts it; what was acknowledged is still there", async () => {
  const pid = await mainPid();
  await up({ monitoring: { log_level: "debug", metrics_port: 9191 } });
  assert.notEqual(await mainPid(), pid);
  assert.equal((await show("NRestarts"))["NRestarts"], "0", "restarted by the update, not after a failure");
  assert.equal(await node.get("kept"), "since the first start");
  const { status, payload } = await node.task(task);
  assert.deepEqual({ status, payload }, { status: "pending", payload: { order: 7 } });
});

test("systemd starts a killed node again, with everything it had acknowledged", async () => {
  const pid = await mainPid();
  await node.put("last", "before the kill");
  await host.run(`kill -9 ${pid}`);
  await until("systemd has started the node again", 30_000, async () => {
    const { MainPID: now } = await show("MainPID");
    return now !== "0" && now !== String(pid) && (await node.ready()).ready ? true : undefined;
  });
  const { NRestarts: restarts } = await show("NRestarts");
  assert.equal(restarts, "1");
  assert.equal(await node.get("last"), "before the kill");
});

test("a unit that was stopped and changed by hand is put right by the next up", async () => {
  const before = await host.run(`cat ${unitFile}`);
  await host.run(
    `systemctl stop ${unit}; sed -i s/NoNewPrivileges=yes/NoNewPrivileges=no/ ${unitFile}; systemctl daemon-reload`,
  );
  await up({ monitoring: { log_level: "debug", metrics_port: 9191 } });
  assert.equal(await host.run(`cat ${unitFile}`), before);
  assert.equal((await show("NoNewPrivileges"))["NoNewPrivileges"], "yes");
  assert.equal((await node.ready()).ready, true);
});

test("a wrong port, host key or key of one's own is named, and changes nothing", async () => {
  const pid = await mainPid();
  const wrongKey = join(project.directory, "identity");
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", wrongKey]);
  const wrongHosts = join(project.directory, "known_hosts");
  const [, kind, key] = (await run("ssh-keygen", ["-y", "-f", wrongKey])).replace(/^/, `${host.address} `).split(" ");
  writeFileSync(wrongHosts, `${host.address} ${kind ?? ""} ${key ?? ""}\n`);
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ ssh_port: 2 }, /Connection refused[^]*target\.single_node\.systemd\.[^]*ssh_port/],
    [
      { known_hosts_file: wrongHosts },
      /[Hh]ost key verification failed[^]*target\.single_node\.systemd\.known_hosts_file/,
    ],
    [
      { known_hosts_file: "/dev/null" },
      /[Hh]ost key verification failed[^]*target\.single_node\.systemd\.known_hosts_file/,
    ],
    [{ identity_file: wrongKey }, /Permission denied[^]*target\.single_node\.systemd\.[^]*identity_file/],
  ];
  for (const [systemd, message] of cases) {
    assert.match(await failingUp({ monitoring: { metrics_port: 9292 }, systemd }), message);
  }
  assert.equal(await mainPid(), pid);
});

test("a node that can't start says why, and the old one comes back", async () => {
  const before = await host.run(`cat ${configFile}`);
  await host.run(
    'systemd-run --unit=squatter --service-type=exec /opt/quorumkit/bin/node -e \'require("node:net").createServer().listen(9393,"127.0.0.1")\'',
  );
  const text = await failingUp({ monitoring: { log_level: "debug", metrics_port: 9393 } });
  await host.run("systemctl stop squatter");
  assert.match(text, /metrics on 127\.0\.0\.1:9393: the address is in use/);
  assert.equal(await host.run(`cat ${configFile}`), before);
  await until("the old node is ready", 30_000, async () => (await node.ready()).ready || undefined);
  assert.equal(await node.get("kept"), "since the first start");
});

test("destroy stops, disables and removes the unit and keeps the data; up finds it again", async () => {
  await project.write(name, cluster());
  await stack.destroy({ color: "never" });
  assert.deepEqual(await show("LoadState", "ActiveState"), { LoadState: "not-found", ActiveState: "inactive" });
  const left = await host.attempt(
    `ls -A ${unitFile} /etc/quorumkit/orders-1 /opt/quorumkit /etc/systemd/system/multi-user.target.wants/${unit}`,
  );
  assert.equal(left.stdout, "");
  assert.equal((await host.attempt("pgrep --uid quorumkit")).stdout, "");
  assert.match(await host.run("ls -A /var/lib/coordinator"), /./);
  await up();
  assert.equal(await node.get("kept"), "since the first start");
});
