/** Which of etcd's words are its last, and what reaches the node's log. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { recordingLog } from "../node/test-support.ts";
import { alarmsOf, diagnose } from "./diagnose.ts";
import { LogRelay } from "./log-relay.ts";
import { testPlan } from "./test-support.ts";

const plan = testPlan("/data", { ports: [2379, 2380] });

function codeOf(...lastLines: string[]): string {
  return diagnose({ code: 1, signal: null, lastLines }, plan).code;
}

test("the last words count, not what was complained of before", () => {
  const full = "fatal: failed to commit tx: write /data/etcd/member/snap/db: no space left on device";
  const refused = "warn: rejected connection on client endpoint: tls: client didn't provide a certificate";
  assert.equal(codeOf(refused, full), "etcd-disk-full");
  assert.equal(codeOf(refused), "etcd-failed");
  assert.equal(codeOf("warn: request cluster ID mismatch", "panic: assertion failed"), "etcd-failed");
  assert.equal(codeOf("error: setting up serving from embedded etcd failed.: http: Server closed"), "etcd-failed");
  assert.equal(codeOf("fatal: failed to list data directory: open /data/etcd: permission denied"), "etcd-permission");
  assert.equal(
    codeOf("warn: server error: the member has been permanently removed from the cluster"),
    "etcd-member-removed",
  );
  assert.equal(codeOf("warn: failed to verify flags: unknown"), "etcd-config-refused");
});

test("an end that says nothing names its signal", () => {
  const { code, message } = diagnose({ code: null, signal: "SIGKILL", lastLines: [] }, plan);
  assert.deepEqual([code, message], ["etcd-failed", "etcd was ended by SIGKILL"]);
});

test("alarms have codes", () => {
  const alarms = alarmsOf(["memberID:1 alarm:NOSPACE ", "memberID:1 alarm:CORRUPT ", "etcdserver: no leader"], plan);
  assert.deepEqual(
    alarms.map(({ code }) => code),
    ["etcd-quota-exceeded", "etcd-data-damaged"],
  );
});

test("relays lines in any pieces, levels mapped, stacks left out of what is kept", () => {
  const { log, records } = recordingLog();
  const texts: string[] = [];
  const relay = new LogRelay(log, (text) => texts.push(text));
  const lines = [
    '{"level":"warn","ts":"t","caller":"a.go:1","msg":"slow","local-member-id":"abc","took":"1s"}',
    '{"level":"warn","ts":"t","msg":"simple token is not cryptographically signed"}',
    '{"level":"fatal","ts":"t","msg":"failed","error":"no space left on device","stacktrace":"long"}',
    "panic: failed",
    "goroutine 1 [running]:",
    "main.main()",
    '{"level":"info","msg":"after"}',
  ].join("\n");
  for (let begin = 0; begin < lines.length; begin += 7) relay.write(lines.slice(begin, begin + 7));
  relay.end();
  assert.deepEqual(relay.lastLines, [
    "warn: slow",
    "fatal: failed: no space left on device",
    "panic: failed",
    "info: after",
  ]);
  assert.deepEqual(texts, relay.lastLines);
  assert.equal(relay.memberId, "abc");
  assert.deepEqual(
    records.map(({ level }) => level),
    [40, 20, 50, 50, 20, 20, 30],
  );
  assert.deepEqual(records[2]?.["etcd"], { error: "no space left on device" });
});

test("keeps no more than the last lines", () => {
  const relay = new LogRelay(recordingLog().log, () => undefined);
  for (let number = 0; number < 100; number += 1) relay.write(`line ${number} ${"x".repeat(2_000)}\n`);
  assert.equal(relay.lastLines.length, 20);
  assert.ok(relay.lastLines.every((line) => line.length <= 500));
});
