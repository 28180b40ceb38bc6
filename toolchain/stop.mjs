// `npm run stop`: takes down what `npm start` brought up, and keeps its data.
import process from "node:process";
import { root } from "./environment.mjs";
import { readOptions } from "./options.mjs";
import { checkNodeVersion, ensurePackages } from "./packages.mjs";
import { Problem, runMain } from "./problem.mjs";
import { capture, runInForeground } from "./process.mjs";
import { openStack, readOutputs } from "./stack.mjs";
import { style } from "./terminal.mjs";

const help = `npm run stop [-- options]: runs \`pulumi destroy\` for one stack; the data of its nodes is kept.

  --stack NAME   the stack to take down (default: dev)
  --help         print this`;

await runMain(async () => {
  const { values } = readOptions("npm run stop", process.argv.slice(2), { stack: { type: "string", default: "dev" } });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const stack = String(values.stack);
  checkNodeVersion();
  await ensurePackages(root);
  const pulumi = await openStack(stack, (message) => process.stderr.write(`${style("dim", message)}\n`));
  const select = await capture(pulumi.cli, ["stack", "select", stack, "--non-interactive"], {
    cwd: root,
    env: pulumi.env,
  });
  if (select.code !== 0 && /no stack named/.test(select.stderr)) {
    console.log(`There is no stack ${stack}: nothing to stop.`);
    return 0;
  }
  if (select.code !== 0) throw new Problem(`Choosing the stack "${stack}"`, select.stderr.trim(), []);
  const outputs = await readOutputs(pulumi, stack);
  const code = await runInForeground(pulumi.cli, ["destroy", "--yes", "--skip-preview", "--stack", stack], {
    cwd: root,
    env: pulumi.env,
  });
  if (code !== 0) {
    throw new Problem(
      `\`pulumi destroy\` of stack "${stack}"`,
      `it ended with ${code}; its own output above says why`,
      ["put right what it names, then run this again"],
    );
  }
  const start = stack === "dev" ? "npm start" : `npm start -- --stack ${stack}`;
  const kept = outputs.dataDirectory ? ` Its data is kept in ${outputs.dataDirectory}.` : " Its data is kept.";
  console.log(`\n${style("green", `Stack ${stack} is down.`, process.stdout)}${kept} Start again: ${start}`);
  return 0;
});
