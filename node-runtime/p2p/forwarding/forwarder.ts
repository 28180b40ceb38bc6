/** Sends requests to other nodes through the worker. */
import { MessageChannel } from "node:worker_threads";
import { Breakers } from "../../cluster/breakers.ts";
import type { Calls } from "../calls.ts";
import { P2pError } from "../errors.ts";
import type { ForwardHead } from "../protocol.ts";
import { receiveThrough, sendThrough } from "../thread-pipe.ts";
import type { ForwardedAnswer, ForwardRequest } from "../view.ts";
import { forwardableHeaders, refusalOf, timeLimitMilliseconds } from "./rules.ts";

const forwardMilliseconds = 60_000;

export interface ForwarderOptions {
  calls: Calls;
  /** Further headers that carry credentials, lower case. */
  keyHeaders: () => readonly string[];
  /** Whether circuit breakers are on; asked at each request. */
  breakersEnabled: () => boolean;
}

export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly breakers: Breakers;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.breakers = new Breakers({
      way: "p2p",
      isFailure: (error) =>
        error instanceof P2pError && (error.code === "peer-unreachable" || error.code === "deadline-exceeded"),
      refusal: (nodeId, cause) => {
        const message = `${nodeId} failed several times in a row; requests go to it again in a while`;
        return new P2pError("peer-unreachable", message, cause);
      },
      enabled: options.breakersEnabled,
    });
  }

  /**
   * A request that may be sent again fails at once while its node is left alone; any other one is tried in any case.
   * @throws P2pError
   */
  async forward(nodeId: string, request: ForwardRequest): Promise<ForwardedAnswer> {
    const { method, path, headers } = request;
    // Before headers are left out, so that a request which came from a peer is seen to be one.
    const refusal = refusalOf({ method, path, headers });
    if (refusal !== undefined) throw new P2pError("forward-refused", refusal);
    if (method !== "GET" && method !== "HEAD") return this.#send(nodeId, request);
    return this.breakers.run(nodeId, () => this.#send(nodeId, request));
  }

  async #send(nodeId: string, request: ForwardRequest): Promise<ForwardedAnswer> {
    const { method, path, headers, clientAddress, body, timeLimit = forwardMilliseconds, signal } = request;
    const { calls, keyHeaders } = this.#options;
    const head: ForwardHead = {
      method,
      path,
      headers: forwardableHeaders(headers, keyHeaders()),
      clientAddress,
      timeLimit: Math.min(timeLimit, timeLimitMilliseconds),
    };
    const upstream = new MessageChannel();
    const downstream = new MessageChannel();
    const transfer = [upstream.port2, downstream.port2];
    const argument = { nodeId, head, requestBody: upstream.port2, answerBody: downstream.port2 };
    sendThrough(upstream.port1, body ?? noBody()).catch(() => {
      // The peer answered before it had the whole body, or the client went away; either shows in the answer.
    });
    try {
      const answer = await calls.call("forward", argument, { signal, transfer });
      return { ...answer, body: receiveThrough(downstream.port1) };
    } catch (error) {
      upstream.port1.close();
      downstream.port1.close();
      throw error;
    }
  }
}

// eslint-disable-next-line @typescript-eslint/require-await -- a body without bytes has nothing to wait for
async function* noBody(): AsyncGenerator<Uint8Array, void, undefined> {
  yield* [];
}
