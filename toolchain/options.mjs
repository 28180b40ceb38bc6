import { parseArgs } from "node:util";
import { Problem } from "./problem.mjs";

/**
 * Reads a script's options; an unknown or malformed one is a {@link Problem} that names it.
 *
 * @param {string} script as its user types it, e.g. `npm start` @param {string[]} args
 * @param {Record<string, { type: "string" | "boolean", default?: string | boolean }>} options
 * @param {{ positionals?: boolean }} [settings]
 * @returns {{ values: Record<string, string | boolean | undefined>, positionals: string[] }}
 */
export function readOptions(script, args, options, { positionals = false } = {}) {
  const help = `see the options: ${script} -- --help`;
  /** @type {{ values: Record<string, any>, positionals: string[] }} */
  let parsed;
  try {
    parsed = parseArgs({ args, options: { help: { type: "boolean" }, ...options }, allowPositionals: positionals });
  } catch (error) {
    throw new Problem(`Reading the options of ${script}`, /** @type {Error} */ (error).message, [help]);
  }
  const stack = parsed.values.stack;
  if (typeof stack === "string" && !/^\w[\w.-]*(\/\w[\w.-]*){0,2}$/.test(stack)) {
    throw new Problem(`Reading the options of ${script}`, `"${stack}" can't be the name of a stack`, [
      "use letters, digits, '-', '_' and '.'",
    ]);
  }
  return parsed;
}
