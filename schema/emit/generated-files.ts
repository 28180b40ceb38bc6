/** Everything that is generated from the model, as texts by path from the repository's root. */
import { clusterSpecSchema } from "../cluster-spec.ts";
import { snakeCase, wirePath } from "../kit/naming.ts";
import { sectionDetails } from "../kit/option.ts";
import { listOptions, unwrap } from "../kit/walk.ts";
import { nodeConfigSchema } from "../node-config.ts";
import { environmentPresets } from "../presets/environments.ts";
import { sizePresets } from "../presets/sizes.ts";
import { systemPresets } from "../presets/systems.ts";
import { clusterRules, nodeRules } from "../rules/all.ts";
import { componentArgs } from "./component-args.ts";
import { jsonSchemaOf, stackFileSchema } from "./json-schema.ts";
import { environmentPage, indexPage, presetsPage, rulesPage, sectionPage } from "./reference.ts";
import { z } from "zod";

/** Paths and texts; `npm run generate` writes them, a test compares them with what is checked in. */
export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  const clusterSchema = jsonSchemaOf(clusterSpecSchema);
  files.set("schema/generated/cluster-spec.schema.json", json(clusterSchema));
  files.set("schema/generated/stack.schema.json", json(stackFileSchema(clusterSchema)));
  files.set("schema/generated/node-config.schema.json", json(jsonSchemaOf(nodeConfigSchema)));
  files.set("schema/generated/environment.json", json(environmentMap()));
  files.set("components/generated/args.ts", componentArgs(clusterSpecSchema));
  for (const [file, text] of referencePages()) files.set(`docs/reference/${file}`, text);
  return files;
}

/** Which option each environment variable sets. */
function environmentMap(): Record<string, string> {
  const entries = listOptions(nodeConfigSchema).flatMap((option) =>
    (option.details.env ?? []).map((name): [string, string] => [name, wirePath(option.path)]),
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function referencePages(): [string, string][] {
  const shape: z.core.$ZodShape = { ...nodeConfigSchema.def.shape, ...clusterSpecSchema.def.shape };
  const leaves = new Set(Object.keys(shape).filter((name) => titleOf(shape[name]) === undefined));
  const sections = Object.entries(shape).filter(([name]) => !leaves.has(name));
  const pages = sections.map(([name, schema]): [string, string, string] => [
    `${snakeCase(name).replaceAll("_", "-")}.md`,
    titleOf(schema) ?? name,
    sectionPage(schema, [name]),
  ]);
  const topLevel = z.strictObject(Object.fromEntries([...leaves].map((name) => [name, shape[name] as z.ZodType])));
  sectionDetails.add(topLevel, { title: "Top level", description: "Options outside any section." });
  const rules = [...new Map([...clusterRules, ...nodeRules].map((rule) => [rule.id, rule])).values()];
  const all: [string, string, string][] = [
    ["top-level.md", "Top level", sectionPage(topLevel, [])],
    ...pages,
    ["rules.md", "Rules", rulesPage(rules)],
    [
      "presets.md",
      "Presets",
      presetsPage([
        { title: "Systems", presets: Object.entries(systemPresets) },
        { title: "Environments", presets: Object.entries(environmentPresets) },
        { title: "Sizes", presets: Object.entries(sizePresets) },
      ]),
    ],
    ["environment.md", "Environment variables", environmentPage(listOptions(nodeConfigSchema))],
  ];
  return [
    ...all.map(([file, , text]): [string, string] => [file, text]),
    ["README.md", indexPage(all.map(([file, title]) => [file, title]))],
  ];
}

function titleOf(schema: z.core.$ZodType | undefined): string | undefined {
  const inner = schema === undefined ? undefined : unwrap(schema);
  return inner instanceof z.ZodObject ? sectionDetails.get(inner)?.title : undefined;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
