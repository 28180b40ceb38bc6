/** Tasks and operations as the API shows them: snake_case, times as RFC 3339, spans in seconds. Pure. */
import type { LocatedTask } from "./layout.ts";
import type { Operation } from "./operations-log.ts";

/** A task. Lists leave payload and result out: they can be large. */
export function taskBody(located: LocatedTask, contents: boolean): Record<string, unknown> {
  const { task } = located;
  return {
    id: task.id,
    type: task.type,
    status: task.status,
    priority: task.priority,
    ...(contents ? { payload: task.payload } : {}),
    labels: task.labels,
    idempotency_key: task.idempotency?.key ?? null,
    submitted_at: showTime(task.submittedAt),
    deadline: showTime(task.deadline),
    timeout_seconds: task.timeout === null ? null : task.timeout / 1000,
    attempts: task.attempts,
    max_attempts: task.maxAttempts,
    not_before: showTime(task.notBefore),
    started_at: showTime(task.startedAt),
    finished_at: showTime(task.finishedAt),
    claim: claimBody(located),
    ...(contents ? { result: task.result } : {}),
    error: task.error,
  };
}

/** The claim of a running task; null for any other. */
export function claimBody({ claim }: LocatedTask): Record<string, unknown> | null {
  if (claim === null) return null;
  return {
    worker_id: claim.workerId,
    fencing_token: claim.token,
    claimed_at: showTime(claim.claimedAt),
    heartbeat_at: showTime(claim.heartbeatAt),
    expires_at: showTime(claim.expiresAt),
  };
}

export function operationBody(operation: Operation): Record<string, unknown> {
  return {
    revision: operation.revision,
    position: operation.position,
    at: showTime(operation.at),
    node_id: operation.nodeId,
    actor: operation.actor,
    action: operation.action,
    task_id: operation.taskId,
    type: operation.type,
    from: operation.from,
    to: operation.to,
    reason: operation.reason ?? null,
  };
}

export function showTime(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
