/** `validate-config`: every problem of a file at once. */
import { configChecksum } from "@quorumkit/schema";
import { checkConfig } from "../config/load.ts";
import { printResult, problemDocumentOf, problemLines, type Output } from "./output.ts";

/** @throws ConfigError */
export async function validateCommand(
  { config: file, withEnvironment }: { config: string; withEnvironment: boolean },
  output: Output,
): Promise<void> {
  const { config, warnings } = await checkConfig({ file, ...(withEnvironment ? { environment: process.env } : {}) });
  if (warnings.length > 0) output.err(problemLines(output, warnings));
  const checksum = configChecksum(config);
  printResult(
    output,
    { ok: true, file, checksum, problems: warnings.map(problemDocumentOf) },
    `${file} is valid: node ${config.node.id}, system ${config.system}, checksum ${checksum.slice(0, 12)}`,
  );
}
