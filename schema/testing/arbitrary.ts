/** Random values of a schema, in the names of files, for property tests. */
import fc from "fast-check";
import { z } from "zod";
import { durationBounds, formatDuration, parseDuration } from "../kit/duration.ts";
import { snakeCase } from "../kit/naming.ts";
import { parseSize, sizeBounds } from "../kit/size.ts";
import { isOptional, defaultOf, unwrap, shapeOf } from "../kit/walk.ts";

/** Values that every single option accepts. Rules between options are not looked at. */
export function arbitraryOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const inner = unwrap(schema);
  const bounds = durationBounds.get(inner);
  if (bounds !== undefined) {
    const min = parseDuration(bounds.min ?? "0s");
    const max = parseDuration(bounds.max ?? "365d");
    return fc.integer({ min, max }).map(formatDuration);
  }
  const sizes = sizeBounds.get(inner);
  if (sizes !== undefined) {
    const min = parseSize(sizes.min ?? "0B");
    return fc.integer({ min, max: Math.max(min, parseSize(sizes.max ?? "1Ti")) }).map((bytes) => `${bytes}B`);
  }
  if (inner instanceof z.ZodBoolean) return fc.boolean();
  if (inner instanceof z.ZodNumber) return numberOf(inner);
  if (inner instanceof z.ZodEnum) return fc.constantFrom(...inner.options);
  if (inner instanceof z.ZodLiteral) return fc.constantFrom(...inner.def.values);
  if (inner instanceof z.ZodArray) return fc.array(arbitraryOf(inner.def.element), lengthOf(inner));
  if (inner instanceof z.ZodRecord) {
    return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), arbitraryOf(inner.def.valueType), { maxKeys: 3 });
  }
  if (inner instanceof z.ZodObject) return objectOf(inner);
  if (inner instanceof z.ZodUnion) return fc.oneof(...inner.def.options.map(arbitraryOf));
  return textOf(inner);
}

function objectOf(schema: z.ZodObject): fc.Arbitrary<unknown> {
  const fields = Object.entries(shapeOf(schema));
  const required = fields.filter(([, field]) => defaultOf(field) === undefined && !isOptional(field));
  return fc.record(Object.fromEntries(fields.map(([name, field]) => [snakeCase(name), arbitraryOf(field)])), {
    requiredKeys: required.map(([name]) => snakeCase(name)),
    noNullPrototype: true,
  });
}

function numberOf(schema: z.ZodNumber): fc.Arbitrary<number> {
  const min = Math.max(schema.minValue ?? -1e6, -1e6);
  const max = Math.min(schema.maxValue ?? 1e6, Math.max(min, 1e9));
  if (schema.format?.includes("int") === true) return fc.integer({ min: Math.ceil(min), max: Math.floor(max) });
  return fc.double({ min, max, noNaN: true });
}

function lengthOf(schema: z.ZodArray): { minLength: number; maxLength: number } {
  const accepts = (length: number) =>
    !(schema.safeParse(new Array(length)).error?.issues ?? []).some(
      (issue) => issue.path.length === 0 && (issue.code === "too_small" || issue.code === "too_big"),
    );
  const lengths = [0, 1, 2, 3].filter(accepts);
  return { minLength: lengths[0] ?? 0, maxLength: lengths.at(-1) ?? 0 };
}

/** Candidates for texts of a fixed form; what the schema does not accept is left out. */
const texts = [
  "orders",
  "node-1",
  "us-west-2",
  "10.0.0.1",
  "10.0.0.0/8",
  "fd00::/8",
  "/var/lib/quorumkit",
  "/dns4/node-1/tcp/4001",
  "/ip4/0.0.0.0/tcp/4001",
  "0 2 * * *",
  "@daily",
  "500m",
  "2.5",
  "https://example.com/jwks",
  "http://10.0.0.7:8080",
  "2027-01-01T00:00:00Z",
  "infinity",
  "512M",
  "unix:///var/run/docker.sock",
  "quorumkit/node:0.1.0",
  "some longer text of forty characters here",
  "$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZabcde",
  "data:read",
  "*",
  "read",
  "100ms",
  "node-1:2380",
  "a",
  "5s",
  "user@example.com",
  "EU",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "maif/",
  "numa-node-0",
  "https://etcd-1:2379",
  "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp",
];

function textOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const accepted = texts.filter((text) => z.safeParse(schema, text).success);
  if (accepted.length === 0)
    throw new Error("no example text fits this option: add one to schema/testing/arbitrary.ts");
  return fc.constantFrom(...accepted);
}
