/** The forms of the key-value API, for validation and for the OpenAPI document. */
import { z } from "zod";

const wholeNumber = (what: string) =>
  z
    .string()
    .regex(/^\d{1,15}$/, "must be a whole number from 0")
    .transform(Number)
    .describe(what);

const consistency = z
  .enum(["linearizable", "stale"], "must be linearizable or stale")
  .default("linearizable")
  .describe("linearizable sees every acknowledged write; stale may lag, and works without a quorum");

const flag = z
  .enum(["true", "false"], "must be true or false")
  .default("false")
  .transform((text) => text === "true");

/** `/api/v1/kv/*key` */
export const keyParams = z.object({ "*": z.string().describe("The key; slashes need no escape") });

export const readQuery = z.strictObject({ consistency });

export const writeQuery = z.strictObject({
  compare_revision: wholeNumber("Write only if the key is at this revision; 0: only if it does not exist").optional(),
});

export const listQuery = z.strictObject({
  prefix: z.string().default("").describe("Start of the keys; every key without it"),
  limit: wholeNumber("Entries of a page, 1 to 1000; 100 without it")
    .refine((limit) => limit >= 1 && limit <= 1000, "must be between 1 and 1000")
    .default(100),
  cursor: z.string().max(16_384).optional().describe("next_cursor of the page before"),
  keys_only: flag.describe("Leave the values out"),
  consistency,
});

export const watchQuery = z.strictObject({
  prefix: z.string().default("").describe("Start of the keys; every key without it"),
  from_revision: wholeNumber("First revision wanted; without it, from now on")
    .refine((revision) => revision >= 1, "must be at least 1")
    .optional(),
});

export const entryAnswer = z.object({
  key: z.string(),
  value: z.unknown(),
  create_revision: z.int(),
  mod_revision: z.int(),
  version: z.int(),
});

export const writeAnswer = z.object({ key: z.string(), mod_revision: z.int() });
export const deleteAnswer = z.object({ key: z.string(), mod_revision: z.int(), deleted: z.literal(true) });
export const listAnswer = z.object({
  entries: z.array(entryAnswer),
  revision: z.int(),
  next_cursor: z.string().nullable(),
});
