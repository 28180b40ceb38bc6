/** The commands and their help. */
import { systemNames } from "@quorumkit/schema";
import { Command, InvalidArgumentError, Option } from "commander";
import { version } from "../node/version.ts";
import { balanceCommand } from "./balance.ts";
import { checkCommand } from "./check.ts";
import { importCommand, type ImportRequest } from "./import.ts";
import type { Output } from "./output.ts";
import { reloadCommand } from "./reload.ts";
import { resetCommand } from "./reset.ts";
import { startCommand } from "./start.ts";
import { validateCommand } from "./validate.ts";

const name = "quorumkit-node";

/** Builds the program. Nothing exits the process: what commander would exit with is thrown. */
export function buildProgram(output: Output): Command {
  const program = new Command(name)
    .description("One node of a quorumkit cluster: runs it, and checks and changes its config.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        output.out(text.trimEnd());
      },
      writeErr: (text) => {
        output.err(text.trimEnd());
      },
    })
    .showHelpAfterError(`(${name} --help says more)`)
    .addHelpText("after", examples([`start --config node.yaml`, `validate-config --config node.yaml`]))
    .addHelpText("after", "\nExit codes: 0 done, 1 failed, 2 bad command line, 78 bad config file.");

  program
    .command("start")
    .description("Run the node until SIGTERM or SIGINT. SIGHUP reads the config file again.")
    .requiredOption(
      "-c, --config <file>",
      "config file (YAML or JSON); environment variables such as NODE_ID, PORT and DATA_DIR win over it",
    )
    .addHelpText(
      "after",
      examples(["start --config /etc/quorumkit/node.yaml", "start --config node.yaml", "start -c node.json"]),
    )
    .action(async ({ config }: { config: string }) => startCommand({ config }, output));

  program
    .command("balance")
    .description("Run the load balancer: nginx, and who gets its requests. SIGHUP reads the config files again.")
    .requiredOption("-c, --config <file>", "config file of the balancer")
    .addHelpText("after", examples(["balance --config /etc/quorumkit/balancer.yaml"]))
    .action(async ({ config }: { config: string }) => balanceCommand({ config }));

  program
    .command("validate-config")
    .description("Say everything that is wrong with a config file.")
    .requiredOption("-c, --config <file>", "config file")
    .option("--with-environment", "lay the environment variables over it, as start does", false)
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["validate-config --config node.yaml", "validate-config --config node.yaml --json"]))
    .action(async (options: { config: string; withEnvironment: boolean }) => validateCommand(options, output));

  program
    .command("check-config")
    .description("List what a new config file changes, and what each change does to a running node.")
    .requiredOption("--current <file>", "config file of now")
    .requiredOption("--new <file>", "config file to compare it with")
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["check-config --current node.yaml --new node.new.yaml"]))
    .action(async (options: { current: string; new: string }) => checkCommand(options, output));

  program
    .command("reload-config")
    .description("Have the running node read its config file again. Only hot options may differ; else nothing changes.")
    .requiredOption("-c, --config <file>", "the node's config file, which also says where it listens")
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["reload-config --config node.yaml"]))
    .action(async (options: { config: string }) => reloadCommand(options, output));

  program
    .command("reset-config")
    .description("Write the defaults of a section into the config file, keeping its comments, and reload the node.")
    .requiredOption("-c, --config <file>", "the node's config file")
    .requiredOption("--component <name>", "section to reset, for example fault-tolerance or consensus")
    .option("--allow-restart", "also reset options that only a restart applies", false)
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["reset-config --config node.yaml --component fault-tolerance"]))
    .action(async (options: { config: string; component: string; allowRestart: boolean }) =>
      resetCommand(options, output),
    );

  program
    .command("import-config")
    .description(
      "Turn a config file of OllamaMax, Coordinator, Grape or MAIF into a stack file, and say what became of each key.",
    )
    .requiredOption("-c, --config <file>", "the config file (YAML or JSON)")
    .addOption(
      new Option("--format <system>", "what the file is; recognised by its keys where not given").choices(systemNames),
    )
    .option("--name <name>", "name of the cluster, where the file has none")
    .option("--members <number>", "number of members, where the file does not say", wholeNumber)
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["import-config --config node1_config.json > stacks/Pulumi.imported.yaml"]))
    .action(async (options: ImportRequest) => importCommand(options, output));

  return program;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${name} ${line}`).join("\n")}`;
}
