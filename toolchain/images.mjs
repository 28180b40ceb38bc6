// `npm run images`: builds the container images of the node and of the load balancer.
import { join } from "node:path";
import process from "node:process";
import { pinnedPath, root } from "./environment.mjs";
import { readOptions } from "./options.mjs";
import { checkNodeVersion, ensurePackages } from "./packages.mjs";
import { Problem, runMain } from "./problem.mjs";
import { runInForeground } from "./process.mjs";
import { pinnedNode } from "./testing/phases.mjs";

const help = `npm run images [-- options]: builds the container images of this project by docker, with etcd of the
toolchain inside, and writes what they are made of to dist/*.cdx.json (CycloneDX).

  --target NAME  builds one of them: node or load-balancer
  --no-cache     builds every step again; without it unchanged steps are taken over
  --help         print this

BASE and SNAPSHOT of node-runtime/Dockerfile pin what Debian has; SOURCE_DATE_EPOCH sets the time of files.`;

const targets = ["node", "load-balancer"];

await runMain(async () => {
  const { values } = readOptions("npm run images", process.argv.slice(2), {
    target: { type: "string" },
    "no-cache": { type: "boolean" },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const { target } = values;
  if (target !== undefined && !targets.includes(String(target))) {
    throw new Problem("Reading the options of npm run images", `--target: there is no image ${target}`, [
      `choose from: ${targets.join(", ")}`,
    ]);
  }
  checkNodeVersion();
  await ensurePackages(root);
  const options = [...(target ? ["--target", String(target)] : []), ...(values["no-cache"] ? ["--no-cache"] : [])];
  return runInForeground(pinnedNode(root), [join(root, "toolchain", "image", "main.ts"), ...options], {
    cwd: root,
    env: { ...process.env, PATH: pinnedPath(process.env) },
  });
});
