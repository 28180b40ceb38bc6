// A reporter for `node --test` that writes one JSON object a line for each result, for toolchain/testing/node-tests.mjs.
import { inspect } from "node:util";

/** The text of a failure: the error that the test threw, not node:test's wrapper around it. @param {any} error */
function describe(error) {
  const cause = error?.cause ?? error;
  return cause instanceof Error ? inspect(cause, { depth: 4 }) : String(cause?.message ?? cause);
}

/** @param {AsyncIterable<{ type: string, data: any }>} source */
export default async function* report(source) {
  /** @type {string[]} */
  const path = [];
  for await (const { type, data } of source) {
    if (type === "test:start") path.splice(data.nesting, Infinity, data.name);
    if (type === "test:stderr") yield `${JSON.stringify({ kind: "stderr", file: data.file, text: data.message })}\n`;
    // Those without a file are the runner's own.
    if (type === "test:diagnostic" && data.file) yield `${JSON.stringify({ kind: "note", text: data.message })}\n`;
    if (type !== "test:pass" && type !== "test:fail") continue;
    const name = [...path.slice(0, data.nesting), data.name].join(" > ");
    const result = { name, file: data.file, milliseconds: data.details?.duration_ms };
    if (data.skip !== undefined || data.todo !== undefined) {
      yield `${JSON.stringify({ kind: "skipped", ...result, reason: data.skip || data.todo })}\n`;
    } else if (type === "test:pass") {
      if (data.details?.type !== "suite") yield `${JSON.stringify({ kind: "passed", ...result })}\n`;
    } else if (data.details?.error?.failureType !== "subtestsFailed") {
      yield `${JSON.stringify({ kind: "failed", ...result, error: describe(data.details?.error) })}\n`;
    }
  }
}
