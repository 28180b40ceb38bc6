/**
 * `node write.ts --image NAME --version V --known FILE --system DIR --into DIR`: writes the bill of materials of an image
 * below `into`, as `usr/share/sbom/<last part of NAME>.cdx.json`. It joins what was known before the build (an inventory)
 * with the packages of Debian in the root `system`. This runs while the image is built.
 *
 * The same image gives the same document: its serial number comes from its content, its time from SOURCE_DATE_EPOCH.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readStatusFolder } from "../debian-packages.ts";
import type { Inventory } from "./cyclonedx.ts";
import { describeDebian, writeBom } from "./document.ts";

const { values } = parseArgs({
  options: {
    image: { type: "string", default: "" },
    version: { type: "string", default: "" },
    known: { type: "string", default: "" },
    system: { type: "string", default: "" },
    into: { type: "string", default: "" },
  },
});
const known = JSON.parse(readFileSync(values.known, "utf8")) as Inventory;
const release = readFileSync(join(values.system, "usr/lib/os-release"), "utf8");
const bom = writeBom({
  image: { name: values.image, version: values.version },
  time: new Date(Number(process.env["SOURCE_DATE_EPOCH"]) * 1000),
  inventories: [known, describeDebian(release, readStatusFolder(values.system))],
});
const folder = join(values.into, "usr/share/sbom");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, `quorumkit-${values.image.split("/").at(-1) ?? ""}.cdx.json`), bom);
