/** Reads what a client wants to submit, fills in the defaults, and says what is wrong with it. Pure. */
import { checksumOf } from "@quorumkit/schema";
import { ApiProblem } from "../../http/problem.ts";
import type { TaskSettings } from "./settings.ts";
import type { Json } from "./task.ts";
import type { Submission } from "./transitions.ts";

/** The body of a submission. Its shape has been checked by the route's schema. */
export interface SubmissionBody {
  readonly type: string;
  readonly payload?: Json;
  readonly priority?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** RFC 3339; null for none, also where the config has a default. */
  readonly deadline?: string | null;
  readonly timeout_seconds?: number | null;
  readonly max_attempts?: number;
  readonly idempotency_key?: string;
}

/** @throws ApiProblem `invalid-request`, `body-too-large` */
export function readSubmission(body: SubmissionBody, settings: TaskSettings, now: number): Submission {
  const { lowest, highest } = settings.priorities;
  const priority = body.priority ?? clamp(settings.priorities.default, lowest, highest);
  if (priority < lowest || priority > highest) {
    throw invalid(`priority must be between ${lowest} and ${highest}, got ${priority}`);
  }
  const maxAttempts = body.max_attempts ?? settings.retry.maxAttempts;
  if (maxAttempts > settings.retry.maxAttempts) {
    throw invalid(`max_attempts must be at most ${settings.retry.maxAttempts}, got ${maxAttempts}`);
  }
  const payload = body.payload ?? null;
  checkSize("payload", payload, settings.maxPayloadBytes);
  const timeout = body.timeout_seconds ?? null;
  return {
    type: body.type,
    payload,
    priority,
    labels: body.labels ?? {},
    deadline: body.deadline === undefined ? defaultDeadline(settings, now) : readDeadline(body.deadline, now),
    timeout: timeout === null ? null : Math.round(timeout * 1000),
    maxAttempts,
    idempotency:
      body.idempotency_key === undefined ? null : { key: body.idempotency_key, digest: checksumOf(withoutKey(body)) },
  };
}

/** A deadline that lies ahead, in milliseconds since the epoch. @throws ApiProblem `invalid-request` */
export function readDeadline(text: string | null, now: number): number | null {
  if (text === null) return null;
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw invalid(`deadline must be a time like 2026-01-31T12:00:00Z, got ${JSON.stringify(text)}`);
  if (time <= now)
    throw invalid(`deadline must lie ahead of ${new Date(now).toISOString()}, got ${JSON.stringify(text)}`);
  return time;
}

/** @throws ApiProblem `body-too-large` where the JSON text of a value has more bytes than allowed */
export function checkSize(field: string, value: Json, maximum: number): void {
  const text = JSON.stringify(value);
  const bytes = text.length * 3 <= maximum ? text.length : Buffer.byteLength(text);
  if (bytes > maximum) {
    throw new ApiProblem(
      "body-too-large",
      `${field} must have at most ${maximum} bytes as JSON, got ${bytes}; store it elsewhere and pass a reference`,
    );
  }
}

function defaultDeadline(settings: TaskSettings, now: number): number | null {
  return settings.defaultDeadline === null ? null : now + settings.defaultDeadline;
}

function withoutKey({ idempotency_key: _, ...rest }: SubmissionBody): Omit<SubmissionBody, "idempotency_key"> {
  return rest;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function invalid(detail: string): ApiProblem {
  return new ApiProblem("invalid-request", detail);
}
