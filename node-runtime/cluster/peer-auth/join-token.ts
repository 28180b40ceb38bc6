/** The secret that the nodes of a cluster share. It never travels: nodes sign with it. */
import type { NodeConfig } from "@quorumkit/schema";
import { readText } from "../../config/file.ts";
import { ConfigError, fileProblem } from "../../config/problems.ts";

/**
 * The join token of the config, or of the file that it names; undefined for a node that shares none.
 * @throws ConfigError
 */
export async function readJoinToken({
  joinToken,
  joinTokenFile,
}: Pick<NodeConfig["cluster"], "joinToken" | "joinTokenFile">): Promise<string | undefined> {
  if (joinToken !== undefined || joinTokenFile === undefined) return joinToken;
  const token = (await readText(joinTokenFile, 4096)).trim();
  if (/^[\x21-\x7e]{32,512}$/.test(token)) return token;
  const want = "32 to 512 printable ASCII characters without spaces, alone in the file";
  throw new ConfigError([
    { ...fileProblem(joinTokenFile, "holds no join token", want), path: "cluster.join_token_file", rule: "format" },
  ]);
}
