/** Writes the OpenAPI document of system coordinator to docs/openapi.json: `node node-runtime/http/write-openapi.ts`. */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { configChecksum, readNodeConfig } from "@quorumkit/schema";
import pino from "pino";
import { assemble } from "../node/assemble.ts";
import { buildApp } from "./app.ts";

/** Where the document is checked in. */
export const openApiFile = fileURLToPath(new URL("../../docs/openapi.json", import.meta.url));

/** The document as it is checked in. Nothing is opened and nothing listens. */
export async function openApiText(): Promise<string> {
  const { value: config } = readNodeConfig({ system: "coordinator", node: { id: "node-1" } });
  if (config === undefined) throw new Error("the smallest config is not valid");
  const loaded = {
    config,
    credentials: { adminToken: undefined, apiKeys: [] },
    checksum: configChecksum(config),
    warnings: [],
  };
  const node = assemble(loaded, { log: pino({ level: "silent" }) });
  const app = await buildApp(node.deps);
  try {
    await app.ready();
    return `${JSON.stringify(app.swagger(), null, 2)}\n`;
  } finally {
    node.loop.stop();
    await app.close();
  }
}

if (import.meta.main) await writeFile(openApiFile, await openApiText());
