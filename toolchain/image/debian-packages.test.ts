import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { readDatabase, readStatusFolder, statusFolder } from "./debian-packages.ts";

let folder: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "quorumkit-debian-packages-"));
});

after(() => {
  rmSync(folder, { recursive: true, force: true });
});

function stanza(name: string, state = "install ok installed"): string {
  return `Package: ${name}\nStatus: ${state}\nArchitecture: amd64\nVersion: 1.0-1\n`;
}

test("the database says what a package holds, and which one a path is from", () => {
  const database = join(folder, "dpkg");
  mkdirSync(join(database, "info"), { recursive: true });
  writeFileSync(
    join(database, "status"),
    [stanza("dash"), stanza("libc6"), stanza("gone", "deinstall ok config-files")].join("\n"),
  );
  writeFileSync(join(database, "info", "dash.list"), "/.\n/usr\n/nowhere/bin/dash\n");
  writeFileSync(join(database, "info", "libc6:amd64.list"), "/.\n/nowhere/libc.so.6\n");
  const { packages, pathsOf, ownerOf } = readDatabase(database);
  assert.deepEqual([...packages.keys()], ["dash", "libc6"]);
  assert.deepEqual(pathsOf("dash"), ["/usr", "/nowhere/bin/dash"]);
  assert.equal(ownerOf("/nowhere/libc.so.6"), "libc6");
  assert.equal(ownerOf("/nowhere/else"), undefined);
});

test("an image without a package manager says its packages in a file each", () => {
  const place = join(folder, statusFolder);
  mkdirSync(place, { recursive: true });
  for (const name of ["zlib1g", "dash"]) writeFileSync(join(place, name), stanza(name));
  assert.deepEqual(
    readStatusFolder(folder).map(({ name, version }) => `${name} ${version}`),
    ["dash 1.0-1", "zlib1g 1.0-1"],
  );
});

test("a package without a version is refused by name", () => {
  writeFileSync(join(folder, statusFolder, "broken"), "Package: broken\nStatus: install ok installed\n");
  assert.throws(() => readStatusFolder(folder), /broken/);
});
