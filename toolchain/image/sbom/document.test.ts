import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePackages } from "../debian-packages.ts";
import { listSchemaProblems } from "../../testing/cyclonedx-schema.ts";
import { licensesOf, packageUrl, type Bom, type Inventory } from "./cyclonedx.ts";
import { describeDebian, joinInventories, writeBom } from "./document.ts";

const status = `Package: libc6
Status: install ok installed
Architecture: amd64
Source: glibc
Version: 2.36-9+deb12u14
Description: the C library

Package: util-linux
Status: install ok installed
Architecture: amd64
Source: util-linux (2.38.1-5)
Version: 1:2.38.1-5+b1

Package: perl
Status: deinstall ok config-files
Architecture: amd64
Version: 5.36
`;

const release = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n';

const program: Inventory = {
  components: [
    { type: "application", "bom-ref": "program", name: "program", version: "1.0.0", ...licensesOf("Apache-2.0") },
    {
      type: "library",
      "bom-ref": "library",
      name: "library",
      version: "2.0.0",
      ...licensesOf("MIT OR Apache-2.0"),
      purl: packageUrl("npm", "@scope/library", "2.0.0"),
    },
    { type: "library", "bom-ref": "other", name: "other", version: "3", ...licensesOf("see the file LICENSE") },
  ],
  dependencies: [{ ref: "program", dependsOn: ["library", "other"] }],
};

function document(inventories = [program, describeDebian(release, parsePackages(status))]): string {
  return writeBom({ image: { name: "quorumkit/node", version: "0.1.0" }, time: new Date(0), inventories });
}

test("a bill of materials is valid CycloneDX", () => {
  assert.deepEqual(listSchemaProblems(JSON.parse(document())), []);
  assert.notDeepEqual(listSchemaProblems({ ...(JSON.parse(document()) as Bom), components: [{ name: "x" }] }), []);
});

test("the same inventory gives the same text, in whatever order; another one has another serial number", () => {
  const debian = describeDebian(release, parsePackages(status));
  const { serialNumber } = JSON.parse(document()) as Bom;
  assert.equal(document(), document());
  assert.equal(document([debian, program]), document([program, debian]));
  assert.match(serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual((JSON.parse(document([debian])) as Bom).serialNumber, serialNumber);
});

test("the image depends on what nothing else in it depends on", () => {
  const { dependencies } = JSON.parse(document()) as Bom;
  assert.deepEqual(dependencies.find(({ ref }) => ref === "quorumkit/node:0.1.0")?.dependsOn, [
    "os:debian-12",
    "program",
  ]);
});

test("packages of Debian are those that are installed, each with its source", () => {
  const { components } = describeDebian(release, parsePackages(status));
  assert.deepEqual(
    components.map(({ purl }) => purl),
    [
      undefined,
      "pkg:deb/debian/libc6@2.36-9%2Bdeb12u14?arch=amd64&distro=debian-12&upstream=glibc",
      "pkg:deb/debian/util-linux@1:2.38.1-5%2Bb1?arch=amd64&distro=debian-12&upstream=util-linux%402.38.1-5",
    ],
  );
});

test("a component that several inventories have is in there once", () => {
  assert.equal(joinInventories([program, program]).components.length, 3);
  assert.equal(joinInventories([program, program]).dependencies.length, 1);
});
