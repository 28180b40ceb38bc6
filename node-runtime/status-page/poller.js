/* global document, window, setTimeout, clearTimeout */
/** Calls again and again while somebody looks: at a steady pace, and ever more rarely while it fails. */

/** Between two calls. */
export const paceMilliseconds = 3_000;

/**
 * How long to wait after so many failures in a row.
 *
 * @param {number} failures
 */
export function waitAfter(failures) {
  return Math.min(paceMilliseconds * 1.5 ** Math.max(0, failures - 1), 5 * paceMilliseconds);
}

export class Poller {
  #call;
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #running = false;
  #again = false;
  /** When the next call is due, in milliseconds since the epoch. */
  due = 0;

  /** @param {() => Promise<boolean>} call resolves to whether it succeeded */
  constructor(call) {
    this.#call = call;
  }

  start() {
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) clearTimeout(this.#timer);
      else this.now();
    });
    window.addEventListener("online", () => {
      this.now();
    });
    this.now();
  }

  /** Calls at once; if a call is under way, right after it. */
  now() {
    clearTimeout(this.#timer);
    if (this.#running) this.#again = true;
    else void this.#run();
  }

  async #run() {
    this.#running = true;
    const succeeded = await this.#call();
    this.#running = false;
    this.#failures = succeeded ? 0 : this.#failures + 1;
    if (this.#again) {
      this.#again = false;
      this.now();
      return;
    }
    if (document.hidden) return;
    const wait = waitAfter(this.#failures);
    this.due = Date.now() + wait;
    this.#timer = setTimeout(() => {
      this.now();
    }, wait);
  }
}
