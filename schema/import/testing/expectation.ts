/** What a fixture is expected to become. */
import type { ImportOptions } from "../import-config.ts";

/** What a fixture imports as. */
export interface Expectation {
  /** What the import is told beside the file. */
  options?: ImportOptions;
  /** Values by their paths in the spec. */
  values: Readonly<Record<string, unknown>>;
  /** Paths that the spec doesn't have. */
  without?: readonly string[];
}
