/** Tells handlers that their client has gone. */
import type { FastifyReply, FastifyRequest } from "fastify";

/**
 * Gives a request the `signal` that fastify means it to have. Fastify's own (5.12) follows the `close` of the incoming
 * message, which comes as soon as a body has been read; so a POST that waits would be told at once that nobody does.
 */
export function provideClientSignal(request: FastifyRequest, reply: FastifyReply): void {
  let signal: AbortSignal | undefined;
  Object.defineProperty(request, "signal", {
    get: () => {
      signal ??= signalOf(reply);
      return signal;
    },
  });
}

/** Aborts when the connection ends before the answer has. */
function signalOf({ raw }: FastifyReply): AbortSignal {
  const left = new AbortController();
  const look = (): void => {
    if (!raw.writableFinished) left.abort();
  };
  if (raw.closed) look();
  else raw.once("close", look);
  return left.signal;
}
