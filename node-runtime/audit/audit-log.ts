/** Who did what: a line for each admin request and for each that was refused. */
import type { NodeConfig } from "@quorumkit/schema";
import type { FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { reasonOf } from "../config/file.ts";
import { AuditFile } from "./audit-file.ts";

/** How a request ended. */
export interface AuditOutcome {
  /** `ok`, the code of the problem that refused it, or `failed`. */
  outcome: string;
  status: number;
  /** Name of who it was, where that is not the credential of the request. */
  holder?: string | null;
}

/** Where the log is written and for whom. */
export interface AuditSettings {
  nodeId: string;
  settings: () => NodeConfig["security"]["audit"];
  log: Logger;
  /** Milliseconds since the epoch. */
  now: () => number;
}

export class AuditLog {
  readonly #nodeId: string;
  readonly #settings: AuditSettings["settings"];
  readonly #log: Logger;
  readonly #now: () => number;
  #file: AuditFile | undefined;
  #failing = false;

  constructor({ nodeId, settings, log, now }: AuditSettings) {
    this.#nodeId = nodeId;
    this.#settings = settings;
    this.#log = log;
    this.#now = now;
  }

  /** Opens the file, where the config has one. @throws Error that names the option */
  open(): void {
    const { enabled, file } = this.#settings();
    if (enabled && file !== undefined) this.#file ??= new AuditFile(file);
  }

  /** Opens the file again, after somebody has put it aside. */
  reopen(): void {
    try {
      this.#file?.reopen();
    } catch (error) {
      this.#log.error({ reason: reasonOf(error) }, "the audit log can't be opened again; the old file is kept");
    }
  }

  /** Whether requests that only read are written down. */
  get reads(): boolean {
    return this.#settings().reads;
  }

  /** Never throws: a full disk must not stop an administrator from making room. */
  write(request: FastifyRequest, { outcome, status, holder }: AuditOutcome): void {
    if (!this.#settings().enabled) return;
    const record = {
      outcome,
      holder: holder === undefined ? request.holder : holder,
      credential: request.credential,
      from: request.ip,
      method: request.method,
      path: request.url.split("?")[0],
      status,
      request_id: request.id,
    };
    const message = outcome === "ok" || outcome === "failed" ? "admin request" : "request refused";
    if (this.#file === undefined) {
      if (message === "request refused") this.#log.warn({ audit: true, ...record }, message);
      else this.#log.info({ audit: true, ...record }, message);
      return;
    }
    try {
      this.#file.write(
        JSON.stringify({ time: new Date(this.#now()).toISOString(), node_id: this.#nodeId, ...record, msg: message }),
      );
      this.#failing = false;
    } catch (error) {
      // Once, and not for each request: then the records go where the rest of the log goes.
      if (!this.#failing) this.#log.error({ reason: reasonOf(error) }, "the audit log can't be written");
      this.#failing = true;
      this.#log.warn({ audit: true, ...record }, message);
    }
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
