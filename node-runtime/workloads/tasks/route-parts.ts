/** What the routes of the workload have in common. */
import type { FastifyReply, FastifyRequest } from "fastify";
import type { HealthCheck } from "../workload.ts";
import type { ClaimDispatcher } from "./claim-dispatcher.ts";
import type { LedgerReader } from "./ledger-reader.ts";
import type { Maintenance } from "./maintenance.ts";
import type { OperationsLog } from "./operations-log.ts";
import type { TaskSettings } from "./settings.ts";
import type { TaskReader } from "./task-reader.ts";
import type { TaskService } from "./task-service.ts";

export interface RouteParts {
  service: TaskService;
  dispatcher: ClaimDispatcher;
  reader: TaskReader;
  ledgers: LedgerReader;
  maintenance: Maintenance;
  operations: OperationsLog;
  settings: () => TaskSettings;
  now: () => number;
  /** The health checks of the workload. */
  health: () => Promise<HealthCheck[]>;
  /** What it is doing. */
  activity: () => Promise<Record<string, unknown>>;
}

/** Who asks, for the operations log. */
export function actorOf(request: FastifyRequest): string {
  return `client ${request.ip}`;
}

/** A string passes fastify's serializer by: the bodies are made here, field by field. */
export function sendJson(reply: FastifyReply, body: Record<string, unknown>): FastifyReply {
  return reply.type("application/json; charset=utf-8").send(JSON.stringify(body));
}
