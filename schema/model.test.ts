/** Properties of the whole model: presets, rules, the JSON Schema, and what is generated. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Ajv } from "ajv";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { clusterSpecModel, clusterSpecSchema, readClusterSpec, withPresets } from "./cluster-spec.ts";
import { generatedFiles } from "./emit/generated-files.ts";
import { jsonSchemaOf, keywords } from "./emit/json-schema.ts";
import { parseDuration } from "./kit/duration.ts";
import { fromWire, toWire, wirePath } from "./kit/naming.ts";
import { parseSize } from "./kit/size.ts";
import { listOptions, typeOf } from "./kit/walk.ts";
import { nodeConfigModel, nodeConfigSchema, readNodeConfig } from "./node-config.ts";
import { environmentNames } from "./presets/environments.ts";
import { layer } from "./presets/layer.ts";
import { sizeNames } from "./presets/sizes.ts";
import { systemNames } from "./presets/systems.ts";
import { clusterRules, nodeRules } from "./rules/all.ts";
import { arbitraryOf } from "./testing/arbitrary.ts";

const smallestSpec = { name: "example", system: "coordinator" };
const smallestNode = { system: "coordinator", node: { id: "node-1" } };

describe("presets", () => {
  for (const system of systemNames) {
    for (const preset of [undefined, ...environmentNames]) {
      for (const size of [undefined, ...sizeNames]) {
        test(`${system} ${preset ?? "without preset"} ${size ?? "without size"} is valid`, () => {
          const { errors, warnings } = readClusterSpec({
            name: "example",
            system,
            ...(preset === undefined ? {} : { preset }),
            ...(size === undefined ? {} : { size }),
          });
          // Guide 001 has development for one node and these sizes for six and more; its own numbers contradict.
          const contradictory = preset === "development" && (size === "medium" || size === "large");
          assert.deepEqual(
            errors.map(({ path, message }) => ({ path, message })),
            contradictory
              ? [
                  {
                    path: "fault_tolerance.performance_tracking.window_size",
                    message: "performance tracking window size must be at least 3x healing interval",
                  },
                ]
              : [],
          );
          assert.deepEqual(warnings, [], "nobody wrote what a preset says");
        });
      }
    }
  }
});

describe("rules", () => {
  test("have ids of their own", () => {
    for (const rules of [clusterRules, nodeRules]) {
      const ids = rules.map((rule) => rule.id);
      assert.deepEqual(ids, [...new Set(ids)]);
    }
  });

  for (const rule of clusterRules) {
    test(`${rule.id} is broken alone by its counterexample`, () => {
      const { errors, warnings } = readClusterSpec(layer(smallestSpec, rule.counterexample));
      assert.deepEqual(
        [...errors, ...(rule.severity === "warning" ? warnings : [])].map(({ rule: id, severity }) => ({
          id,
          severity,
        })),
        [{ id: rule.id, severity: rule.severity }],
      );
    });
  }

  test("read fields that exist", () => {
    const pathsOf = (schema: typeof clusterSpecSchema | typeof nodeConfigSchema) =>
      listOptions(schema).flatMap(({ path }) => path.map((_, index) => path.slice(0, index + 1).join(".")));
    const known = new Set([...pathsOf(clusterSpecSchema), ...pathsOf(nodeConfigSchema)]);
    for (const rule of [...clusterRules, ...nodeRules]) {
      for (const path of rule.reads) assert.ok(known.has(path), `${rule.id} reads ${path}`);
    }
  });
});

describe("options", () => {
  for (const [name, schema] of [
    ["a cluster spec", clusterSpecSchema],
    ["a node config", nodeConfigSchema],
  ] as const) {
    test(`of ${name} all carry a description, a source and what a change does`, () => {
      const listed = new Set(listOptions(schema).map(({ path }) => wirePath(path)));
      for (const { path, details } of listOptions(schema)) {
        assert.match(details.description, /^[A-Z].*\.$/s, wirePath(path));
        assert.match(details.source, /^(?:00[0-4]:\d+(?:-\d+)?|design|quorumkit)$/, wirePath(path));
      }
      assert.deepEqual(leavesWithoutDetails(schema, listed), []);
    });
  }

  test("that are set by one environment variable are unambiguous", () => {
    const names = listOptions(nodeConfigSchema).flatMap(({ details }) => details.env ?? []);
    assert.deepEqual(names, [...new Set(names)]);
  });
});

/** Options of the JSON Schema that nobody described: they would be missing from every page. */
function leavesWithoutDetails(
  schema: typeof clusterSpecSchema | typeof nodeConfigSchema,
  listed: ReadonlySet<string>,
): string[] {
  const missing: string[] = [];
  const visit = (part: Record<string, unknown>, path: string): void => {
    const properties = part.properties as Record<string, Record<string, unknown>> | undefined;
    for (const [name, field] of Object.entries(properties ?? {})) {
      const here = path === "" ? name : `${path}.${name}`;
      if (field.properties !== undefined) visit(field, here);
      else if (!listed.has(here)) missing.push(here);
    }
  };
  visit(jsonSchemaOf(schema), "");
  return missing;
}

describe("the JSON Schema", () => {
  for (const [name, schema] of [
    ["cluster spec", clusterSpecSchema],
    ["node config", nodeConfigSchema],
  ] as const) {
    const accepts = compile(jsonSchemaOf(schema));
    const acceptedByZod = (value: unknown) => {
      const renamed = fromWire(schema, value);
      return renamed.misspelled.length === 0 && schema.safeParse(renamed.value).success;
    };

    test(`accepts every ${name} that zod accepts`, () => {
      fc.assert(
        fc.property(arbitraryOf(schema), (value) => {
          assert.ok(acceptedByZod(value), "the generator made a spec that zod refuses");
          assert.ok(accepts(value), JSON.stringify(accepts.errors));
        }),
        { numRuns: 150 },
      );
    });

    test(`accepts a broken ${name} exactly where zod does`, () => {
      fc.assert(
        fc.property(arbitraryOf(schema), fc.nat(), junk, (value, place, replacement) => {
          const broken = replaceLeaf(value, place, replacement);
          assert.equal(accepts(broken), acceptedByZod(broken), JSON.stringify(broken));
        }),
        { numRuns: 600 },
      );
    });
  }
});

const junk = fc.constantFrom<unknown>(
  "",
  "junk",
  "5s",
  "99999h",
  "0ms",
  "1Gi",
  "0B",
  "/x",
  -1,
  0,
  1,
  0.5,
  3,
  70_000,
  1e12,
  true,
  false,
  null,
  [],
  {},
  ["x"],
  { x: 1 },
);

/** Replaces the leaf number `place` (counted around) of a value. */
function replaceLeaf(value: unknown, place: number, replacement: unknown): unknown {
  const leaves: (string | number)[][] = [];
  const visit = (part: unknown, path: (string | number)[]): void => {
    if (Array.isArray(part))
      part.forEach((item, index) => {
        visit(item, [...path, index]);
      });
    else if (typeof part === "object" && part !== null)
      for (const [key, item] of Object.entries(part)) visit(item, [...path, key]);
    else leaves.push(path);
  };
  visit(value, []);
  const path = leaves[place % leaves.length] ?? [];
  const copy: unknown = structuredClone(value);
  let parent = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string | number, unknown>;
  const last = path.at(-1);
  if (last === undefined) return replacement;
  parent[last] = replacement;
  return copy;
}

/** A validator that knows the keywords of ours. */
function compile(schema: Record<string, unknown>) {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const bound = (keyword: string, holds: (value: string, limit: string) => boolean) => {
    ajv.addKeyword({ keyword, type: "string", validate: (limit: string, value: string) => holds(value, limit) });
  };
  const lenient = (read: (text: string) => number) => (text: string) => {
    try {
      return read(text);
    } catch {
      return Number.NaN;
    }
  };
  const duration = lenient(parseDuration);
  const size = lenient(parseSize);
  bound(keywords.minimumDuration, (value, limit) => duration(value) >= duration(limit));
  bound(keywords.maximumDuration, (value, limit) => duration(value) <= duration(limit));
  bound(keywords.minimumSize, (value, limit) => size(value) >= size(limit));
  bound(keywords.maximumSize, (value, limit) => size(value) <= size(limit));
  return ajv.compile(schema);
}

describe("reading and writing", () => {
  test("a cluster spec survives being written as YAML and read again", () => {
    fc.assert(
      fc.property(arbitraryOf(clusterSpecSchema), (input) => {
        const value = clusterSpecSchema.parse(fromWire(clusterSpecSchema, withPresets(input)).value);
        const again = parse(stringify(toWire(clusterSpecSchema, value))) as unknown;
        assert.deepEqual(clusterSpecSchema.parse(fromWire(clusterSpecSchema, again).value), value);
      }),
      { numRuns: 100 },
    );
  });

  test("a node config survives being written as JSON and read again", () => {
    fc.assert(
      fc.property(arbitraryOf(nodeConfigSchema), (input) => {
        const value = nodeConfigSchema.parse(fromWire(nodeConfigSchema, input).value);
        const again = JSON.parse(JSON.stringify(toWire(nodeConfigSchema, value))) as unknown;
        assert.deepEqual(nodeConfigSchema.parse(fromWire(nodeConfigSchema, again).value), value);
      }),
      { numRuns: 100 },
    );
  });

  test("the smallest spec and the smallest node config are valid", () => {
    assert.deepEqual(readClusterSpec(smallestSpec).errors, []);
    assert.deepEqual(readNodeConfig(smallestNode).errors, []);
    assert.deepEqual(clusterSpecModel.smallest, smallestSpec);
    assert.deepEqual(nodeConfigModel.smallest, smallestNode);
  });
});

describe("generated files", () => {
  for (const [path, text] of generatedFiles()) {
    test(`${path} is fresh`, () => {
      assert.equal(readFileSync(join(import.meta.dirname, "..", path), "utf8"), text, "run `npm run generate`");
    });
  }
});

test("types are named in the words of the reference pages", () => {
  const types = new Map(listOptions(clusterSpecSchema).map(({ path, schema }) => [wirePath(path), typeOf(schema)]));
  assert.equal(types.get("members"), "integer");
  assert.equal(types.get("fault_tolerance.retry_delay"), "duration");
  assert.equal(types.get("monitoring.log_level")?.startsWith("one of "), true);
});
