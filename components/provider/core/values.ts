/** Property values between the engine and a handler: secrets are unwrapped on the way in and wrapped again on the way out. */
import type { Properties } from "./handler.ts";

/** Marks wrapped values in Pulumi's wire format. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Stands for a value that isn't known before the update. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Properties without wrapping, and what was found while unwrapping. */
export interface Unwrapped {
  properties: Properties;
  /** Names of properties that are, or hold, a secret. */
  secrets: Set<string>;
  /** Names of properties that are, or hold, a value which isn't known yet. */
  unknowns: Set<string>;
}

/** Takes the wrapping off. */
export function unwrap(values: Readonly<Record<string, unknown>>): Unwrapped {
  const secrets = new Set<string>();
  const unknowns = new Set<string>();
  const plain = (name: string, value: unknown): unknown => {
    if (value === unknownValue) unknowns.add(name);
    if (Array.isArray(value)) return value.map((item) => plain(name, item));
    if (typeof value !== "object" || value === null) return value;
    const map = value as Record<string, unknown>;
    if (map[signatureKey] === secretSignature) {
      secrets.add(name);
      return plain(name, map["value"]);
    }
    return Object.fromEntries(Object.entries(map).map(([key, item]) => [key, plain(name, item)]));
  };
  const properties = Object.fromEntries(
    Object.entries(values)
      .map(([name, value]) => [name, plain(name, value)] as const)
      // An Output that turned out to be undefined arrives as null.
      .filter(([, value]) => value !== null),
  );
  return { properties, secrets, unknowns };
}

/** Wraps the named properties as secrets. Undefined values are left out: the wire format has none. */
export function wrap(properties: Properties, secrets: Iterable<string>): Record<string, unknown> {
  const names = new Set(secrets);
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [
        name,
        names.has(name) ? { [signatureKey]: secretSignature, value: clean(value) } : clean(value),
      ]),
  );
}

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, clean(item)]),
  );
}
