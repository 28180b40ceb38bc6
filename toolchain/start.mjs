// `npm start`: from a fresh clone to a running node.
import process from "node:process";
import { root } from "./environment.mjs";
import { readOptions } from "./options.mjs";
import { checkNodeVersion, ensurePackages } from "./packages.mjs";
import { Problem, runMain } from "./problem.mjs";
import { capture, runInForeground } from "./process.mjs";
import { checkStackFile, openStack, readOutputs } from "./stack.mjs";
import { formatDuration, style } from "./terminal.mjs";

const help = `npm start [-- options]: installs what is missing, then runs \`pulumi up\` for one stack.

  --stack NAME   the stack to bring up, stacks/Pulumi.NAME.yaml (default: dev)
  --json         print the stack's outputs as JSON on stdout, and everything else on stderr
  --help         print this

Run it again at any time: it changes only what differs, and starts a node that has died. Stop: npm run stop`;

/** No refresh: the provider looks at the processes themselves each time, so a node that died is started by a plain up. */
const upFlags = ["--yes", "--skip-preview"];

/** @param {string} message */
function say(message) {
  process.stderr.write(`${style("dim", message)}\n`);
}

/** @param {{ cli: string, env: NodeJS.ProcessEnv }} pulumi @param {string} stack @param {boolean} json */
async function bringUp({ cli, env }, stack, json) {
  const select = await capture(cli, ["stack", "select", stack, "--create", "--non-interactive"], { cwd: root, env });
  if (select.code !== 0) throw stackProblem(`Creating the stack "${stack}"`, select.stderr);
  const code = await runInForeground(cli, ["up", "--stack", stack, ...upFlags], {
    cwd: root,
    env,
    stdout: json ? 2 : "inherit",
  });
  if (code === 0) return;
  throw new Problem(`\`pulumi up\` of stack "${stack}"`, `it ended with ${code}; its own output above says why`, [
    "put right what it names, then run this again: what is up already stays up",
  ]);
}

/** @param {string} step @param {string} stderr */
function stackProblem(step, stderr) {
  const remedies = /incorrect passphrase/.test(stderr)
    ? [
        "the stack file's `encryptionsalt` belongs to another passphrase: set PULUMI_CONFIG_PASSPHRASE(_FILE) to that one",
        "or, if it has no secrets yet, delete its `encryptionsalt` line and run this again",
      ]
    : ["put right what it names, then run this again"];
  return new Problem(step, stderr.trim(), remedies);
}

/** @param {Record<string, unknown>} outputs @param {string} stack @param {number} started */
function printSummary(outputs, stack, started) {
  const stop = stack === "dev" ? "npm run stop" : `npm run stop -- --stack ${stack}`;
  const tryIt = outputs.tryIt ?? (outputs.address && `curl -fsS ${outputs.address}/api/v1/ready`);
  const kept = outputs.dataDirectory
    ? style("dim", `  (the data stays in ${outputs.dataDirectory})`, process.stdout)
    : "";
  const lines = [
    ["address", outputs.addresses ?? outputs.address],
    ["status page", outputs.statusPages ?? outputs.statusPage],
    ["metrics", outputs.metricsAddresses ?? outputs.metricsAddress],
    ["try it", tryIt],
    ["stop it", `${stop}${kept}`],
  ].filter(([, value]) => value !== undefined);
  console.log(
    `\n${style("green", `Stack ${stack} is up`, process.stdout)} after ${formatDuration(Date.now() - started)}.`,
  );
  for (const [label, value] of lines) console.log(`  ${String(label).padEnd(13)}${[value].flat().join("  ")}`);
}

await runMain(async () => {
  const started = Date.now();
  const { values } = readOptions("npm start", process.argv.slice(2), {
    stack: { type: "string", default: "dev" },
    json: { type: "boolean", default: false },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const [stack, json] = [String(values.stack), values.json === true];
  checkNodeVersion();
  checkStackFile(stack);
  await ensurePackages(root);
  const pulumi = await openStack(stack, say);
  await bringUp(pulumi, stack, json);
  const outputs = await readOutputs(pulumi, stack);
  if (json) console.log(JSON.stringify(outputs, null, 2));
  else printSummary(outputs, stack, started);
  return 0;
});
