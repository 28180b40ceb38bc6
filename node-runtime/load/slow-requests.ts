/** The latest requests that took long (guide 004:1119): route, time and status; no keys, no bodies. */
import type { FastifyInstance } from "fastify";
import { Ring } from "./ring.ts";

export interface SlowRequest {
  readonly at: Date;
  readonly method: string;
  /** The pattern of the route, never the path. */
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
}

const kept = 200;

export class SlowRequests {
  readonly #ring = new Ring<SlowRequest>(kept);
  readonly thresholdMilliseconds: number;

  /** @param thresholdMilliseconds default 500 */
  constructor(thresholdMilliseconds = 500) {
    this.thresholdMilliseconds = thresholdMilliseconds;
  }

  note(request: SlowRequest): void {
    if (request.milliseconds >= this.thresholdMilliseconds) this.#ring.push(request);
  }

  /** Newest first. */
  latest(limit: number): SlowRequest[] {
    return this.#ring.items().reverse().slice(0, limit);
  }
}

/** Measures all routes that are added to the app afterwards, those apart that wait or never end by their nature. */
export function followSlowRequests(app: FastifyInstance, slow: SlowRequests): void {
  app.addHook("onResponse", (request, reply, done) => {
    const { config, url } = request.routeOptions;
    const milliseconds = reply.elapsedTime;
    const slowEnough = milliseconds >= slow.thresholdMilliseconds;
    if (slowEnough && url !== undefined && config.stream !== true && config.waits !== true) {
      slow.note({ at: new Date(), method: request.method, route: url, status: reply.statusCode, milliseconds });
    }
    done();
  });
}
