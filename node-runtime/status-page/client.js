/* global fetch, AbortSignal */
/** Asks the node. A credential stays in this object: never in an address, a cookie or a store. */

/**
 * @import { Config, Health, Load, Nodes, Operations, Ready, Status, Tasks, Version } from "./answers.d.ts"
 */

/** The node didn't answer, or what answered wasn't the node. */
export class NoAnswerError extends Error {}

/**
 * @template Body
 * @typedef {{ ok: true, body: Body } | { ok: false, status: number, detail: string }} Answer
 */

/** Longer than the node takes for its own checks. */
const limitMilliseconds = 8_000;

export class Client {
  /** @type {string | undefined} */
  #credential;

  /** @param {string | undefined} credential API key or token */
  use(credential) {
    this.#credential = credential;
  }

  get hasCredential() {
    return this.#credential !== undefined;
  }

  /** Needs no credential. A node that isn't ready says so with the same body. @returns {Promise<Answer<Ready>>} */
  ready() {
    return this.#get("/api/v1/ready", [503]);
  }

  /** @returns {Promise<Answer<Health>>} */
  health() {
    return this.#get("/api/v1/health/detailed");
  }

  /** @returns {Promise<Answer<Load>>} */
  load() {
    return this.#get("/api/v1/load");
  }

  /** @returns {Promise<Answer<Status>>} */
  status() {
    return this.#get("/api/status");
  }

  /** @returns {Promise<Answer<Nodes>>} */
  nodes() {
    return this.#get("/api/v1/nodes");
  }

  /** @returns {Promise<Answer<Version>>} */
  version() {
    return this.#get("/api/v1/version");
  }

  /** @returns {Promise<Answer<Config>>} */
  config() {
    return this.#get("/api/v1/config");
  }

  /** @param {string} path @returns {Promise<Answer<Tasks>>} */
  tasks(path) {
    return this.#get(path);
  }

  /** @param {string} path @returns {Promise<Answer<Operations>>} */
  operations(path) {
    return this.#get(path);
  }

  /**
   * @template Body
   * @param {string} path @param {readonly number[]} [also] statuses besides 2xx that carry a body of the same form
   * @returns {Promise<Answer<Body>>}
   * @throws {NoAnswerError}
   */
  async #get(path, also = []) {
    const credential = this.#credential;
    /** @type {Record<string, string>} */
    const headers = credential === undefined ? {} : { authorization: `Bearer ${credential}` };
    try {
      const response = await fetch(path, {
        headers,
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: AbortSignal.timeout(limitMilliseconds),
      });
      const body = /** @type {unknown} */ (await response.json());
      if (response.ok || also.includes(response.status)) return { ok: true, body: /** @type {Body} */ (body) };
      const { detail = `the node answers ${response.status}` } = /** @type {{ detail?: string }} */ (body);
      return { ok: false, status: response.status, detail };
    } catch (error) {
      throw new NoAnswerError(path, { cause: error });
    }
  }
}
