/** Answers 503 while the node can't keep up, so that what it has taken on is finished. */
import underPressure from "@fastify/under-pressure";
import type { FastifyInstance } from "fastify";
import { ApiProblem } from "./problem.ts";

/** When the node counts as overloaded. */
export interface PressureLimits {
  /** Mean delay of the event loop in one sample; milliseconds. */
  maximumDelayMilliseconds: number;
  /** How often it is sampled, and so how long new requests are turned away at least. */
  sampleMilliseconds: number;
}

const defaultLimits: PressureLimits = { maximumDelayMilliseconds: 1_000, sampleMilliseconds: 1_000 };

/** Registers the check. Routes with `config.always` are answered in any case. */
export async function registerPressure(app: FastifyInstance, limits: PressureLimits = defaultLimits): Promise<void> {
  await app.register(underPressure, {
    maxEventLoopDelay: limits.maximumDelayMilliseconds,
    sampleInterval: limits.sampleMilliseconds,
    pressureHandler: (request) => {
      if (request.routeOptions.config.always === true) return;
      throw new ApiProblem("overloaded", "the node can't keep up; try again", { headers: { "retry-after": "2" } });
    },
  });
}
