import assert from "node:assert/strict";
import { test } from "node:test";
import { call, startTestNode } from "../../node/test-support.ts";
import { BucketTable, limitedAddress } from "./bucket-table.ts";

test("each name has its own bucket, in bounded memory", () => {
  const table = new BucketTable({ perSecond: 1, burst: 1 }, 100);
  assert.deepEqual([table.take("a", 0), table.take("a", 0), table.take("b", 0)], [0, 1_000, 0]);
  for (let number = 0; number < 10_000; number += 1) table.take(`name-${number}`, 0);
  assert.ok(table.size <= 200, String(table.size));
  assert.equal(table.take("name-9999", 0), 1_000, "a name that was there lately is remembered");
});

test("a client has one bucket for its whole /64", () => {
  const same = ["2001:db8::1", "2001:db8:0:0:1::", "2001:DB8:0000::ffff", "2001:db8::1%eth0"].map(limitedAddress);
  assert.deepEqual(new Set(same), new Set(["2001:db8:0:0::/64"]));
  assert.notEqual(limitedAddress("2001:db8:0:1::1"), same[0]);
  assert.equal(limitedAddress("::1"), "0:0:0:0::/64");
  for (const address of ["10.0.0.1", "::ffff:10.0.0.1", "nonsense"]) assert.equal(limitedAddress(address), address);
});

test("the limit of an address answers 429, whatever is asked for; probes are exempt", async (t) => {
  let now = 1_000;
  const node = await startTestNode(
    t,
    {
      api: { trusted_proxies: ["127.0.0.1/32"] },
      security: { address_rate_limit: { requests_per_second: 1, burst_size: 2 } },
    },
    { now: () => now },
  );
  const from = (address: string, path = "/api/v1/kv") =>
    call(node.url, path, { headers: { "x-forwarded-for": address } });
  assert.deepEqual([(await from("10.0.0.1")).status, (await from("10.0.0.1", "/nowhere")).status], [200, 404]);
  const refused = await from("10.0.0.1");
  assert.equal(refused.status, 429);
  assert.equal(refused.body["code"], "too-many-requests");
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.equal((await from("10.0.0.2")).status, 200);
  assert.equal((await from("10.0.0.1", "/api/v1/ready")).status, 200);
  now += 1_000;
  assert.equal((await from("10.0.0.1")).status, 200);
});
