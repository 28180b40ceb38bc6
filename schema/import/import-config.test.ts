import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parseAllDocuments, stringify } from "yaml";
import { clusterSpecSchema, readClusterSpec } from "../cluster-spec.ts";
import { camelCase, toWire } from "../kit/naming.ts";
import { valueAt } from "../kit/problems.ts";
import { schemaAt } from "../kit/walk.ts";
import { formatPath, parsePath } from "./draft.ts";
import { formats, importConfig } from "./import-config.ts";
import { rulingOfRule } from "./rulings.ts";
import { acceptedOllamamax } from "./testing/accepted-ollamamax.ts";
import { acceptedOthers } from "./testing/accepted-others.ts";
import { rejected } from "./testing/rejected.ts";
import type { Imported } from "./types.ts";

const accepted = { ...acceptedOllamamax, ...acceptedOthers };
const directory = new URL("fixtures/", import.meta.url);
const names = readdirSync(directory).filter((name) => !name.startsWith("."));
const read = (name: string) => readFileSync(new URL(name, directory), "utf8");
const rulings = readRulings();

function readRulings(): string[] {
  const page = readFileSync(new URL("../../docs/guide-rulings.md", import.meta.url), "utf8");
  return [...page.matchAll(/^- `([a-z]+\.[a-z0-9_-]+)` \([\d:, -]+\): \S/gm)].map(([, id]) => id ?? "");
}

/** The config in a fixture: what stands in its ConfigMap, or its only document. */
function configIn(text: string): unknown {
  const documents = parseAllDocuments(text);
  assert.ok(Array.isArray(documents));
  const values = documents.map((document) => document.toJS() as unknown);
  const data = valueAt(values[0], ["data"]);
  const inner: unknown = typeof data === "object" && data !== null ? Object.values(data)[0] : undefined;
  return typeof inner === "string" ? configIn(inner) : values[0];
}

function leavesOf(value: unknown, path: readonly (string | number)[] = []): string[] {
  if (typeof value !== "object" || value === null) return [formatPath(path)];
  const items = Array.isArray(value)
    ? value.map((item: unknown, index) => [index, item] as const)
    : Object.entries(value);
  return items.flatMap(([name, item]) => leavesOf(item, [...path, name]));
}

/** True where a path of the file, or a pattern of it, is the leaf or holds it. */
function covers(pattern: string, leaf: string): boolean {
  const parts = parsePath(pattern);
  const real = parsePath(leaf);
  return (
    parts.length <= real.length &&
    parts.every((part, index) => {
      const other = real[index];
      return part === other || part === "*" || (part === "[]" && typeof other === "number");
    })
  );
}

function lostLeaves(config: unknown, { mappings, notes, problems }: Imported): string[] {
  const fragment = notes.some(({ ruling }) => ruling === "import.fragments") ? "inference.fault_tolerance." : "";
  const dropped = notes.filter(({ kind }) => kind === "dropped").map(({ from }) => from);
  const handled = [...mappings.map(({ from }) => from), ...dropped, ...problems.map(({ path }) => path)];
  return leavesOf(config).filter((leaf) => !handled.some((from) => from !== "" && covers(from, `${fragment}${leaf}`)));
}

/** What no note calls converted stands in the spec as it stood in the file. */
function assertUnchanged(config: unknown, { spec, mappings, notes }: Imported): void {
  const converted = notes.filter(({ kind }) => kind === "converted").map(({ from }) => from);
  for (const { from, to } of mappings) {
    const target = valueAt(spec, parsePath(to));
    assert.notEqual(target, undefined, to);
    const source = valueAt(config, parsePath(from));
    const isValue = typeof source !== "object" && source !== undefined;
    if (isValue && !converted.some((pattern) => covers(pattern, from)))
      assert.equal(target, source, `${from} -> ${to}`);
  }
}

test("every fixture has an expectation", () => {
  assert.deepEqual([...Object.keys(accepted), ...Object.keys(rejected)].sort(), [...names].sort());
});

for (const [name, { options, values, without }] of Object.entries(accepted)) {
  test(`${name} imports`, () => {
    const text = read(name);
    const imported = importConfig(text, options ?? {});
    assert.deepEqual(
      imported.problems.filter(({ severity }) => severity === "error"),
      [],
    );
    const spec = imported.spec;
    assert.ok(spec);
    for (const [path, value] of Object.entries(values)) assert.deepEqual(valueAt(spec, parsePath(path)), value, path);
    for (const path of without ?? []) assert.equal(valueAt(spec, parsePath(path)), undefined, path);
    assert.deepEqual(lostLeaves(configIn(text), imported), []);
    assertUnchanged(configIn(text), imported);
    assert.equal(
      importConfig(text, { ...options, format: imported.format ?? "auto" }).spec?.["system"],
      spec["system"],
    );
  });

  test(`${name} comes back equal when its spec is written and read`, () => {
    const { spec } = importConfig(read(name), options ?? {});
    const [document] = parseAllDocuments(stringify(spec));
    const copy = document?.toJS() as unknown;
    assert.deepEqual(copy, spec);
    const { value } = readClusterSpec(copy);
    assert.ok(value);
    assert.deepEqual(value, readClusterSpec(spec).value);
    const whole = toWire(clusterSpecSchema, value);
    assert.deepEqual(readClusterSpec(whole).value, value);
  });
}

for (const [name, reasons] of Object.entries(rejected)) {
  test(`${name} is rejected with the reason of a ruling`, () => {
    const text = read(name);
    const imported = importConfig(text);
    assert.equal(imported.spec, undefined);
    const errors = imported.problems.filter(({ severity }) => severity === "error");
    assert.deepEqual(errors.map(({ path, ruling }) => `${path}: ${ruling ?? "no ruling"}`).sort(), [...reasons].sort());
    for (const { message, want } of errors) assert.ok(message !== "" && want !== "");
    if (imported.format !== undefined) assert.deepEqual(lostLeaves(configIn(text), imported), []);
  });
}

test("every ruling that an import names stands in docs/guide-rulings.md", () => {
  const outcomes = names.map((name) => importConfig(read(name), accepted[name]?.options ?? {}));
  const named = [
    ...outcomes.flatMap(({ notes, problems }) => [...notes, ...problems].map(({ ruling }) => ruling)),
    ...Object.values(formats).flatMap(({ entries }) => entries.map(({ ruling }) => ruling)),
    ...Object.values(rulingOfRule),
  ];
  assert.deepEqual(
    [...new Set(named)].filter((id) => id !== undefined && !rulings.includes(id)),
    [],
  );
});

test("what is dropped has a ruling and a reason", () => {
  for (const { entries } of Object.values(formats)) {
    for (const { action, from, ruling, reason } of entries) {
      if (action === "dropped") assert.ok(ruling !== undefined && reason !== undefined, from);
    }
  }
  for (const name of names) {
    for (const note of importConfig(read(name)).notes) {
      assert.notEqual(note.reason, "", note.from);
      if (note.kind === "dropped") assert.notEqual(note.ruling, undefined, note.from);
    }
  }
});

test("every table maps onto options that exist", () => {
  for (const format of Object.values(formats)) {
    for (const { from, to } of format.entries) {
      if (to === undefined) continue;
      const path = parsePath(to.replaceAll("[]", "[0]")).map((part) =>
        typeof part === "string" ? camelCase(part) : part,
      );
      const providers = { security: { auth: { providers: [{ type: /client|url$/.test(to) ? "oauth2" : "jwt" }] } } };
      assert.ok(schemaAt(clusterSpecSchema, path, providers), `${format.name}: ${from} -> ${to}`);
    }
  }
});

test("docs/guide-rulings.md has one line for every finding, and no id twice", () => {
  const list = JSON.parse(readFileSync(new URL("finding-ids.json", import.meta.url), "utf8")) as string[];
  assert.equal(list.length, 115);
  assert.equal(new Set(rulings).size, rulings.length);
  assert.deepEqual(
    list.map((id) => id.replace(".findings.", ".")).filter((id) => !rulings.includes(id)),
    [],
  );
  const findings = rulings.filter((id) => !id.startsWith("import."));
  assert.equal(findings.length, list.length);
});
