/** `/api/debug/raft_log` of guide 003: the window of revisions that is kept, with raft's own indexes beside it. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Store, WatchEvent } from "../../store/store.ts";
import { clusterOf, type WithCluster } from "../../cluster/deps.ts";
import { problemAnswers } from "../answers.ts";
import { wholeNumber } from "./query.ts";
import { logEntriesAnswer } from "./schemas.ts";

/** Adds the route. */
export function debugRoutes(parent: FastifyInstance, deps: WithCluster): void {
  parent.withTypeProvider<ZodTypeProvider>().get(
    "/api/debug/raft_log",
    {
      config: { access: "admin" },
      schema: {
        tags: ["debug"],
        summary: "The latest entries of the log (guide 003:733)",
        description: "Keys and sizes, never values. Without from_index, the latest ones.",
        querystring: z.strictObject({
          limit: wholeNumber(1, 1000).default(100),
          from_index: wholeNumber(1, Number.MAX_SAFE_INTEGER).optional(),
        }),
        response: { 200: logEntriesAnswer, ...problemAnswers(400, 401, 403, 410, 503) },
      },
    },
    async ({ query }) => {
      const { revision, compactRevision, engine } = await deps.store.status();
      const standing = clusterOf(deps).standing();
      const first = Math.max(compactRevision, 1);
      const from = query.from_index ?? Math.max(first, revision - query.limit + 1);
      return {
        node_id: deps.identity.nodeId,
        engine,
        term: standing.term,
        first_index: first,
        last_index: revision,
        commit_index: revision,
        raft: {
          index: standing.raftIndex,
          applied: standing.appliedIndex,
          term: standing.term,
          leader: standing.leader,
        },
        entries: await readEntries(deps.store, from, Math.min(revision, from + query.limit - 1)),
      };
    },
  );
}

async function readEntries(store: Store, from: number, to: number) {
  const entries: { index: number; operations: ReturnType<typeof operation>[] }[] = [];
  if (from > to) return entries;
  // Leaving the loop ends the watch.
  for await (const { revision, events } of store.watch({ prefix: "", fromRevision: from })) {
    if (revision > to) break;
    if (events.length > 0) entries.push({ index: revision, operations: events.map(operation) });
    if (revision === to) break;
  }
  return entries;
}

function operation(event: WatchEvent) {
  if (event.type === "delete") return { type: event.type, key: event.key };
  return { type: event.type, key: event.entry.key, value_bytes: Buffer.byteLength(event.entry.value) };
}
