/** The part of CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/) that the bill of materials of an image uses. */

/** Version of the specification. */
export const specVersion = "1.6";

/** A thing that an image is made of. */
export interface Component {
  type: "application" | "library" | "container" | "operating-system" | "platform";
  "bom-ref": string;
  name: string;
  version: string;
  description?: string;
  licenses?: License[];
  hashes?: { alg: "SHA-256" | "SHA-512"; content: string }[];
  purl?: string;
  /** What it is made of itself. */
  components?: Component[];
  properties?: { name: string; value: string }[];
}

/** One id or name, or an expression such as `MIT OR Apache-2.0`. */
export type License = { license: { id: string } | { name: string } } | { expression: string };

/** What a component needs to work. */
export interface Dependency {
  ref: string;
  dependsOn: string[];
}

/** Components, and which of them need which. */
export interface Inventory {
  components: Component[];
  dependencies: Dependency[];
}

/** A whole document. */
export interface Bom extends Inventory {
  $schema: string;
  bomFormat: "CycloneDX";
  specVersion: typeof specVersion;
  serialNumber: string;
  version: 1;
  metadata: {
    timestamp: string;
    lifecycles: { phase: "build" }[];
    tools: { components: Component[] };
    component: Component;
  };
}

/** A package URL (https://github.com/package-url/purl-spec). */
export function packageUrl(
  type: "npm" | "golang" | "deb" | "generic",
  name: string,
  version: string,
  qualifiers: Record<string, string> = {},
): string {
  const path = name.split("/").map(encodeURIComponent).join("/");
  const query = Object.entries(qualifiers)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join("&");
  // A colon, as in the epoch of a version of Debian, has to stay as it is.
  return `pkg:${type}/${path}@${encodeURIComponent(version).replaceAll("%3A", ":")}${query === "" ? "" : `?${query}`}`;
}

/** The licence of a package.json or a lock file: an id of SPDX, an expression of them, or anything else. */
export function licensesOf(text: string | undefined): { licenses: License[] } | Record<string, never> {
  if (text === undefined || text === "") return {};
  if (/\s(OR|AND|WITH)\s/.test(text)) return { licenses: [{ expression: text }] };
  return { licenses: [{ license: /^[A-Za-z0-9.+-]+$/.test(text) ? { id: text } : { name: text } }] };
}
