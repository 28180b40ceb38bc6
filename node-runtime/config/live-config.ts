/** The config of now: what is hot can be replaced while the node runs, all of it or nothing. */
import { listChanges, nodeConfigSchema, type Change, type NodeConfig } from "@quorumkit/schema";
import type { Credentials } from "./credentials.ts";
import type { LoadedConfig } from "./load.ts";
import { ConfigError, describeLocated } from "./problems.ts";
import { reasonOf } from "./file.ts";

/** How the latest reload went. */
export interface LastReload {
  ok: boolean;
  at: Date;
  /** Why it was refused; absent where it was not. */
  error?: string;
}

/** What a reload did. */
export type ReloadResult =
  | { outcome: "applied"; changes: readonly Change[]; generation: number }
  | { outcome: "unchanged"; generation: number }
  /** `changes` are those that a reload can't make. */
  | { outcome: "not-hot"; changes: readonly Change[]; message: string }
  | { outcome: "invalid"; error: ConfigError; message: string };

/** Told after each reload that was not refused, in the order of subscription; `changes` may be empty. */
export type ConfigListener = (config: NodeConfig, changes: readonly Change[]) => void;

/** Where reloads are written down. */
interface ReloadLog {
  info: (fields: Record<string, unknown>, message: string) => void;
  error: (fields: Record<string, unknown>, message: string) => void;
}

export class LiveConfig {
  #loaded: LoadedConfig;
  #generation = 1;
  #lastReload: LastReload | null = null;
  #reloading: Promise<ReloadResult> | null = null;
  readonly #load: () => Promise<LoadedConfig>;
  readonly #log: ReloadLog;
  readonly #now: () => number;
  readonly #listeners = new Set<ConfigListener>();
  readonly #reloadListeners = new Set<() => void>();

  constructor(
    loaded: LoadedConfig,
    options: { load: () => Promise<LoadedConfig>; log: ReloadLog; now?: () => number },
  ) {
    this.#loaded = loaded;
    this.#load = options.load;
    this.#log = options.log;
    this.#now = options.now ?? Date.now;
  }

  get current(): NodeConfig {
    return this.#loaded.config;
  }

  get credentials(): Credentials {
    return this.#loaded.credentials;
  }

  get checksum(): string {
    return this.#loaded.checksum;
  }

  /** 1 at start, one more with each reload that changed something. */
  get generation(): number {
    return this.#generation;
  }

  get lastReload(): LastReload | null {
    return this.#lastReload;
  }

  /** @returns what ends the subscription */
  subscribe(listener: ConfigListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Told at each reload, before the source is read: also where it is then refused. @returns what ends the subscription */
  onReload(listener: () => void): () => void {
    this.#reloadListeners.add(listener);
    return () => this.#reloadListeners.delete(listener);
  }

  /**
   * Reads the source again and takes it over if only hot options differ. Calls that come during a reload wait for it
   * and then read again, since the file may have changed in between. Never throws for a bad config.
   */
  async reload(): Promise<ReloadResult> {
    const before = this.#reloading;
    const mine = (before ?? Promise.resolve()).then(() => this.#reloadNow());
    this.#reloading = mine;
    try {
      return await mine;
    } finally {
      if (this.#reloading === mine) this.#reloading = null;
    }
  }

  async #reloadNow(): Promise<ReloadResult> {
    for (const listener of this.#reloadListeners) listener();
    let loaded: LoadedConfig;
    try {
      loaded = await this.#load();
    } catch (error) {
      const known = error instanceof ConfigError ? error : new ConfigError([unexpected(error)]);
      const message = `the config is not valid: ${known.problems.map(describeLocated).join("; ")}`;
      this.#refused(message, {});
      return { outcome: "invalid", error: known, message };
    }
    const changes = listChanges(nodeConfigSchema, this.#loaded.config, loaded.config);
    const fixed = changes.filter(({ apply }) => apply !== "hot");
    if (fixed.length > 0) {
      const message = `needs a restart: ${fixed.map(({ path, apply }) => `${path} (${apply})`).join(", ")}; nothing was changed`;
      this.#refused(message, { changes: fixed });
      return { outcome: "not-hot", changes: fixed, message };
    }
    return this.#apply(loaded, changes);
  }

  #apply(loaded: LoadedConfig, changes: readonly Change[]): ReloadResult {
    // Listeners are told even where the config is the same: the credential files may have changed.
    this.#loaded = loaded;
    this.#lastReload = { ok: true, at: new Date(this.#now()) };
    if (changes.length > 0) this.#generation += 1;
    const generation = this.#generation;
    this.#log.info(
      { generation, checksum: loaded.checksum, changes },
      changes.length === 0 ? "config reloaded; nothing changed" : "config reloaded",
    );
    for (const listener of this.#listeners) listener(loaded.config, changes);
    return changes.length === 0 ? { outcome: "unchanged", generation } : { outcome: "applied", changes, generation };
  }

  #refused(message: string, fields: Record<string, unknown>): void {
    this.#lastReload = { ok: false, at: new Date(this.#now()), error: message };
    this.#log.error({ ...fields, reason: message }, "config reload refused");
  }
}

function unexpected(error: unknown) {
  return {
    severity: "error" as const,
    path: "",
    where: "reload",
    message: reasonOf(error),
    want: "a config that can be loaded",
    rule: "file",
  };
}
