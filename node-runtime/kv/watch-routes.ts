/** `/api/v1/kv-watch`: changes of a prefix as server-sent events. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { problemAnswers } from "../http/answers.ts";
import { ApiProblem } from "../http/problem.ts";
import { requestIdHeader } from "../http/request-id.ts";
import type { Store } from "../store/store.ts";
import { watchQuery } from "./schemas.ts";
import { spacePrefix } from "./space.ts";
import { sendEvents } from "./watch.ts";

/** What the route needs. */
export interface WatchDeps {
  store: Store;
  /** Watches at the same time at most; may differ at the next call. */
  maximumWatches: () => number;
  /** Ends every watch when the node drains. */
  drain: AbortSignal;
  /** Told how many watches are open, after each change. */
  onCount: (open: number) => void;
}

/** A fastify plug-in. */
export function watchRoutes(deps: WatchDeps) {
  let open = 0;
  const count = (change: number): void => {
    open += change;
    deps.onCount(open);
  };
  return (parent: FastifyInstance, _options: unknown, done: () => void): void => {
    parent.withTypeProvider<ZodTypeProvider>().get(
      "/api/v1/kv-watch",
      {
        schema: {
          tags: ["key-value"],
          summary: "Watch keys by prefix",
          description:
            "Server-sent events: put, delete, progress, end, error. The id is the revision; Last-Event-ID goes on after it. 410 where the revision is no longer kept: list again.",
          querystring: watchQuery,
          response: {
            200: { description: "Events", content: { "text/event-stream": { schema: z.string() } } },
            ...problemAnswers(400, 410, 503),
          },
        },
        helmet: false,
        config: { stream: true },
      },
      async (request, reply) => {
        const fromRevision = resumeFrom(request.headers["last-event-id"]) ?? request.query.from_revision;
        if (open >= deps.maximumWatches()) {
          const detail = `${open} watches are open, as many as tasks.key_value.max_watchers allows`;
          throw new ApiProblem("overloaded", detail, { headers: { "retry-after": "5" } });
        }
        const left = new AbortController();
        reply.raw.once("close", () => {
          left.abort();
        });
        const watch = deps.store.watch({
          prefix: spacePrefix + request.query.prefix,
          ...(fromRevision === undefined ? {} : { fromRevision }),
          signal: AbortSignal.any([deps.drain, left.signal]),
        });
        count(1);
        try {
          const rest = watch[Symbol.asyncIterator]();
          const first = await rest.next();
          if (first.done === true) throw new ApiProblem("not-ready", "the node is draining");
          reply.hijack();
          reply.raw.writeHead(200, {
            "content-type": "text/event-stream; charset=utf-8",
            "cache-control": "no-store",
            "x-accel-buffering": "no",
            "x-content-type-options": "nosniff",
            [requestIdHeader]: request.id,
          });
          await sendEvents(reply.raw, {
            first: first.value,
            rest,
            endReason: () => (deps.drain.aborted ? "draining" : "closed"),
          });
        } finally {
          count(-1);
        }
        return reply;
      },
    );
    done();
  };
}

/** The revision after the last one that the client has seen. */
function resumeFrom(header: string | string[] | undefined): number | undefined {
  if (header === undefined || header === "") return undefined;
  if (typeof header !== "string" || !/^\d{1,15}$/.test(header)) {
    throw new ApiProblem("invalid-request", "headers last-event-id: must be a revision, as the id of an event is");
  }
  return Number(header) + 1;
}
