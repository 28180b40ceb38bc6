/** What can be done to tasks, over the store. Each method reads, decides by the pure state machine, and commits fenced. */
import { ApiProblem } from "../../http/problem.ts";
import type { Store } from "../../store/store.ts";
import type { Committer } from "./committer.ts";
import { identifiers } from "./identifier.ts";
import { claimKey, idempotencyKey, maintenanceKey } from "./keys.ts";
import { putClaim, type LocatedTask } from "./layout.ts";
import type { LedgerReader } from "./ledger-reader.ts";
import { maintenanceProblem, notInMaintenance, type Maintenance } from "./maintenance.ts";
import type { TaskMetrics } from "./metrics.ts";
import type { TaskSettings } from "./settings.ts";
import { checkSize, readDeadline, readSubmission, type SubmissionBody } from "./submission.ts";
import type { Json } from "./task.ts";
import type { TaskReader } from "./task-reader.ts";
import type { TransitionWriter } from "./transition-writer.ts";
import * as transitions from "./transitions.ts";
import type { Submission, Transition } from "./transitions.ts";

export interface ServiceParts {
  store: Store;
  reader: TaskReader;
  writer: TransitionWriter;
  committer: Committer;
  ledgers: LedgerReader;
  maintenance: Maintenance;
  metrics: TaskMetrics;
  settings: () => TaskSettings;
  now: () => number;
}

/** Readings of a task that lose against another writer before a change gives up. */
const maximumTries = 4;

/** Room for a task's own fields beside payload and result in one value of the store. */
const envelopeBytes = 16 * 1024;

export class TaskService {
  readonly #parts: ServiceParts;
  readonly #nextId: () => string;

  constructor(parts: ServiceParts) {
    this.#parts = parts;
    this.#nextId = identifiers(parts.now);
  }

  /**
   * Queues a new task. A submission with the idempotency key of an earlier one gives that task.
   * @throws ApiProblem `invalid-request`, `body-too-large`, `queue-full`, `maintenance`; `conflict` where the idempotency
   * key was used for something else
   */
  async submit(
    body: SubmissionBody,
    actor: string,
  ): Promise<{ readonly located: LocatedTask; readonly created: boolean }> {
    const { settings, now, writer } = this.#parts;
    const submission = readSubmission(body, settings(), now());
    for (let tries = 0; tries < maximumTries; tries += 1) {
      const earlier = await this.#findSubmitted(submission);
      if (earlier !== null) return { located: earlier, created: false };
      await this.#parts.ledgers.refresh();
      this.#checkRoom();
      const transition = transitions.submit(this.#nextId(), submission, now());
      const name = submission.idempotency;
      const guards =
        name === null
          ? [notInMaintenance]
          : [notInMaintenance, { key: idempotencyKey(name.key), target: "createRevision", revision: 0 } as const];
      const outcome = await writer.write(null, transition, { actor, guards });
      if (outcome.committed) return { located: outcome.located, created: true };
      if (outcome.stale.has(maintenanceKey)) await this.#refuseInMaintenance();
    }
    throw changedMeanwhile("the submission");
  }

  /** Extends a claim by the heartbeat timeout. @throws ApiProblem `not-found`, `fencing-token-stale` */
  async heartbeat(id: string, token: number): Promise<LocatedTask> {
    const { reader, committer, settings, now } = this.#parts;
    for (let tries = 0; tries < maximumTries; tries += 1) {
      const located = await reader.get(id);
      const claim = transitions.heartbeat(located, token, settings().heartbeatTimeout, now());
      const outcome = await committer.commit({
        guards: [{ key: claimKey(id), target: "modRevision", revision: located.claimRevision }],
        operations: [putClaim(id, claim)],
        records: [],
      });
      if (outcome.committed) return { ...located, claim, claimRevision: outcome.revision };
    }
    throw changedMeanwhile(`task ${id}`);
  }

  /** Ends a task with a result. Asked again with the same token, it answers the same. */
  complete(id: string, token: number, result: Json): Promise<LocatedTask> {
    const { settings, now, store } = this.#parts;
    checkSize("result", result, settings().maxResultBytes);
    return this.#change(id, (located) => {
      const room = store.limits.maximumValueBytes - envelopeBytes;
      checkSize("result", result, room - Buffer.byteLength(JSON.stringify(located.task.payload)));
      return [transitions.complete(located, token, result, now()), workerOf(located)];
    });
  }

  /** Ends an attempt without a result: the task is tried again later, or has failed. */
  fail(
    id: string,
    token: number,
    failure: { readonly message: string; readonly details: Json; readonly retryable: boolean },
  ): Promise<LocatedTask> {
    const { settings, now } = this.#parts;
    checkSize("error", failure.details, maximumDetailBytes);
    return this.#change(id, (located) => [
      transitions.fail(located, token, failure, settings().retry, now()),
      workerOf(located),
    ]);
  }

  /** Gives a task back to the queue; the attempt does not count. */
  release(id: string, token: number): Promise<LocatedTask> {
    return this.#change(id, (located) => [transitions.release(located, token, this.#parts.now()), workerOf(located)]);
  }

  /** Queues a failed, cancelled or scheduled task at once, with all its attempts. */
  async retry(id: string, deadline: string | null | undefined, actor: string): Promise<LocatedTask> {
    const { now, ledgers } = this.#parts;
    const until = deadline === undefined ? undefined : readDeadline(deadline, now());
    await ledgers.refresh();
    return this.#change(id, (located) => {
      const transition = transitions.retry(located, until, now());
      if (located.task.status !== "scheduled") this.#checkRoom();
      return [transition, actor];
    });
  }

  /** Ends a task that is not finished. Its worker learns of it by its next call. */
  cancel(id: string, reason: string | undefined, actor: string): Promise<LocatedTask> {
    return this.#change(id, (located) => [transitions.cancel(located, reason, this.#parts.now()), actor]);
  }

  async #change(id: string, decide: (located: LocatedTask) => Decision): Promise<LocatedTask> {
    const { reader, writer } = this.#parts;
    for (let tries = 0; tries < maximumTries; tries += 1) {
      const located = await reader.get(id);
      const [transition, actor] = decide(located);
      if (transition === null) return located;
      const outcome = await writer.write(located, transition, { actor });
      if (outcome.committed) return outcome.located;
    }
    throw changedMeanwhile(`task ${id}`);
  }

  /** The task that was submitted under the same idempotency key. */
  async #findSubmitted({ idempotency }: Submission): Promise<LocatedTask | null> {
    if (idempotency === null) return null;
    const entry = await this.#parts.store.get(idempotencyKey(idempotency.key));
    if (entry === null) return null;
    const located = await this.#parts.reader.find(entry.value);
    if (located !== null && located.task.idempotency?.digest !== idempotency.digest) {
      throw new ApiProblem(
        "conflict",
        `idempotency_key ${JSON.stringify(idempotency.key)} was used for another submission; use a new key`,
        { members: { task_id: located.task.id } },
      );
    }
    return located;
  }

  /** Has to be called in the same turn as the commit: what waits for its commit counts. */
  #checkRoom(): void {
    const { ledgers, settings, metrics } = this.#parts;
    const { maxQueued } = settings();
    if (ledgers.waiting() < maxQueued) return;
    metrics.reject("queue-full");
    throw new ApiProblem("queue-full", `${maxQueued} tasks wait already (tasks.max_queued); try again later`, {
      headers: { "retry-after": "1" },
    });
  }

  /** Throws, unless maintenance mode has been turned off meanwhile. */
  async #refuseInMaintenance(): Promise<void> {
    const { maintenance, settings, metrics } = this.#parts;
    const state = await maintenance.read();
    if (state === null) return;
    metrics.reject("maintenance");
    throw maintenanceProblem("new tasks", state, settings().maintenanceRetryAfter);
  }
}

/** Bytes of what a worker adds to an error. */
const maximumDetailBytes = 16 * 1024;

/** What to do, and who does it; null for nothing, as it has been done before. */
type Decision = readonly [Transition | null, string];

function workerOf(located: LocatedTask): string {
  return located.claim?.workerId ?? located.task.endedClaim?.workerId ?? "unknown";
}

function changedMeanwhile(what: string): ApiProblem {
  return new ApiProblem("conflict", `${what} was changed by others at the same time; read it and decide again`);
}
