import assert from "node:assert/strict";
import { test } from "node:test";
import { httpUrl } from "./http-url.ts";

test("an http or https URL is a host with an optional port and path", () => {
  const accepted = ["http://127.0.0.1:11434", "https://maif-aws.example.com", "http://[::1]:9000/base/", "https://a/b"];
  const refused = [
    "ftp://a",
    "https://",
    "https://user:secret@a",
    "https://a/?token=b",
    "https://a/#b",
    "a.example.com",
    "https://a b",
  ];
  assert.deepEqual(
    [...accepted, ...refused].filter((url) => httpUrl().safeParse(url).success),
    accepted,
  );
});
