/** Import of the config files that the guides describe. */
export { importConfig } from "./import-config.ts";
export type { ImportOptions } from "./import-config.ts";
export type { Imported, ImportFormat, ImportNote, ImportProblem, Mapping } from "./types.ts";
