/** Sizes as the guides write them (`2MB`, `50Gi`, `1Ti`, `100GB`), kept as text in files and read to bytes. */
import { z } from "zod";

const unitBytes = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const;

/** The text of a size: one number and its unit. */
export const sizePattern = /^\d+(?:\.\d+)?(?:B|[KMGT]B|[KMGT]iB?)$/;

/** The inclusive bounds of a size option, as texts. */
export interface SizeBounds {
  min?: string;
  max?: string;
}

/** Bounds of every size option, by its zod schema. */
export const sizeBounds = z.registry<SizeBounds>();

/** Reads a size to bytes. Throws a RangeError on a text that is none. */
export function parseSize(text: string): number {
  if (!sizePattern.test(text)) {
    throw new RangeError(`not a size: ${JSON.stringify(text)}; write it like 512Mi, 50Gi or 100GB`);
  }
  const amount = Number.parseFloat(text);
  const unit = text.replace(/^[\d.]+/, "");
  return amount * unitBytes[unit as keyof typeof unitBytes];
}

/** A size option. The bounds are inclusive. */
export function size(bounds: SizeBounds = {}) {
  const min = bounds.min === undefined ? undefined : parseSize(bounds.min);
  const max = bounds.max === undefined ? undefined : parseSize(bounds.max);
  const schema = z.string().check((context) => {
    const text = context.value;
    const bad =
      !sizePattern.test(text) ||
      (min !== undefined && parseSize(text) < min) ||
      (max !== undefined && parseSize(text) > max);
    if (bad) context.issues.push({ code: "custom", input: text, message: "out of range" });
  });
  sizeBounds.add(schema, bounds);
  return schema;
}
