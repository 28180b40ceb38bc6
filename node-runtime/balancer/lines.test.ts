import assert from "node:assert/strict";
import { test } from "node:test";
import { readErrorLine } from "./error-line.ts";
import { readRequestLine } from "./request-line.ts";

const line = (words: string) => `<190>Nov 21 10:26:12 quorumkit_request: ${words}`;

test("a request that was answered", () => {
  assert.deepEqual(readRequestLine(line("read read 200 0.008 PASSED,PASSED 200")), {
    kind: "read",
    status: "200",
    seconds: 0.008,
    furtherNodes: 0,
    limited: false,
  });
  assert.equal(readRequestLine(line("write write 200 1.5 , 502, 504, 200"))?.furtherNodes, 2);
  assert.equal(readRequestLine(line("write once 200 1.5 PASSED,PASSED 502 : 200"))?.furtherNodes, 1);
  assert.equal(readRequestLine(line("read stream 200 3600.000 , 200"))?.seconds, undefined);
  assert.equal(readRequestLine(line("read read 429 0.000 REJECTED, "))?.limited, true);
  assert.equal(readRequestLine(line("read read 429 0.000 ,REJECTED "))?.limited, true);
  assert.equal(readRequestLine(line("  400 0.000 , -"))?.kind, "other");
});

test("anything else is not counted", () => {
  for (const text of ["", "hello", line("read"), line("read read abc 1 , 200")]) {
    assert.equal(readRequestLine(text), undefined, text);
  }
});

test("nginx's errors keep their level, and lose their queries", () => {
  const text =
    '2026/11/21 10:10:21 [error] 7205#7205: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: _, request: "GET /a?token=abc HTTP/1.1", upstream: "http://127.0.0.1:1/a?token=abc", host: "a", referrer: "http://a/?t=abc"';
  const { level, message } = readErrorLine(text);
  assert.equal(level, "error");
  assert.ok(message.startsWith("*1 connect() failed"));
  assert.ok(!message.includes("abc"));
  assert.match(message, /request: "GET \/a\?… HTTP\/1\.1"/);
  assert.deepEqual(readErrorLine('nginx: [emerg] unknown directive "x" in /a:1'), {
    level: "fatal",
    message: 'unknown directive "x" in /a:1',
  });
  assert.deepEqual(readErrorLine("something else"), { level: "error", message: "something else" });
});
