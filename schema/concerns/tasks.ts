/** The `tasks` workload (system coordinator): replicated tasks, a JSON key-value space, an operations log. */
import { z } from "zod";
import { duration } from "../kit/duration.ts";
import { option, section } from "../kit/option.ts";
import { size } from "../kit/size.ts";

const kit = { source: "quorumkit", apply: "hot" } as const;
const priority = (byDefault: number) => z.int().min(-1000).max(1000).default(byDefault);

const priorities = section(
  { title: "Priorities", description: "Tasks of a higher priority are claimed first." },
  {
    lowest: option(priority(0), { description: "The lowest priority that a task may have.", ...kit }),
    highest: option(priority(9), { description: "The highest priority that a task may have.", ...kit }),
    default: option(priority(5), { description: "Priority of a task that names none.", ...kit }),
  },
);

const retry = section(
  { title: "Retries", description: "What happens to a task that failed or whose worker went silent." },
  {
    maxAttempts: option(z.int().min(1).max(100).default(3), {
      description: "Attempts, the first included, after which a task has failed for good. A task may ask for fewer.",
      unit: "attempts",
      ...kit,
    }),
    delay: option(duration({ min: "0s", max: "1h" }).default("1s"), {
      description: "Wait before the second attempt.",
      ...kit,
    }),
    backoff: option(z.number().min(1).max(10).default(2), {
      description: "Factor by which the wait grows with every further attempt.",
      ...kit,
    }),
    maxDelay: option(duration({ min: "0s", max: "24h" }).default("5m"), {
      description: "The longest wait between two attempts.",
      ...kit,
    }),
  },
);

const retention = section(
  {
    title: "Retention",
    description: "How long finished tasks and old operations can be looked up.",
  },
  {
    finishedTasks: option(duration({ min: "1m", max: "365d" }).default("7d"), {
      description: "How long a completed, failed or cancelled task is kept.",
      ...kit,
    }),
    maxFinishedTasks: option(z.int().min(0).max(10_000_000).default(100_000), {
      description: "Finished tasks kept at most; the oldest go first.",
      unit: "tasks",
      ...kit,
    }),
    maxOperations: option(z.int().min(1_000).max(100_000_000).default(1_000_000), {
      description: "Entries of the operations log kept at most; the oldest go first.",
      unit: "operations",
      ...kit,
    }),
  },
);

const keyValue = section(
  { title: "Key-value space", description: "JSON values with compare-and-set and watch." },
  {
    maxValueSize: option(size({ min: "1Ki", max: "1Mi" }).default("256Ki"), {
      description: "Largest value; etcd takes 1.5 MiB in one request.",
      ...kit,
    }),
    maxWatchers: option(z.int().min(1).max(100_000).default(1_000), {
      description: "Watches open on one node at the same time; another one gets 503.",
      unit: "watches",
      ...kit,
    }),
  },
);

/** `tasks` in files. */
export const tasks = section(
  {
    title: "Tasks",
    description: "The workload of system coordinator: tasks that workers claim, run and complete (guide 003).",
  },
  {
    heartbeatTimeout: option(duration({ min: "1s", max: "1h" }).default("30s"), {
      description:
        "A claim without a heartbeat for this long is lost: its fencing token is void and the task is tried again.",
      ...kit,
    }),
    sweepInterval: option(duration({ min: "100ms", max: "1m" }).default("1s"), {
      description: "How often lost claims, passed deadlines and due retries are looked for.",
      ...kit,
    }),
    defaultDeadline: option(duration({ min: "1s", max: "365d" }).optional(), {
      description:
        "Time from submission after which an unfinished task fails, for tasks that name none. Without it there is none.",
      example: "1h",
      ...kit,
    }),
    maxQueued: option(z.int().min(1).max(10_000_000).default(100_000), {
      description: "Tasks that may wait at the same time; another one gets 429 with Retry-After.",
      unit: "tasks",
      ...kit,
    }),
    maxClaim: option(z.int().min(1).max(1_000).default(100), {
      description: "Tasks that one claim request may take.",
      unit: "tasks",
      ...kit,
    }),
    maxPayloadSize: option(size({ min: "1Ki", max: "1Mi" }).default("256Ki"), {
      description: "Largest payload of a task; etcd takes 1.5 MiB in one request.",
      ...kit,
    }),
    maxResultSize: option(size({ min: "1Ki", max: "1Mi" }).default("256Ki"), {
      description: "Largest result of a task.",
      ...kit,
    }),
    maintenanceRetryAfter: option(duration({ min: "1s", max: "1h" }).default("30s"), {
      description: "Retry-After of the 503 that new tasks get in maintenance mode.",
      source: "003:505",
      apply: "hot",
    }),
    priorities: priorities.prefault({}),
    retry: retry.prefault({}),
    retention: retention.prefault({}),
    keyValue: keyValue.prefault({}),
  },
);
