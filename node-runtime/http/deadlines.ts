/**
 * The time limit of requests. One look a second over all that are in flight costs the hot path a set entry, where a timer
 * for each request costs several microseconds and keeps what it holds alive.
 */
import type { FastifyInstance, FastifyReply } from "fastify";
import { ApiProblem } from "./problem.ts";

const lookMilliseconds = 1_000;

export class Deadlines {
  readonly #limit: number;
  readonly #inFlight = new Set<FastifyReply>();

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
    this.#inFlight.add(reply);
  }

  end(reply: FastifyReply): void {
    this.#inFlight.delete(reply);
  }

  #look(): void {
    for (const reply of this.#inFlight) {
      // In the order of their begin: the first one in time ends the look.
      if (reply.elapsedTime < this.#limit) return;
      this.#inFlight.delete(reply);
      if (reply.sent) continue;
      const detail = `no answer within api.request_timeout (${this.#limit} ms); whether a change was made is not known`;
      void reply.send(new ApiProblem("deadline-exceeded", detail));
    }
  }
}
