/** The workload's options in the units that it works with. */
import { parseDuration, parseSize, type NodeConfig } from "@quorumkit/schema";

/** The longest wait of a claim request; half of `api.request_timeout` where that is less. */
const longestWait = 30_000;

/** Options of `tasks` in a config file; spans in milliseconds, sizes in bytes. */
export interface TaskSettings {
  readonly heartbeatTimeout: number;
  readonly sweepInterval: number;
  /** From submission; null for none. */
  readonly defaultDeadline: number | null;
  /** Pending and scheduled tasks together. */
  readonly maxQueued: number;
  readonly maxClaim: number;
  readonly maxPayloadBytes: number;
  readonly maxResultBytes: number;
  readonly maintenanceRetryAfter: number;
  readonly maxWait: number;
  readonly priorities: { readonly lowest: number; readonly highest: number; readonly default: number };
  readonly retry: RetrySettings;
  readonly retention: {
    readonly finishedTasks: number;
    readonly maxFinishedTasks: number;
    readonly maxOperations: number;
  };
}

export interface RetrySettings {
  readonly maxAttempts: number;
  readonly delay: number;
  readonly backoff: number;
  readonly maxDelay: number;
}

export function taskSettings(config: Pick<NodeConfig, "tasks" | "api">): TaskSettings {
  const { tasks } = config;
  return {
    heartbeatTimeout: parseDuration(tasks.heartbeatTimeout),
    sweepInterval: parseDuration(tasks.sweepInterval),
    defaultDeadline: tasks.defaultDeadline === undefined ? null : parseDuration(tasks.defaultDeadline),
    maxQueued: tasks.maxQueued,
    maxClaim: tasks.maxClaim,
    maxPayloadBytes: parseSize(tasks.maxPayloadSize),
    maxResultBytes: parseSize(tasks.maxResultSize),
    maintenanceRetryAfter: parseDuration(tasks.maintenanceRetryAfter),
    maxWait: Math.min(longestWait, parseDuration(config.api.requestTimeout) / 2),
    priorities: tasks.priorities,
    retry: {
      maxAttempts: tasks.retry.maxAttempts,
      delay: parseDuration(tasks.retry.delay),
      backoff: tasks.retry.backoff,
      maxDelay: parseDuration(tasks.retry.maxDelay),
    },
    retention: {
      finishedTasks: parseDuration(tasks.retention.finishedTasks),
      maxFinishedTasks: tasks.retention.maxFinishedTasks,
      maxOperations: tasks.retention.maxOperations,
    },
  };
}

/** The settings of the config of now, read again only when the config object is another one. */
export function liveSettings(config: () => NodeConfig): () => TaskSettings {
  let seen: NodeConfig | undefined;
  let settings: TaskSettings | undefined;
  return () => {
    const current = config();
    if (settings === undefined || current !== seen) {
      settings = taskSettings(current);
      seen = current;
    }
    return settings;
  };
}
