/** Makes the bill of materials of an image. The same inventory gives the same text. */
import { createHash } from "node:crypto";
import type { DebianPackage } from "../debian-packages.ts";
import { packageUrl, specVersion, type Bom, type Component, type Inventory } from "./cyclonedx.ts";

/** What a bill of materials is about. */
export interface BomRequest {
  image: { name: string; version: string };
  time: Date;
  inventories: readonly Inventory[];
}

/** The text of the document: JSON, in a fixed order. */
export function writeBom({ image, time, inventories }: BomRequest): string {
  const { components, dependencies } = joinInventories(inventories);
  const subject: Component = {
    type: "container",
    "bom-ref": `${image.name}:${image.version}`,
    name: image.name,
    version: image.version,
  };
  const needed = new Set(dependencies.flatMap(({ dependsOn }) => dependsOn));
  const own = components.map((component) => component["bom-ref"]).filter((ref) => !needed.has(ref));
  const bom: Bom = {
    $schema: `http://cyclonedx.org/schema/bom-${specVersion}.schema.json`,
    bomFormat: "CycloneDX",
    specVersion,
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([subject, components, dependencies]))}`,
    version: 1,
    metadata: {
      timestamp: time.toISOString(),
      lifecycles: [{ phase: "build" }],
      tools: {
        components: [
          { type: "application", "bom-ref": "quorumkit-images", name: "quorumkit-images", version: image.version },
        ],
      },
      component: subject,
    },
    components,
    dependencies: [{ ref: subject["bom-ref"], dependsOn: own.sort() }, ...dependencies],
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}

/** Several inventories as one, in a fixed order, where they may have components in common. */
export function joinInventories(inventories: readonly Inventory[]): Inventory {
  const components = new Map<string, Component>();
  for (const component of inventories.flatMap((inventory) => inventory.components)) {
    components.set(component["bom-ref"], component);
  }
  const dependencies = inventories.flatMap((inventory) => inventory.dependencies);
  return {
    components: sortedBy([...components.values()], (component) => component["bom-ref"]),
    dependencies: sortedBy([...new Map(dependencies.map((one) => [one.ref, one])).values()], ({ ref }) => ref),
  };
}

/**
 * The packages of Debian in an image.
 * @param release text of its os-release
 */
export function describeDebian(release: string, packages: readonly DebianPackage[]): Inventory {
  const value = (key: string) => new RegExp(`^${key}="?([^"\\n]*)`, "m").exec(release)?.[1] ?? "";
  const [id, version] = [value("ID"), value("VERSION_ID")];
  const system: Component = {
    type: "operating-system",
    "bom-ref": `os:${id}-${version}`,
    name: id,
    version,
    description: value("PRETTY_NAME"),
  };
  const libraries = packages.map((one): Component => {
    const { name, architecture, source } = one;
    const upstream = source.name === name && source.version === one.version ? {} : { upstream: upstreamOf(one) };
    const qualifiers = { arch: architecture, distro: `${id}-${version}`, ...upstream };
    const purl = packageUrl("deb", `${id}/${name}`, one.version, qualifiers);
    return { type: "library", "bom-ref": purl, name, version: one.version, purl };
  });
  return {
    components: [system, ...libraries],
    dependencies: [{ ref: system["bom-ref"], dependsOn: libraries.map((library) => library["bom-ref"]).sort() }],
  };
}

function upstreamOf({ version, source }: DebianPackage): string {
  return source.version === version ? source.name : `${source.name}@${source.version}`;
}

function sortedBy<Item>(items: readonly Item[], key: (item: Item) => string): Item[] {
  return items.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** A UUID of version 8 (RFC 9562): its bits are those of a hash. */
function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const variant = ((parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
