/**
 * The time limit of requests. One look a second over all that are in flight costs the hot path a map entry, where a timer
 * for each request costs several microseconds and keeps what it holds alive.
 */
import type { FastifyInstance, FastifyReply } from "fastify";
import { ApiProblem } from "./problem.ts";

const lookMilliseconds = 1_000;

export class Deadlines {
  readonly #limit: number;
  /** When each request came, in that order. */
  readonly #inFlight = new Map<FastifyReply, number>();

  /** @param limitMilliseconds from a request's headers to its answer; exceeded by up to a second */
  constructor(app: FastifyInstance, limitMilliseconds: number) {
    this.#limit = limitMilliseconds;
    const timer = setInterval(
      () => {
        this.#look();
      },
      Math.min(lookMilliseconds, limitMilliseconds),
    );
    timer.unref();
    app.addHook("onClose", (_app, done) => {
      clearInterval(timer);
      done();
    });
  }

  begin(reply: FastifyReply): void {
    this.#inFlight.set(reply, performance.now());
  }

  end(reply: FastifyReply): void {
    this.#inFlight.delete(reply);
  }

  #look(): void {
    const latest = performance.now() - this.#limit;
    for (const [reply, begin] of this.#inFlight) {
      if (begin > latest) return;
      this.#inFlight.delete(reply);
      if (reply.sent) continue;
      const detail = `no answer within api.request_timeout (${this.#limit} ms); whether a change was made is not known`;
      void reply.send(new ApiProblem("deadline-exceeded", detail));
    }
  }
}
