/**
 * Keeps secrets apart from the rest of a node config. A secret inside a map would hide the whole map in previews and
 * state, so a config travels as two maps: one that can be shown and one that can't.
 */
import { camelCase, listOptions, nodeConfigSchema, schemaAt } from "@quorumkit/schema";

/** A map as it stands in a file (snake_case). */
export type WireMap = Record<string, unknown>;

/** A node config in two parts. */
export interface ConfigParts {
  /** Everything that may be shown. */
  config: WireMap;
  /** Options that are secret, and lists of which an item holds one; undefined where there are none. */
  secretConfig: WireMap | undefined;
}

/** Splits a node config in its wire form. */
export function splitSecrets(wire: Readonly<WireMap>): ConfigParts {
  const { open, secret } = split(wire, []);
  return { config: open ?? {}, secretConfig: secret };
}

/** Puts the parts together again. */
export function joinSecrets({ config, secretConfig }: ConfigParts): WireMap {
  return secretConfig === undefined ? config : merge(config, secretConfig);
}

function split(map: Readonly<WireMap>, path: readonly string[]): { open?: WireMap; secret?: WireMap } {
  const open: WireMap = {};
  const secret: WireMap = {};
  for (const [key, value] of Object.entries(map)) {
    if (value === undefined) continue;
    const place = [...path, camelCase(key)];
    if (!holdsSecret(place) || isEmpty(value)) open[key] = value;
    else if (isMap(value)) {
      const parts = split(value, place);
      if (parts.open !== undefined) open[key] = parts.open;
      if (parts.secret !== undefined) secret[key] = parts.secret;
    } else secret[key] = value;
  }
  return {
    ...(Object.keys(open).length > 0 ? { open } : {}),
    ...(Object.keys(secret).length > 0 ? { secret } : {}),
  };
}

function holdsSecret(path: readonly string[]): boolean {
  const schema = schemaAt(nodeConfigSchema, path);
  return schema !== undefined && listOptions(schema).some((option) => option.details.secret === true);
}

function isEmpty(value: unknown): boolean {
  return value === "" || (Array.isArray(value) && value.length === 0);
}

function isMap(value: unknown): value is WireMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function merge(below: Readonly<WireMap>, above: Readonly<WireMap>): WireMap {
  const result: WireMap = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = result[key];
    result[key] = isMap(under) && isMap(value) ? merge(under, value) : value;
  }
  return result;
}
