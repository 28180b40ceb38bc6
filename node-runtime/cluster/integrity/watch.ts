/** Says so where members hold different states: in the log, and once in the events. */
import type { Logger } from "pino";
import type { Chronicle } from "../events/chronicle.ts";
import type { EventLog } from "../events/event-log.ts";
import type { IntegrityReport } from "./integrity.ts";

export interface IntegrityWatchOptions {
  nodeId: string;
  events: Pick<EventLog, "list">;
  chronicle: Pick<Chronicle, "note">;
  logger: Pick<Logger, "error">;
}

/** The same members are not reported again within this time. */
const quietMilliseconds = 3_600_000;

export class IntegrityWatch {
  readonly #options: IntegrityWatchOptions;

  constructor(options: IntegrityWatchOptions) {
    this.#options = options;
  }

  report({ status, differing, revision, checkedAt, reason }: IntegrityReport): void {
    const { logger, chronicle, nodeId } = this.#options;
    if (status !== "divergent") return;
    logger.error({ nodes: differing, revision }, `the members hold different states: ${reason ?? ""}`);
    const nodes = [...differing].sort();
    const id = `integrity-failure/${revision ?? 0}/${nodes.join(",")}`;
    chronicle.note({
      id,
      build: async () => {
        if (await this.#isKnown(nodes, checkedAt)) return undefined;
        const at = checkedAt.toISOString();
        return { event: { type: "integrity-failure", id, at, written_by: nodeId, revision: revision ?? 0, nodes } };
      },
    });
  }

  async #isKnown(nodes: readonly string[], at: Date): Promise<boolean> {
    const [latest] = await this.#options.events.list({ limit: 1, types: ["integrity-failure"] });
    if (latest?.event.type !== "integrity-failure") return false;
    const same = latest.event.nodes.join(",") === nodes.join(",");
    return same && Math.abs(at.getTime() - Date.parse(latest.event.at)) < quietMilliseconds;
  }
}
