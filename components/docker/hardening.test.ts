import assert from "node:assert/strict";
import { test } from "node:test";
import { dockerDuration, hardening, resourceLimits, toSeconds } from "./hardening.ts";

test("a container has no privileges, and writes to its directories in memory only", () => {
  assert.deepEqual(hardening({ uid: 65534, gid: 65533 }, [{ path: "/run/nginx", size: "8m" }]), {
    user: "65534:65533",
    readOnly: true,
    securityOpts: ["no-new-privileges:true"],
    capabilities: { drops: ["ALL"] },
    tmpfs: { "/run/nginx": "rw,noexec,nosuid,nodev,size=8m,mode=1777" },
    restart: "unless-stopped",
    mustRun: true,
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "5" },
  });
});

test("quantities of Kubernetes become shares, whole cores and megabytes", () => {
  const limits = (cpu: string, first = 0) => resourceLimits({ cpu, memory: "1Gi" }, first, 4);
  assert.deepEqual(limits("500m"), { cpuShares: 512, cpuSet: "0-0", memory: 1024, memorySwap: 1024 });
  assert.equal(limits("1m").cpuShares, 2);
  assert.equal(limits("1500m").cpuSet, "0-1");
  assert.equal(limits("4").cpuSet, "0-3");
  assert.equal(limits("64", 3).cpuSet, "0-3");
});

test("containers that may use less than all cores begin with different ones", () => {
  const sets = (cpu: string) => [0, 1, 2, 3, 4].map((first) => resourceLimits({ cpu, memory: "1Gi" }, first, 4).cpuSet);
  assert.deepEqual(sets("1"), ["0-0", "1-1", "2-2", "3-3", "0-0"]);
  assert.deepEqual(sets("2"), ["0-1", "1-2", "2-3", "0-0,3-3", "0-1"]);
  assert.deepEqual(sets("3"), ["0-2", "1-3", "0-0,2-3", "0-1,3-3", "0-2"]);
});

test("durations are those that Docker answers", () => {
  const cases = { "250ms": "250ms", "10s": "10s", "60s": "1m0s", "90s": "1m30s", "1h": "1h0m0s", "1500ms": "1.5s" };
  for (const [given, answered] of Object.entries(cases)) assert.equal(dockerDuration(given), answered);
  assert.equal(toSeconds("1500ms"), 2);
});
