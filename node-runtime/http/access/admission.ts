/** Lets a request in: the limit of its address, whose it is, and the quota that it uses up. */
import type { FastifyReply, FastifyRequest } from "fastify";
import { isSigned } from "../../cluster/peer-auth/signed-requests.ts";
import { ApiProblem } from "../problem.ts";
import type { Guard } from "./guard.ts";
import type { CredentialKind, Holder, QuotaKind } from "./holder.ts";
import type { Quota, Quotas } from "./quotas.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Name of the credential that opened the route; null where none was needed. */
    holder: string | null;
    /** Kind of that credential. */
    credential: CredentialKind | null;
    /** Whether the request was refused at the entrance, so that it is written down once. */
    refused: boolean;
  }
  interface FastifyContextConfig {
    /** The permission that is needed, where access and method don't say it: `search:execute`. */
    permission?: string;
    /** What the request uses up of its key's daily quota: one of these. It is given back where the request fails. */
    quota?: QuotaKind;
  }
}

export class Admission {
  readonly #guard: Guard;
  readonly #quotas: Quotas;
  readonly #now: () => number;

  constructor({ guard, quotas, now }: { guard: Guard; quotas: Quotas; now: () => number }) {
    this.#guard = guard;
    this.#quotas = quotas;
    this.#now = now;
  }

  /**
   * Nothing is returned where the request may go on at once: the hot path makes no promise.
   * @throws ApiProblem when it may not (also by the promise), and the store's errors where a quota can't be counted
   */
  admit(request: FastifyRequest, reply: FastifyReply): Promise<void> | undefined {
    const { config } = request.routeOptions;
    if (config.always !== true) this.#guard.limitAddress(request);
    // The gate checks the signature as soon as the body is there, before the route sees anything.
    if (config.peers === true && isSigned(request)) return undefined;
    // A path without a route has nothing to guard.
    const holder = this.#guard.admit(request, config.access ?? "public", config.permission);
    return holder instanceof Promise
      ? holder.then((found) => this.#enter(found, request, reply))
      : this.#enter(holder, request, reply);
  }

  #enter(holder: Holder | undefined, request: FastifyRequest, reply: FastifyReply): Promise<void> | undefined {
    if (holder === undefined) return undefined;
    const kind = request.routeOptions.config.quota;
    const limit = kind === undefined ? undefined : holder.quotas[kind];
    return kind === undefined || limit === undefined
      ? undefined
      : this.#count({ key: holder.name, kind, limit }, reply);
  }

  #count(quota: Quota, reply: FastifyReply): Promise<void> | undefined {
    const at = this.#now();
    const settle = (taken: boolean): void => {
      if (!taken) throw this.#exceeded(quota);
      reply.raw.once("close", () => {
        if (reply.raw.statusCode >= 400) this.#quotas.giveBack(quota, at);
      });
    };
    const taken = this.#quotas.take(quota);
    if (taken instanceof Promise) return taken.then(settle);
    settle(taken);
    return undefined;
  }

  #exceeded({ key, kind, limit }: Quota): ApiProblem {
    const resets = this.#quotas.resetsAt();
    const seconds = Math.ceil((resets.getTime() - this.#now()) / 1000);
    return new ApiProblem(
      "quota-exceeded",
      `the API key ${key} may use ${limit} ${kind} in a day (UTC), and they are used up`,
      {
        headers: { "retry-after": String(seconds) },
        members: { quota: kind, limit, resets_at: resets.toISOString() },
      },
    );
  }
}
