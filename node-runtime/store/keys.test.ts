import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compareKeys, intervalContains, prefixEnd } from "./keys.ts";

/** Well-formed text, with the characters around the places where UTF-16 and UTF-8 order differ. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\0", "a", "b", "é", "\u{d7ff}", "\u{e000}", "\u{ffff}", "\u{10000}", "\u{10ffff}"),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  ),
  maxLength: 4,
});

describe("keys", () => {
  it("compares as UTF-8 bytes do", () => {
    fc.assert(
      fc.property(text, text, (left, right) => {
        assert.equal(Math.sign(compareKeys(left, right)), Buffer.compare(Buffer.from(left), Buffer.from(right)));
      }),
    );
  });

  it("puts astral characters after the basic plane", () => {
    assert.ok(compareKeys("\u{ffff}", "\u{10000}") < 0);
    assert.ok(compareKeys("\u{d7ff}", "\u{10000}") < 0);
  });

  it("ends a prefix exactly", () => {
    assert.equal(prefixEnd("a"), "b");
    assert.equal(prefixEnd("a\u{10ffff}"), "b");
    assert.equal(prefixEnd("\u{d7ff}"), "\u{e000}");
    assert.equal(prefixEnd("\u{ffff}"), "\u{10000}");
    assert.equal(prefixEnd("\u{10ffff}"), null);
    assert.equal(prefixEnd(""), null);
    fc.assert(
      fc.property(text, text, (prefix, key) => {
        assert.equal(intervalContains({ start: prefix, end: prefixEnd(prefix) }, key), key.startsWith(prefix));
      }),
    );
  });
});
