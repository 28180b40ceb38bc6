import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigError } from "../../config/problems.ts";
import { testDirectory } from "../formation/test-support.ts";
import { readJoinToken } from "./join-token.ts";

const token = "a-join-token-of-tests-0123456789abcdef";

test("the token is the one of the config, or alone in its file", async (t) => {
  const file = join(await testDirectory(t), "token");
  await writeFile(file, `  ${token}\n`, { mode: 0o600 });
  assert.equal(await readJoinToken({ joinToken: token }), token);
  assert.equal(await readJoinToken({ joinTokenFile: file }), token);
  assert.equal(await readJoinToken({}), undefined);
});

test("a file without a token is refused with its name and the fix, and not with what is in it", async (t) => {
  const file = join(await testDirectory(t), "token");
  for (const text of ["", "too-short", `${token} ${token}`, "x".repeat(513)]) {
    await writeFile(file, text);
    await assert.rejects(readJoinToken({ joinTokenFile: file }), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /cluster\.join_token_file: .*32 to 512 printable/);
      assert.ok(error.message.includes(file));
      assert.ok(text === "" || !error.message.includes(text));
      return true;
    });
  }
  await assert.rejects(readJoinToken({ joinTokenFile: `${file}.missing` }), /there is no such file/);
});
