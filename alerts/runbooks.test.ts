import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { systemNames, systems } from "@quorumkit/schema";
import { alertRules, runbookBase } from "./alert-rules.ts";
import { readAlertKey } from "./rule.ts";
import { knownMetrics, resultLabels } from "./testing/expression.ts";
import { everyKey } from "./testing/promtool.ts";
import { sampleInput, sampleOf } from "./testing/sample.ts";

const docs = join(import.meta.dirname, "..", "docs");
const folder = join(docs, "runbooks");
const pages = readdirSync(folder)
  .filter((file) => file !== "README.md")
  .map((file) => ({ name: file.replace(/\.md$/, ""), text: readFileSync(join(folder, file), "utf8") }));
const api = (
  JSON.parse(readFileSync(join(docs, "openapi.json"), "utf8")) as { paths: Record<string, Record<string, unknown>> }
).paths;

/** Severities of each alert, as its page has to name them. */
const severities = Map.groupBy(everyKey(sampleOf(sampleInput("coordinator"))).map(readAlertKey), ({ name }) => name);

const sections = ["Meaning", "Impact", "Diagnosis", "Mitigation", "What not to do"];

/** The text of each section, by its title. */
function sectionsOf(text: string): Map<string, string> {
  const parts = text.split(/^## /m).slice(1);
  return new Map(
    parts.map((part): [string, string] => {
      const end = part.indexOf("\n");
      return [part.slice(0, end), part.slice(end).trim()];
    }),
  );
}

const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, "gm"))].map(([, block = ""]) => block);

/** A path of the API as the OpenAPI document writes it. */
const pathOf = (path: string) => path.replace(/\/ID(?=\/|$)/, "/{id}");

test("every alert has a page, and every page an alert", () => {
  assert.deepEqual(pages.map(({ name }) => name).sort(), [...severities.keys()].sort());
});

test("rules lead to the pages", () => {
  for (const rule of alertRules(sampleInput("coordinator")).flatMap(({ rules }) => rules)) {
    if ("alert" in rule) assert.equal(rule.annotations.runbook_url, `${runbookBase}${rule.alert}.md`);
  }
});

for (const { name, text } of pages) {
  describe(name, () => {
    test("has its title, its severities, and all sections", () => {
      const named = [...new Set(severities.get(name)?.map(({ severity }) => severity))];
      assert.ok(text.startsWith(`# ${name}\n\nSeverity: ${named.join(", ")}. `), `severities are ${named.join(", ")}`);
      const found = sectionsOf(text);
      assert.deepEqual([...found.keys()], sections);
      for (const [title, body] of found) assert.ok(body.length > 20, `${title} says nothing`);
    });

    test("links to pages that exist", () => {
      for (const [, target = ""] of text.matchAll(/\]\(([^)]+)\)/g)) {
        const [page = ""] = target.split("#");
        assert.ok(page === "README.md" || pages.some((other) => `${other.name}.md` === page), target);
      }
    });

    test("names paths and methods of the API that exist", () => {
      for (const [path] of text.matchAll(/(?<![\w.*])\/(?:api|admin)\/[\w/-]+/g)) {
        assert.ok(api[pathOf(path)] !== undefined, `${path} is no path of the API`);
      }
      for (const [, method = "GET", path = ""] of text.matchAll(/^q (?:-X (\w+) )?"\$NODE([^"?]+)/gm)) {
        assert.ok(api[pathOf(path)]?.[method.toLowerCase()] !== undefined, `${method} ${path} is not in the API`);
      }
    });

    test("asks Prometheus what it can answer", () => {
      for (const query of blocks(text, "promql").flatMap((block) => block.trim().split("\n"))) {
        const errors = systemNames.map((system) => {
          const input = sampleInput(system);
          const known = knownMetrics(system);
          for (const rule of alertRules(input).flatMap(({ rules }) => rules)) {
            if ("record" in rule) known.set(rule.record, resultLabels(rule.expression, known) ?? new Set());
          }
          try {
            resultLabels(query.replaceAll("PREFIX_", systems[system].metricPrefix), known);
            return undefined;
          } catch (error) {
            return String(error);
          }
        });
        assert.ok(errors.includes(undefined), `${query}\n${errors.join("\n")}`);
      }
    });
  });
}

test("pages don't repeat one another", () => {
  const seen = new Map<string, string>();
  for (const { name, text } of pages) {
    for (const paragraph of text.split("\n\n").slice(2)) {
      if (paragraph.length < 80 || paragraph.startsWith("```")) continue;
      assert.equal(seen.get(paragraph), undefined, `${name}: ${paragraph}`);
      seen.set(paragraph, name);
    }
  }
});
