/** The shapes of requests and answers, for checking and for the OpenAPI document. */
import { z } from "zod";
import { identifierPattern } from "./identifier.ts";
import { actions, taskStatuses, type Json } from "./task.ts";

/** JSON values as they come out of a parsed body; anything goes. */
const json = z.custom<Json>(() => true).meta({ description: "Any JSON value" });
const typeName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,62}$/, "must be 1 to 63 letters, digits, dots, colons, hyphens and underscores")
  .describe("What kind of work it is, for example `build`; workers can claim by it");
const worker = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, "must be 1 to 128 visible ASCII characters without spaces")
  .describe("The worker's name");
const token = z.int().min(1).describe("`claim.fencing_token` of the claim's answer");
const time = z.iso.datetime({ offset: true });
const reason = z.string().max(1_000).describe("Why, for people");
const limitOf = (most: number) => z.coerce.number().int().min(1).max(most).default(100);
const cursor = z.string().max(512).describe("`next_cursor` of the page before");
const order = z.enum(["ascending", "descending"]);

export const taskParams = z.object({
  id: z.string().regex(new RegExp(identifierPattern), "must be the id of a task, a UUID of version 7"),
});

export const submitBody = z.strictObject({
  type: typeName,
  payload: json.optional(),
  priority: z.int().optional().describe("Higher ones are claimed first; default and range: tasks.priorities"),
  labels: z
    .record(z.string().min(1).max(63), z.string().max(255))
    .refine((labels) => Object.keys(labels).length <= 32, "must have at most 32 labels")
    .optional(),
  deadline: time.nullable().optional().describe("An unfinished task fails at this time; null: never"),
  timeout_seconds: z.number().min(0.001).max(31_536_000).nullable().optional().describe("Limit for one attempt"),
  max_attempts: z.int().min(1).optional().describe("At most tasks.retry.max_attempts, which is the default"),
  idempotency_key: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe("The same key gives the same task, for as long as the task is kept"),
});

export const claimBodySchema = z.strictObject({
  worker_id: worker,
  types: z.array(typeName).max(32).optional().describe("Only tasks of these types; default: of every type"),
  limit: z.int().min(1).optional().describe("Tasks wanted at most, up to tasks.max_claim; default 1"),
  wait_seconds: z
    .number()
    .min(0)
    .max(3_600)
    .optional()
    .describe("How long to wait for a first task; at most 30 s and half of api.request_timeout; default 0"),
});

export const heartbeatBody = z.strictObject({ fencing_token: token });
export const releaseBody = z.strictObject({ fencing_token: token });
export const completeBody = z.strictObject({ fencing_token: token, result: json.optional() });
export const failBody = z.strictObject({
  fencing_token: token,
  error: z.string().min(1).max(4_000).describe("What went wrong, for people"),
  details: json.optional(),
  retryable: z.boolean().optional().describe("false: no further attempt is made; default true"),
});
export const retryBody = z
  .strictObject({ deadline: time.nullable().optional().describe("Replaces the old deadline; null: none") })
  .nullish();
export const reasonBody = z.strictObject({ reason: reason.optional() }).nullish();
export const cancelQuery = z.strictObject({ reason: reason.optional() });

export const listQuery = z.strictObject({
  status: z.enum(taskStatuses).optional(),
  type: typeName.optional(),
  limit: limitOf(1_000),
  cursor: cursor.optional(),
  order: order.default("ascending"),
});

export const operationsQuery = z.strictObject({
  limit: limitOf(1_000),
  cursor: cursor.optional(),
  order: order.default("ascending").describe("ascending: oldest first"),
});

const nullableTime = time.nullable();
const claimAnswer = z.object({
  worker_id: z.string(),
  fencing_token: z.int().describe("Say it with every call about this claim; later claims have higher ones"),
  claimed_at: time,
  heartbeat_at: time,
  expires_at: time.describe("Without a heartbeat before this time the claim is lost"),
});
const listedTask = z.object({
  id: z.string(),
  type: z.string(),
  status: z.enum(taskStatuses),
  priority: z.int(),
  labels: z.record(z.string(), z.string()),
  idempotency_key: z.string().nullable(),
  submitted_at: time,
  deadline: nullableTime,
  timeout_seconds: z.number().nullable(),
  attempts: z.int(),
  max_attempts: z.int(),
  not_before: nullableTime.describe("When a scheduled task becomes pending"),
  started_at: nullableTime.describe("When the latest attempt began"),
  finished_at: nullableTime,
  claim: claimAnswer.nullable(),
  error: z
    .object({ reason: z.enum(["error", "claim-expired", "deadline-exceeded"]), message: z.string(), details: json })
    .nullable(),
});

export const taskAnswer = listedTask.extend({ payload: json, result: json }).describe("A task");
export const claimedAnswer = z.object({ tasks: z.array(taskAnswer) });
export const listAnswer = z.object({ tasks: z.array(listedTask), next_cursor: z.string().nullable() });
export const heartbeatAnswer = z.object({ id: z.string(), claim: claimAnswer.nullable() });
const counts = z.record(z.enum(taskStatuses), z.int());
export const statsAnswer = z.object({
  counts: counts.describe("Tasks by status"),
  total: z.int(),
  totals: z.record(z.enum(actions), z.int()).describe("How often each action was done, ever"),
  queue: z.object({ depth: z.int(), limit: z.int(), oldest_pending_seconds: z.number().nullable() }),
  operations_log: z.object({ entries: z.int(), limit: z.int() }),
});
export const maintenanceAnswer = z.object({
  enabled: z.boolean(),
  since: nullableTime,
  actor: z.string().nullable(),
  reason: z.string().nullable(),
  running_tasks: z.int(),
  drained: z.boolean().describe("Maintenance is on and nothing runs any more"),
});
export const ongoingAnswer = z
  .looseObject({
    status: z.enum(["healthy", "degraded", "unhealthy"]),
    reasons: z.array(z.string()),
    operations: z.array(
      claimAnswer.extend({
        task_id: z.string(),
        type: z.string(),
        attempt: z.int(),
        running_seconds: z.number(),
      }),
    ),
    more_operations: z.boolean().describe("More tasks run than are listed here"),
  })
  .describe("What is going on; the counts of /tasks/stats are in it too");
export const operationsAnswer = z.object({
  operations: z.array(
    z.object({
      revision: z.int(),
      position: z.int(),
      at: time,
      node_id: z.string(),
      actor: z.string(),
      action: z.enum(actions),
      task_id: z.string().nullable(),
      type: z.string().nullable(),
      from: z.enum(taskStatuses).nullable(),
      to: z.enum(taskStatuses).nullable(),
      reason: z.string().nullable(),
    }),
  ),
  next_cursor: z.string().nullable(),
});
