/** `reload-config`: has the running node read its file again. */
import { realpath } from "node:fs/promises";
import type { Change, NodeConfig } from "@quorumkit/schema";
import { checkConfig } from "../config/load.ts";
import { describeChanges } from "./check.ts";
import { CommandError, exitCode } from "./exit-codes.ts";
import { postToNode } from "./node-client.ts";
import { printResult, problemLines, type Output } from "./output.ts";

/** What the node answers to a reload. */
interface ReloadAnswer {
  outcome: "applied" | "unchanged";
  changes: Change[];
  generation: number;
  checksum: string;
  file: string;
}

/** @throws ConfigError when the file isn't valid; CommandError when the node doesn't answer or refuses */
export async function reloadCommand({ config: file }: { config: string }, output: Output): Promise<void> {
  const { config, warnings } = await checkConfig({ file, environment: process.env });
  if (warnings.length > 0) output.err(problemLines(output, warnings));
  const answer = await reloadNode(config, file);
  const text = [describeChanges(answer.changes, output), `generation ${answer.generation}`].join("\n");
  printResult(output, { ok: true, ...answer }, text);
}

/** Asks the node to reload. @throws CommandError */
export async function reloadNode(config: NodeConfig, file: string): Promise<ReloadAnswer> {
  const { status, body } = await postToNode(config, "/api/v1/config/reload");
  if (status !== 200) {
    const detail = typeof body["detail"] === "string" ? body["detail"] : `the node answered ${status}`;
    throw new CommandError(detail, exitCode.failure, { problem: body });
  }
  const answer = body as unknown as ReloadAnswer;
  if ((await samePath(answer.file, file)) === false) {
    const message = `the node reads ${answer.file}, not ${file}; copy the new config there and reload again`;
    throw new CommandError(message, exitCode.failure, { file: answer.file });
  }
  return answer;
}

/** Undefined where the node's file can't be seen from here. */
async function samePath(left: string, right: string): Promise<boolean | undefined> {
  const found = await Promise.all([left, right].map((path) => realpath(path).catch(() => undefined)));
  return found[0] === undefined ? undefined : found[0] === found[1];
}
