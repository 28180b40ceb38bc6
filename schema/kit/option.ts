/**
 * How an option is declared. Every leaf of the model is a zod schema wrapped by {@link option}, which records what a
 * user must know about it: what it means, where the fact comes from, and what a change to it does to a running node.
 */
import { z } from "zod";

/**
 * What a change to an option does to a running cluster:
 * - `hot`: the node takes it over by a reload, nothing restarts;
 * - `rolling`: nodes restart one at a time, the leader last;
 * - `restart`: every node has to be stopped first (the members must agree on the value);
 * - `migrate`: data has to be moved; `pulumi up` refuses it and names the procedure.
 */
export type Apply = "hot" | "rolling" | "restart" | "migrate";

/** The kinds of change in order of how much they disturb; later ones include earlier ones. */
export const applyOrder: readonly Apply[] = ["hot", "rolling", "restart", "migrate"];

/** What is recorded of an option beside its type, default and range, which are read from its zod schema. */
export interface OptionDetails {
  /** One or two sentences for the reference pages and for editors. */
  description: string;
  /** Unit of a bare number, for example `milliseconds`, `MiB`, `requests per second`. Durations and sizes carry theirs. */
  unit?: string;
  /** Where the option comes from: `001:62` is line 62 of guide 001; `quorumkit` marks what no guide has. */
  source: string;
  /** What a change to it does. */
  apply: Apply;
  /** True where the value must never be shown: logs, previews, status page and errors print `(hidden)`. */
  secret?: boolean;
  /** The environment variables that set it on a node, first one wins. */
  env?: readonly string[];
  /** The release that introduced it. */
  since?: string;
  /** A value for the reference pages where no default exists. */
  example?: unknown;
}

/** What is recorded of a group of options. */
export interface SectionDetails {
  /** Heading of the group in the reference pages. */
  title: string;
  /** What the group is for. */
  description: string;
}

/** Details of every option, by the zod schema that carries them. */
export const optionDetails = z.registry<OptionDetails>();

/** Details of every section, by its zod object schema. */
export const sectionDetails = z.registry<SectionDetails>();

/** Declares an option. The details belong to the outermost schema, defaults included. */
export function option<Schema extends z.ZodType>(schema: Schema, details: OptionDetails): Schema {
  optionDetails.add(schema, details);
  return schema;
}

/** Declares a group of options. Unknown keys in it are errors. */
export function section<Shape extends z.core.$ZodLooseShape>(details: SectionDetails, shape: Shape) {
  const schema = z.strictObject(shape);
  sectionDetails.add(schema, details);
  return schema;
}
