/** Judges a bill of materials by the JSON schema of CycloneDX, as its own library carries it. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { specVersion } from "../image/sbom/cyclonedx.ts";

const library = createRequire(import.meta.url).resolve("@cyclonedx/cyclonedx-library/package.json");

/** What is wrong with a document: places and reasons, none when it is sound. */
export function listSchemaProblems(document: unknown): string[] {
  const ajv = new Ajv({ strict: false, allErrors: true });
  for (const format of ["iri-reference", "idn-email", "uri"]) ajv.addFormat(format, true);
  ajv.addFormat("date-time", { validate: (text: string) => !Number.isNaN(Date.parse(text)) });
  for (const name of ["spdx", "jsf-0.82"]) {
    // It refers to them by these names, beside its own.
    ajv.addSchema({ ...readSchema(name), $id: `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json` });
  }
  const validate = ajv.compile(readSchema(`bom-${specVersion}`));
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message = "" }) => `${instancePath}: ${message}`);
}

function readSchema(name: string): Record<string, unknown> {
  const file = join(dirname(library), "res", "schema", `${name}.SNAPSHOT.schema.json`);
  return JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
}
