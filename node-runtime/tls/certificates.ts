/** Certificate files that are followed while the node runs: a changed file is taken over, a broken one is not. */
import { watch, type FSWatcher } from "node:fs";
import { dirname } from "node:path";
import type { Logger } from "pino";
import { reasonOf } from "../config/file.ts";
import { readMaterial, type CertificateMaterial, type CertificatePaths } from "./material.ts";

/** What is followed and for whom. */
export interface CertificateSettings {
  /** What the certificate is for: `api`, `p2p`, … */
  use: string;
  /** The group's path in the config, for example `api.tls`. */
  option: string;
  paths: CertificatePaths;
  log: Pick<Logger, "info" | "warn" | "error">;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Certificate and key are two files: after a change the other one is waited for. */
const settleMilliseconds = 250;
/** Some file systems tell of no changes. */
const checkMilliseconds = 10 * 60_000;

export class CertificateFiles {
  readonly use: string;
  readonly #settings: CertificateSettings;
  readonly #listeners = new Set<(material: CertificateMaterial) => void>();
  readonly #watchers: FSWatcher[] = [];
  readonly #timer: NodeJS.Timeout;
  #current: CertificateMaterial;
  #settling: NodeJS.Timeout | undefined;
  #checking: Promise<boolean> = Promise.resolve(false);
  #refused = "";

  /** Reads the files and follows them from then on. @throws Error that names the option and the file */
  static async open(settings: CertificateSettings): Promise<CertificateFiles> {
    const material = await readMaterial(settings.option, settings.paths);
    return new CertificateFiles(settings, material);
  }

  private constructor(settings: CertificateSettings, material: CertificateMaterial) {
    this.use = settings.use;
    this.#settings = settings;
    this.#current = material;
    const files = Object.values(settings.paths).filter((path): path is string => typeof path === "string");
    for (const directory of new Set(files.map((path) => dirname(path)))) this.#follow(directory);
    this.#timer = setInterval(() => void this.check(), checkMilliseconds);
    this.#timer.unref();
  }

  /** What to use now. */
  get current(): CertificateMaterial {
    return this.#current;
  }

  get notAfter(): Date {
    return this.#current.notAfter;
  }

  /** @returns what ends the subscription */
  onChange(listener: (material: CertificateMaterial) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads the files again. @returns whether others are used now; never throws */
  check(): Promise<boolean> {
    this.#checking = this.#checking.then(() => this.#checkNow());
    return this.#checking;
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
    for (const watcher of this.#watchers) watcher.close();
    this.#listeners.clear();
  }

  async #checkNow(): Promise<boolean> {
    const { option, paths, log, now, use } = this.#settings;
    try {
      const found = await readMaterial(option, paths);
      if (found.digest === this.#current.digest) return false;
      if (found.notAfter.getTime() <= now() && this.notAfter.getTime() > now()) {
        throw new Error(`${option}.cert_file: ${paths.certFile ?? ""} has expired at ${found.notAfter.toISOString()}`);
      }
      this.#current = found;
      this.#refused = "";
      log.info({ use, not_after: found.notAfter.toISOString() }, "certificate taken over");
      for (const listener of this.#listeners) listener(found);
      return true;
    } catch (error) {
      const reason = reasonOf(error);
      // Said once for each thing that is wrong, not at each look.
      if (reason !== this.#refused) log.error({ use, reason }, "changed certificate refused; the old one is kept");
      this.#refused = reason;
      return false;
    }
  }

  /** Follows the directory, not the file: files are replaced by renaming, and links by changing what they point to. */
  #follow(directory: string): void {
    const { log, use } = this.#settings;
    const lost = (error: unknown): void => {
      log.warn(
        { use, reason: reasonOf(error) },
        "changes of certificates are noticed later: no watch on their directory",
      );
    };
    try {
      const watcher = watch(directory, { persistent: false }, () => {
        clearTimeout(this.#settling);
        this.#settling = setTimeout(() => void this.check(), settleMilliseconds);
        this.#settling.unref();
      });
      watcher.on("error", lost);
      this.#watchers.push(watcher);
    } catch (error) {
      lost(error);
    }
  }
}
