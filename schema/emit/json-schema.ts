/** JSON Schema of the model, in the names of files, for editors and for anything that isn't TypeScript. */
import { z } from "zod";
import { durationBounds, durationPattern } from "../kit/duration.ts";
import { snakeCase } from "../kit/naming.ts";
import { optionDetails, sectionDetails } from "../kit/option.ts";
import { sizeBounds, sizePattern } from "../kit/size.ts";

/** A JSON Schema, or a part of one. */
export type JsonSchema = Record<string, unknown>;

/** Keywords of ours: bounds that JSON Schema can't express, and what a change does. Editors ignore what they don't know. */
export const keywords = {
  minimumDuration: "x-minimum-duration",
  maximumDuration: "x-maximum-duration",
  minimumSize: "x-minimum-size",
  maximumSize: "x-maximum-size",
  apply: "x-apply",
  unit: "x-unit",
  source: "x-source",
  secret: "x-secret",
  since: "x-since",
} as const;

/** The JSON Schema (draft 7, which editors understand) of what a file may hold. */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  const generated = z.toJSONSchema(schema, {
    target: "draft-7",
    io: "input",
    override: ({ zodSchema, jsonSchema }) => {
      Object.assign(jsonSchema, annotations(zodSchema));
    },
  });
  return inFileNames(generated) as JsonSchema;
}

function annotations(schema: z.core.$ZodType): JsonSchema {
  const result: JsonSchema = {};
  const durations = durationBounds.get(schema);
  if (durations !== undefined) {
    result.pattern = durationPattern.source;
    if (durations.min !== undefined) result[keywords.minimumDuration] = durations.min;
    if (durations.max !== undefined) result[keywords.maximumDuration] = durations.max;
  }
  const sizes = sizeBounds.get(schema);
  if (sizes !== undefined) {
    result.pattern = sizePattern.source;
    if (sizes.min !== undefined) result[keywords.minimumSize] = sizes.min;
    if (sizes.max !== undefined) result[keywords.maximumSize] = sizes.max;
  }
  const section = sectionDetails.get(schema);
  if (section !== undefined) result.description = section.description;
  const details = optionDetails.get(schema);
  if (details !== undefined) {
    result.description = details.description;
    result[keywords.apply] = details.apply;
    result[keywords.source] = details.source;
    result[keywords.since] = details.since ?? firstRelease;
    if (details.unit !== undefined) result[keywords.unit] = details.unit;
    if (details.secret === true) {
      result[keywords.secret] = true;
      result.writeOnly = true;
    }
  }
  return result;
}

/** The release in which everything without a `since` of its own came. */
export const firstRelease = "0.1.0";

/** Renames property names to snake_case, and takes out the empty defaults of sections. */
function inFileNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inFileNames);
  if (typeof value !== "object" || value === null) return value;
  const result: JsonSchema = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === "default" && isEmptyMap(item)) continue;
    if (key === "properties") {
      result.properties = Object.fromEntries(
        Object.entries(item as JsonSchema).map(([name, field]) => [snakeCase(name), inFileNames(field)]),
      );
    } else if (key === "required" && Array.isArray(item)) {
      result.required = item.map((name) => snakeCase(String(name)));
    } else if (key === "default" || key === "enum" || key === "const") {
      result[key] = item;
    } else result[key] = inFileNames(item);
  }
  return result;
}

function isEmptyMap(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

/** The JSON Schema of a `Pulumi.<stack>.yaml`: the cluster under its config key, secrets also in Pulumi's encrypted form. */
export function stackFileSchema(cluster: JsonSchema): JsonSchema {
  const { $schema, ...clusterSchema } = cluster;
  return {
    $schema,
    title: "quorumkit stack file",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: { "quorumkit:cluster": allowEncrypted(clusterSchema) },
        required: ["quorumkit:cluster"],
      },
      encryptionsalt: { type: "string" },
      encryptedkey: { type: "string" },
      secretsprovider: { type: "string" },
      environment: {},
    },
    additionalProperties: false,
  };
}

/** Lets every secret be given as `{secure: …}`, which `pulumi config set --secret --path` writes. */
function allowEncrypted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(allowEncrypted);
  if (typeof value !== "object" || value === null) return value;
  const schema = value as JsonSchema;
  if (schema[keywords.secret] === true) {
    const encrypted = {
      type: "object",
      properties: { secure: { type: "string" } },
      required: ["secure"],
      additionalProperties: false,
    };
    const { description, ...plain } = schema;
    return { description, anyOf: [plain, encrypted] };
  }
  return Object.fromEntries(Object.entries(schema).map(([key, item]) => [key, allowEncrypted(item)]));
}
