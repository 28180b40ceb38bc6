/** The named args interfaces of the components, written as TypeScript. Inference from zod would erase every field in a package schema. */
import { z } from "zod";
import { listSections, rangeOf, unwrap, defaultOf, isOptional, findDetails, shapeOf } from "../kit/walk.ts";
import { firstRelease } from "./json-schema.ts";

/** Fields that decide which resources exist: their values must be known before anything runs, so they aren't `Input`s. */
const plainRoots = new Set(["name", "system", "preset", "size", "members", "gateways", "target"]);

/** The text of `components/generated/args.ts`. */
export function componentArgs(cluster: z.ZodObject): string {
  const sections = listSections(cluster);
  const interfaces = sections.map(({ path, schema, details }) => {
    const plain = path[0] !== undefined && plainRoots.has(path[0]);
    const fields = Object.entries(shapeOf(schema)).map(([name, field]) => {
      const isPlain = plain || (path.length === 0 && plainRoots.has(name));
      const type = typeText(field, [...path, name], isPlain);
      return `${documentation(field)}  ${name}${isRequired(field) ? "" : "?"}: ${type};\n`;
    });
    return `/** ${details.description} */\nexport interface ${interfaceName(path)} {\n${fields.join("")}}\n`;
  });
  return [
    "// Generated from schema/ by `npm run generate`. Edit the schema, not this file.\n",
    'import type { Input } from "@pulumi/pulumi";\n\n',
    interfaces.join("\n"),
  ].join("");
}

function interfaceName(path: readonly string[]): string {
  const parts = path.filter((part) => part !== "[]" && part !== "*");
  const name = parts.map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join("");
  const item = path.length !== parts.length ? "Item" : "";
  return parts.length === 0 ? "ClusterArgs" : `${name}${item}Args`;
}

function isRequired(field: z.core.$ZodType): boolean {
  return defaultOf(field) === undefined && !isOptional(field);
}

function typeText(field: z.core.$ZodType, path: readonly string[], plain: boolean): string {
  const inner = unwrap(field);
  const input = (text: string) => (plain ? text : `Input<${text}>`);
  if (inner instanceof z.ZodObject) return plain ? interfaceName(path) : input(interfaceName(path));
  if (inner instanceof z.ZodArray)
    return input(`${parenthesized(typeText(inner.def.element, [...path, "[]"], plain))}[]`);
  if (inner instanceof z.ZodRecord)
    return input(`Record<string, ${typeText(inner.def.valueType, [...path, "*"], plain)}>`);
  if (inner instanceof z.ZodEnum) return input(inner.options.map((value) => JSON.stringify(value)).join(" | "));
  if (inner instanceof z.ZodLiteral) return input(inner.def.values.map((value) => JSON.stringify(value)).join(" | "));
  if (inner instanceof z.ZodNumber) return input("number");
  if (inner instanceof z.ZodBoolean) return input("boolean");
  if (inner instanceof z.ZodDiscriminatedUnion)
    return input(inner.def.options.map((branch) => branchText(branch, path, plain)).join(" | "));
  return input("string");
}

/** A branch of a union has no name of its own, so its fields are written out. */
function branchText(branch: z.core.$ZodType, path: readonly string[], plain: boolean): string {
  const inner = unwrap(branch);
  if (!(inner instanceof z.ZodObject)) return typeText(branch, path, plain);
  const fields = Object.entries(shapeOf(inner)).map(
    // The discriminator stays plain, or TypeScript could not tell the branches apart.
    ([name, field]) =>
      `${name}${isRequired(field) ? "" : "?"}: ${typeText(field, [...path, name], plain || unwrap(field) instanceof z.ZodLiteral)}`,
  );
  return `{ ${fields.join("; ")} }`;
}

function parenthesized(type: string): string {
  return /[|&]/.test(type) && !type.startsWith("Input<") ? `(${type})` : type;
}

function documentation(field: z.core.$ZodType): string {
  const details = findDetails(field);
  if (details === undefined) return "";
  const range = rangeOf(field);
  const value = defaultOf(field);
  const facts = [
    value === undefined ? "" : `Default: ${JSON.stringify(value)}.`,
    range === undefined ? "" : `Range: ${range.min ?? ""} to ${range.max ?? ""}.`,
    details.unit === undefined ? "" : `Unit: ${details.unit}.`,
    `A change is applied: ${details.apply}.`,
    details.secret === true ? "Secret." : "",
    `Since ${details.since ?? firstRelease}; source ${details.source}.`,
  ].filter((fact) => fact !== "");
  return `  /** ${details.description.replaceAll("*/", "*\\/")} ${facts.join(" ")} */\n`;
}
