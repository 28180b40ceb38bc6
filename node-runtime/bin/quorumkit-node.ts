#!/usr/bin/env node
/** The command `quorumkit-node`. What it does is in cli/; this only sees to the Node.js that runs it. */
const args = process.argv.slice(2);
const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(`quorumkit-node: needs Node.js 24 or later, this is ${process.version}\n`);
  process.exitCode = 1;
} else {
  if (args[0] === "start") {
    const { becomeTunedProcess } = await import("../cli/tuned-process.ts");
    becomeTunedProcess(args);
  }
  const { main } = await import("../cli/main.ts");
  process.exitCode = await main(args);
}
