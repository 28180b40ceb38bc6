import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/**
 * A folder that is gone after the test, holding these files (path: content).
 *
 * @param {import("node:test").TestContext} context @param {Record<string, string>} files @returns {string}
 */
export function temporaryFolder(context, files = {}) {
  const folder = mkdtempSync(join(tmpdir(), "quorumkit-toolchain-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) writeFile(join(folder, path), content);
  return folder;
}

/** @param {string} file @param {string} content a script (`#!`) is made executable */
export function writeFile(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content, { mode: content.startsWith("#!") ? 0o755 : 0o644 });
}
