/** A data directory that this node must not use. */

/** The directory holds the data of another node, cluster, system or engine. The message says what to do. */
export class ForeignDataError extends Error {
  override readonly name = "ForeignDataError";
  readonly code = "foreign-data";
}
