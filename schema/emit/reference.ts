/** The reference pages under docs/reference: one for each section of the model, and those of rules, presets and variables. */
import { z } from "zod";
import { snakeCase, wirePath } from "../kit/naming.ts";
import { defaultOf, isOptional, listOptions, rangeOf, typeOf, unwrap, type OptionNode } from "../kit/walk.ts";
import type { Rule } from "../rules/rule.ts";
import { sectionDetails } from "../kit/option.ts";
import { firstRelease } from "./json-schema.ts";

const notice = "<!-- Generated from schema/ by `npm run generate`. Edit the schema, not this page. -->\n\n";

/** One page: a table of every option under `schema`, whose path in files starts with `path`. */
export function sectionPage(schema: z.core.$ZodType, path: readonly string[]): string {
  const inner = unwrap(schema);
  const details = inner instanceof z.ZodObject ? sectionDetails.get(inner) : undefined;
  const heading = `# ${details?.title ?? snakeCase(path.at(-1) ?? "")}\n\n${details?.description ?? ""}\n\n`;
  return `${notice}${heading}${optionTable(listOptions(schema, path))}`;
}

/** A table of options. Apply says what a change does: see the index page. */
export function optionTable(options: readonly OptionNode[]): string {
  const rows = options.map((option) =>
    [
      `\`${optionName(option)}\``,
      typeOf(option.schema),
      defaultText(option),
      rangeText(option),
      option.details.apply,
      `${option.details.description}${option.details.unit === undefined ? "" : ` Unit: ${option.details.unit}.`}${option.details.secret === true ? " **Secret.**" : ""}${(option.details.env ?? []).length === 0 ? "" : ` Variables: ${(option.details.env ?? []).map((name) => `\`${name}\``).join(", ")}.`}`,
      option.details.since ?? firstRelease,
      option.details.source,
    ].map(escapeCell),
  );
  return table(["Option", "Type", "Default", "Range", "Apply", "Meaning", "Since", "Source"], rows);
}

/** The option's path in files; `[]` and `*` stand for list positions and map keys. */
export function optionName(option: OptionNode): string {
  return wirePath(option.path).replaceAll(".[]", "[]");
}

function defaultText(option: OptionNode): string {
  const value = defaultOf(option.schema);
  if (value !== undefined) return `\`${JSON.stringify(value)}\``;
  return isOptional(option.schema) ? "none" : "required";
}

function rangeText(option: OptionNode): string {
  const range = rangeOf(option.schema);
  if (range === undefined) return "";
  if (range.min !== undefined && range.max !== undefined) return `${range.min} to ${range.max}`;
  return range.min === undefined ? `at most ${range.max ?? ""}` : `at least ${range.min}`;
}

/** The page of the rules between fields. */
export function rulesPage(rules: readonly Pick<Rule<never>, "id" | "severity" | "source" | "description">[]): string {
  const rows = rules.map((rule) => [`\`${rule.id}\``, rule.severity, rule.description, rule.source].map(escapeCell));
  return `${notice}# Rules\n\nAn error refuses the spec; a warning is printed and the plan goes on.\n\n${table(["Rule", "Severity", "Meaning", "Source"], rows)}`;
}

/** The page of environment variables that a node reads over its config file. */
export function environmentPage(options: readonly OptionNode[]): string {
  const rows = options.flatMap((option) =>
    (option.details.env ?? []).map((name) =>
      [`\`${name}\``, `\`${optionName(option)}\``, typeOf(option.schema), option.details.description].map(escapeCell),
    ),
  );
  rows.sort((a, b) => ((a[0] ?? "") < (b[0] ?? "") ? -1 : 1));
  return `${notice}# Environment variables\n\nA variable takes precedence over the config file.\n\n${table(["Variable", "Option", "Type", "Meaning"], rows)}`;
}

/** The page of presets: what each one sets over the defaults. */
export function presetsPage(
  groups: readonly { title: string; presets: readonly (readonly [string, unknown])[] }[],
): string {
  const body = groups.map(({ title, presets }) => {
    const parts = presets.map(
      ([name, values]) => `### ${name}\n\n\`\`\`json\n${JSON.stringify(values, null, 2)}\n\`\`\`\n`,
    );
    return `## ${title}\n\n${parts.join("\n")}`;
  });
  return `${notice}# Presets\n\nLater layers win: schema defaults, system, preset, size, then the stack file.\n\n${body.join("\n")}`;
}

/** The index of the reference pages. */
export function indexPage(pages: readonly (readonly [file: string, title: string])[]): string {
  const list = pages.map(([file, title]) => `- [${title}](${file})`).join("\n");
  return `${notice}# Reference\n\nWhat a change to an option does to a running node (column Apply):\n\n- **hot**: taken over by a reload, nothing restarts;\n- **rolling**: nodes restart one at a time, the leader last;\n- **restart**: all nodes stop first;\n- **migrate**: data has to be moved; \`pulumi up\` refuses it and names the procedure.\n\nSources such as \`001:62\` are a guide and its line; see [the rulings](../guide-rulings.md).\n\n${list}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
