/** Reads a stack file into the plan of its services, as `pulumi up` does; there is no Pulumi around. Pure. */
import { problemsError } from "@quorumkit/components";
import { readLocated, type LocatedDocument, type Problem } from "@quorumkit/schema";
import { planCompose, type ComposePlan } from "../../components/compose/spec.ts";
import { readStackFile } from "../stack-file.ts";

/** A plan, and what is unwise or left out. */
export interface StackPlan {
  planned: ComposePlan;
  warnings: string[];
}

const clusterKey = "quorumkit:cluster";
const overridesKey = "quorumkit:overrides";

/** Throws one error with every problem and its place in the file. */
export function readStackPlan(path: string, text: string): StackPlan {
  const document = readLocated(text, ["config", clusterKey]);
  requireSyntax(path, document);
  const config = configOf(document.value);
  requirePlainValues(path, text, config);
  const texts = Object.entries(config).map(([key, value]) => [key, JSON.stringify(value)]);
  const { args } = readStackFile({ path, text, config: Object.fromEntries(texts) as Record<string, string> });
  const { overrides, ...cluster } = args;
  const { value, errors, warnings } = planCompose({ ...cluster });
  if (value === undefined) throw locatedError(path, document, errors);
  const { kind } = value.spec.target;
  if (kind !== "compose") {
    const message = `kind must be compose where a compose file is written, got ${kind}`;
    const problem = { path: "target.kind", message, got: kind, want: "compose", rule: "compose-file-target" };
    throw locatedError(path, document, [{ severity: "error", ...problem }]);
  }
  return {
    planned: value,
    warnings: [
      ...warnings.map((warning) => `${placeOf(path, document, warning)}: ${warning.message}`),
      ...(overrides === undefined ? [] : [`${path}: ${overridesKey} change resources of Pulumi, not this file`]),
    ],
  };
}

/** One error of problems that a plan has, with their places in the file. */
export function locatedError(path: string, document: LocatedDocument, problems: readonly Problem[]): Error {
  return problemsError(
    path,
    problems,
    (problem) => placeOf(path, document, problem),
    (problem) => `${clusterKey}.${problem.path}`,
  );
}

/** A stack file that can be asked for places. */
export function locatedCluster(text: string): LocatedDocument {
  return readLocated(text, ["config", clusterKey]);
}

function placeOf(path: string, document: LocatedDocument, problem: Problem): string {
  const { line, column } = document.locate(problem.path);
  return `${path}:${line}:${column} ${problem.path === "" ? clusterKey : problem.path}`;
}

function requireSyntax(path: string, { syntaxErrors }: LocatedDocument): void {
  if (syntaxErrors.length === 0) return;
  const lines = syntaxErrors.map(({ line, column, message }) => `  ${path}:${line}:${column} ${message}`);
  throw new Error([`${path} is no YAML:`, ...lines].join("\n"));
}

function configOf(value: unknown): Record<string, unknown> {
  const config = isMap(value) ? value["config"] : undefined;
  return isMap(config) ? config : {};
}

/** Only Pulumi can decrypt, with the passphrase of the stack. */
function requirePlainValues(path: string, text: string, config: Readonly<Record<string, unknown>>): void {
  const found = listEncrypted(config[clusterKey], "");
  if (found.length === 0) return;
  const document = locatedCluster(text);
  const lines = found.map((option) => {
    const { line, column } = document.locate(option);
    return `  ${path}:${line}:${column} ${option} is encrypted (secure: …), and only Pulumi has its key`;
  });
  const fix =
    `name a file that holds the value where there is an option for it (security.admin_token_file), or write the value ` +
    `itself into a stack file of its own that only you can read`;
  throw new Error([`${path} can't be read without Pulumi:`, ...lines, `What to do: ${fix}.`].join("\n"));
}

function listEncrypted(value: unknown, path: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => listEncrypted(item, `${path}[${index}]`));
  }
  if (!isMap(value)) return [];
  if (typeof value["secure"] === "string" && Object.keys(value).length === 1) return [path];
  return Object.entries(value).flatMap(([key, item]) => listEncrypted(item, path === "" ? key : `${path}.${key}`));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
