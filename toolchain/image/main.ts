/** What `npm run images` runs on the pinned Node.js: builds the images, and says what they are. */
import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { runMain, startProgress } from "../scripts.ts";
import { buildImage, checkEngine, copyFromImage, type BuiltImage } from "./build.ts";
import { makeContext } from "./context.ts";
import { imageNames, imageTargets, type ImageTarget } from "./names.ts";

const output = join(import.meta.dirname, "..", "..", "dist");

await runMain(async () => {
  const { values } = parseArgs({ options: { target: { type: "string" }, "no-cache": { type: "boolean" } } });
  await checkEngine();
  const context = join(output, "image");
  await withProgress("bundling the program", () => makeContext(context));
  for (const target of imageTargets.filter((name) => values.target === undefined || name === values.target)) {
    const image = await withProgress(`building ${imageNames()[target]}`, (onProgress) =>
      buildImage({ target, context, fresh: values["no-cache"] === true, onProgress }),
    );
    describe(image, await writeSbom(target, image));
  }
  return 0;
});

async function withProgress<Result>(title: string, work: (update: (detail: string) => void) => Promise<Result>) {
  const progress = startProgress(title);
  try {
    const result = await work((detail) => {
      progress.update(detail);
    });
    progress.succeed();
    return result;
  } catch (error) {
    progress.clear();
    throw error;
  }
}

async function writeSbom(target: ImageTarget, { name }: BuiltImage): Promise<string> {
  const file = `quorumkit-${target}.cdx.json`;
  mkdirSync(output, { recursive: true });
  await copyFromImage(name, `/usr/share/sbom/${file}`, join(output, file));
  return join(output, file);
}

function describe({ name, id, size, layers }: BuiltImage, sbom: string): void {
  console.log(`${name}  ${(size / 1e6).toFixed(0)} MB`);
  console.log(`  image   ${id}`);
  for (const layer of layers) console.log(`  layer   ${layer}`);
  console.log(`  SBOM    ${relative(process.cwd(), sbom)}`);
}
