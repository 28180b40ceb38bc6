import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { exampleModel } from "../testing/example-model.ts";
import { validateWire } from "./validate.ts";

const problemsOf = (input: unknown) =>
  validateWire(exampleModel, input).errors.map(({ path, message }) => `${path}: ${message}`);

describe("validation", () => {
  test("fills in every default", () => {
    const { value, errors } = validateWire(exampleModel, { name: "a" });
    assert.deepEqual(errors, []);
    assert.deepEqual(value, {
      name: "a",
      retryAttempts: 3,
      logLevel: "info",
      cacheSize: "64Mi",
      labels: {},
      keys: [],
      healing: { healingInterval: "1m", confidenceThreshold: 0.8 },
    });
  });

  const cases: [string, unknown, string[]][] = [
    [
      "a range, in the words of guide 001 line 580",
      { name: "a", healing: { healing_interval: "5s" } },
      ["healing.healing_interval: healing_interval must be between 10s and 30m0s, got 5s"],
    ],
    [
      "a range of fractions, in the words of guide 001 line 587",
      { name: "a", healing: { confidence_threshold: 1.5 } },
      ["healing.confidence_threshold: confidence_threshold must be between 0.0 and 1.0, got 1.5"],
    ],
    [
      "an integer out of range",
      { name: "a", retry_attempts: 0 },
      ["retry_attempts: retry_attempts must be between 1 and 10, got 0"],
    ],
    [
      "a wrong type",
      { name: "a", retry_attempts: "three" },
      ['retry_attempts: retry_attempts must be an integer between 1 and 10, got "three"'],
    ],
    [
      "a malformed duration",
      { name: "a", healing: { healing_interval: "soon" } },
      ['healing.healing_interval: healing_interval must be a duration between 10s and 30m0s, got "soon"'],
    ],
    [
      "a malformed size",
      { name: "a", cache_size: "big" },
      ['cache_size: cache_size must be a size at least 1Mi, got "big"'],
    ],
    [
      "an unknown value of a list of values",
      { name: "a", log_level: "loud" },
      ['log_level: log_level must be one of debug, info, got "loud"'],
    ],
    ["a missing value", {}, ["name: name is required"]],
    [
      "a text of the wrong form",
      { name: "A b" },
      ['name: name must be a DNS label: lower-case letters, digits and inner hyphens, got "A b"'],
    ],
    [
      "a mistyped key",
      { name: "a", retry_attemps: 3 },
      ["retry_attemps: retry_attemps is not an option of the spec; did you mean retry_attempts?"],
    ],
    [
      "a TypeScript name in a file",
      { name: "a", retryAttempts: 3 },
      ["retryAttempts: retryAttempts is not an option of the spec; did you mean retry_attempts?"],
    ],
    [
      "a mistyped key in a section",
      { name: "a", healing: { heal_interval: "1m" } },
      ["healing.heal_interval: heal_interval is not an option of healing; did you mean healing_interval?"],
    ],
    ["a problem in a list", { name: "a", keys: [{ name: "x" }, {}] }, ["keys[1].name: name is required"]],
    ["a section that is no map", { name: "a", healing: 5 }, ["healing: healing must be a section, got 5"]],
    ["a spec that is no map", [], [": the spec must be a section, got (hidden)"]],
    [
      "a broken rule",
      { name: "a", log_level: "debug", retry_attempts: 1 },
      ["retry_attempts: debug logging needs at least two attempts"],
    ],
  ];
  for (const [what, input, expected] of cases) {
    test(`names ${what}`, () => {
      assert.deepEqual(problemsOf(input), expected);
    });
  }

  test("gathers all problems, rules included where their fields are sound", () => {
    assert.deepEqual(
      problemsOf({ cache_size: "big", log_level: "debug", retry_attempts: 1, healing: { x: 1 }, y: 2 }),
      [
        "name: name is required",
        'cache_size: cache_size must be a size at least 1Mi, got "big"',
        "healing.x: x is not an option of healing",
        "y: y is not an option of the spec",
        "retry_attempts: debug logging needs at least two attempts",
      ],
    );
  });

  test("does not run a rule whose field has a problem of its own", () => {
    assert.deepEqual(problemsOf({ name: "a", log_level: "debug", retry_attempts: -1 }), [
      "retry_attempts: retry_attempts must be between 1 and 10, got -1",
    ]);
  });

  test("never shows a secret, nor the value of a key that nobody knows", () => {
    const text = JSON.stringify(
      validateWire(exampleModel, { name: "a", keys: [{ name: "k", secret_text: "hunter2" }], secret_txt: "hunter2" })
        .errors,
    );
    assert.equal(text.includes("hunter2"), false);
    assert.match(text, /secret_text must be a string with at least 8 characters, got \(hidden\)/);
  });
});
