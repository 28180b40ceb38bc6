import { join } from "node:path";
import process from "node:process";
import { executableName } from "./locate.mjs";
import { provideBuilt } from "./provide-tool.mjs";
import { checkerTool } from "./tools.mjs";

/**
 * The checker of histories: the one that QUORUMKIT_LINEARIZABILITY_CHECKER names, else built.
 *
 * @returns {Promise<string>} the program
 */
export async function provideChecker() {
  return (
    process.env.QUORUMKIT_LINEARIZABILITY_CHECKER ||
    join(await provideBuilt(checkerTool, []), executableName(checkerTool.name))
  );
}
