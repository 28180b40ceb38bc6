/** `npm run compose-file`: writes the cluster of a stack file as a compose file, or as a stack of a Docker swarm. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  composeFile,
  labelCommands,
  swarmProblems,
  swarmStack,
  unpublishedPorts,
  updateCommands,
} from "../components/compose-file/index.ts";
import type { ServicePlan } from "../components/plan/service.ts";
import {
  claimDirectory,
  closeDirectory,
  openDirectory,
  writeDirectory,
  type OutputDirectory,
} from "./write-compose/directory.ts";
import { materialsDirectory, provideMaterials, provideNameKey } from "./write-compose/materials.ts";
import { locatedCluster, locatedError, readStackPlan } from "./write-compose/stack-plan.ts";

const help = `npm run compose-file -- --stack STACK --output DIR [options]

Writes the cluster of stacks/Pulumi.STACK.yaml (target.kind: compose) as DIR/compose.yaml, with all files that it mounts.
Tokens and certificates are made once and kept in DIR. See docs/compose-file.md.

  --stack STACK  the stack file
  --output DIR   an empty directory, none yet, or that of an earlier run
  --swarm        writes DIR/stack.yaml, for docker stack deploy, instead
  --json         prints what was written as JSON
  --help         prints this
`;

/** Where a run reads and writes. */
export interface Surroundings {
  /** Directory of the stack files. */
  stacks: string;
  print: (text: string) => void;
  printError: (text: string) => void;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** What a run did, as `--json` prints it. */
interface Report {
  directory: string;
  main: string;
  files: { path: string; secret: boolean }[];
  /** Lines for a shell. */
  commands: { start: string; update: string[]; stop: string };
  /** What has to be done by hand before the start. */
  before: string[];
  notes: string[];
}

interface Options {
  stack: string;
  output: string;
  swarm: boolean;
  json: boolean;
}

/** Runs the command. Gives the exit code: 0, 1 where it failed, 2 where it was called wrongly. */
export async function writeCompose(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const { print, printError } = surroundings;
  const options = readOptions(args);
  if (options === "help") {
    print(help);
    return 0;
  }
  if (typeof options === "string") {
    printError(`compose-file: ${options}\nTry: npm run compose-file -- --help\n`);
    return 2;
  }
  try {
    const report = await write(options, surroundings);
    print(options.json ? `${JSON.stringify(report, null, 2)}\n` : describe(report));
    return 0;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    printError(`compose-file: ${message.replace(/^pulumi\.InputPropertiesError: /, "")}\n`);
    return 1;
  }
}

async function write({ stack, output, swarm }: Options, { stacks, printError, now }: Surroundings): Promise<Report> {
  const shown = join("stacks", `Pulumi.${stack}.yaml`);
  const text = readStack(join(stacks, `Pulumi.${stack}.yaml`), shown);
  const { planned, warnings } = readStackPlan(shown, text);
  for (const warning of warnings) printError(`compose-file: warning: ${warning}\n`);
  const { services } = planned;
  const problems = swarm ? swarmProblems(services) : [];
  if (problems.length > 0) throw locatedError(shown, locatedCluster(text), problems);

  const path = resolve(output);
  const kind = swarm ? "swarm" : "compose";
  const directory = await openDirectory(path, { cluster: services.cluster, kind });
  await claimDirectory(directory);
  const kept = join(path, materialsDirectory);
  await closeDirectory(kept);
  const { texts, notes } = await provideMaterials(kept, planned, now);
  const files = swarm
    ? swarmStack(services, { texts, nameKey: await provideNameKey(kept) }, planned.spec.resources.requests)
    : composeFile(services, { texts });
  await writeDirectory(directory, files);
  return {
    directory: path,
    main: files.main,
    files: files.files.map((file) => ({ path: file.path, secret: file.secret })),
    commands: commandsOf(directory, files.main, services),
    before: swarm ? labelCommands(services) : [],
    notes: swarm
      ? [
          ...notes,
          ...unpublishedPorts(services).map(
            ({ service, port }) =>
              `port ${port} of ${service} isn't published: a swarm can't do so on the loopback address alone`,
          ),
        ]
      : notes,
  };
}

function readStack(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error(`there is no ${shown}: --stack names the part between Pulumi. and .yaml`, { cause: error });
  }
}

function commandsOf({ path, purpose }: OutputDirectory, main: string, plan: ServicePlan): Report["commands"] {
  const file = quoted(join(path, main));
  if (purpose.kind === "swarm") {
    const deploy = `docker stack deploy --compose-file ${file} ${purpose.cluster}`;
    return { start: deploy, update: [deploy], stop: `docker stack rm ${purpose.cluster}` };
  }
  return {
    start: `docker compose --file ${file} up --detach --wait`,
    update: updateCommands(plan, file),
    stop: `docker compose --file ${file} down`,
  };
}

function describe({ directory, files, commands, before, notes }: Report): string {
  const block = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
  return [
    `Wrote ${files.length} files to ${directory}:`,
    ...files.map(({ path, secret }) => `  ${path}${secret ? " (secret)" : ""}`),
    ...block("Notes:", notes),
    ...block("Once, with the names of machines of the swarm:", before),
    ...block("Start:", [commands.start]),
    ...block("Take over changes, of a cluster that runs:", chained(commands.update)),
    ...block("Stop; the data stays in its volumes:", [commands.stop]),
    "",
  ].join("\n");
}

/** Commands of which each is run only where the one before it went well. */
function chained(commands: readonly string[]): string[] {
  return commands.map((command, index) => (index === commands.length - 1 ? command : `${command} &&`));
}

/** The options, `help`, or what is wrong with them. */
function readOptions(args: readonly string[]): Options | string {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        stack: { type: "string" },
        output: { type: "string" },
        swarm: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }));
  } catch (error) {
    return (error as Error).message;
  }
  const { stack, output, swarm, json } = values;
  if (values.help) return "help";
  if (stack === undefined || output === undefined) {
    return `${stack === undefined ? "--stack" : "--output"} is required`;
  }
  if (!/^\w[\w.-]*$/.test(stack)) return `--stack must be the name of a stack, got ${JSON.stringify(stack)}`;
  if (output === "") return "--output must be a directory, got nothing";
  return { stack, output, swarm, json };
}

/** A word for a shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

if (process.argv[1] === import.meta.filename) {
  process.exitCode = await writeCompose(process.argv.slice(2), {
    stacks: import.meta.dirname,
    print: (text) => process.stdout.write(text),
    printError: (text) => process.stderr.write(text),
    now: Date.now,
  });
}
