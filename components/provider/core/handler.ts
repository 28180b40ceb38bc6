/** What a resource of the provider has to be able to do. The gRPC side is in server.ts. */

/** Property values as the engine has them, secrets already unwrapped. */
export type Properties = Record<string, unknown>;

/** A property that can't have the value it was given. */
export interface CheckFailure {
  property: string;
  reason: string;
}

/** How a property will change. Paths are those of the engine, for example `config.monitoring.log_level`. */
export interface PropertyChange {
  path: string;
  kind: "add" | "delete" | "update" | "replace";
  /** True where the inputs differ, false where the world no longer is as recorded. */
  input: boolean;
}

/** What an update would do. */
export interface Difference {
  changes: PropertyChange[];
  /** One line for each thing that will happen, shown under the resource in the preview. */
  notes: string[];
}

/** What a handler is told beside the properties. */
export interface Context {
  urn: string;
  /** Writes a line under the resource, in previews and updates alike. */
  log: (severity: "info" | "warning", message: string) => Promise<void>;
  /** Aborted when the user cancels. */
  signal: AbortSignal;
}

/** A resource as it was found. */
export interface Found {
  state: Properties;
  inputs: Properties;
}

/** One kind of resource. Unknown inputs never reach it, but for `check`, where they are left out. */
export interface Handler {
  /** Properties that are secret whatever their inputs were. */
  secrets: readonly string[];
  /** Properties that are known after an update only. */
  outputs: readonly string[];
  /** Refuses inputs before anything happens, in previews too. `olds` are the last inputs, undefined for a new resource. */
  check?: (context: Context, olds: Properties | undefined, news: Properties) => Promise<CheckFailure[]>;
  /** Compares what is recorded, and what is really there, with new inputs. */
  diff: (context: Context, id: string, old: Properties, news: Properties) => Promise<Difference>;
  /**
   * Outputs of an update that a preview can know already, so that what depends on them is previewed in full; parts that
   * it can't know are `unknownValue`. Without it all outputs are unknown.
   */
  foresee?: (old: Properties, news: Properties) => Properties;
  create: (context: Context, inputs: Properties) => Promise<{ id: string; state: Properties }>;
  /** Looks at what is there; `old` is empty on an import. Undefined where there is nothing. */
  read: (context: Context, id: string, old: Properties) => Promise<Found | undefined>;
  update: (context: Context, id: string, old: Properties, news: Properties) => Promise<Properties>;
  delete: (context: Context, id: string, old: Properties) => Promise<void>;
}
