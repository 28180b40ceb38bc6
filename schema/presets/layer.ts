/** Lays partial specs over one another: maps are merged key by key, everything else is replaced by the later one. */

type Partial = Readonly<Record<string, unknown>>;

/** Later layers win. The layers themselves are left alone. */
export function layer(...layers: readonly Partial[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const values of layers) {
    for (const [key, value] of Object.entries(values)) {
      const below = result[key];
      result[key] = isMap(below) && isMap(value) ? layer(below, value) : structuredClone(value);
    }
  }
  return result;
}

function isMap(value: unknown): value is Partial {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
