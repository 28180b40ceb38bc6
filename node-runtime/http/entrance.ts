/** What happens to each request first: its id goes into the answer, it is counted, and let in or not. */
import { parseDuration } from "@quorumkit/schema";
import type { FastifyInstance, FastifyRequest, RouteOptions } from "fastify";
import { admitSignedRequests } from "../cluster/peer-auth/signed-requests.ts";
import { Admission } from "./access/admission.ts";
import { accessOf } from "./access/guard.ts";
import { provideClientSignal } from "./client-signal.ts";
import { Deadlines } from "./deadlines.ts";
import type { AppDeps } from "./deps.ts";
import { ApiProblem } from "./problem.ts";
import { requestIdHeader } from "./request-id.ts";

/** Adds the one hook that every request passes. It is on the hot path: no promises, no allocation that isn't needed. */
export function registerEntrance(app: FastifyInstance, deps: AppDeps): void {
  const { meter, load, state } = deps;
  const deadlines = new Deadlines(app, parseDuration(deps.config.current.api.requestTimeout));
  const admission = new Admission(deps);
  app.decorateRequest("holder", null);
  app.decorateRequest("credential", null);
  app.decorateRequest("refused", false);
  app.addHook("onRoute", (route) => {
    prepareRoute(route, deps);
  });
  app.addHook("onRequest", (request, reply, done) => {
    void reply.header(requestIdHeader, request.id);
    const { config, url } = request.routeOptions;
    const stream = config.stream === true;
    if (!stream) {
      meter.started();
      deadlines.begin(reply);
    }
    reply.raw.once("close", () => {
      if (!stream) {
        meter.left();
        deadlines.end(reply);
      }
      // Unknown paths share one series: their number has no bound.
      const route = url ?? "(unknown)";
      meter.answered(request.method, route, reply.raw.statusCode, stream ? undefined : reply.elapsedTime);
      load.answered(reply.raw.statusCode, stream || config.waits === true ? undefined : reply.elapsedTime);
    });
    let admitted: Promise<void> | undefined;
    try {
      if (config.always !== true && !state.serving && url !== undefined) throw notServing(deps);
      admitted = admission.admit(request, reply);
    } catch (error) {
      auditRefusal(request, error, deps);
      done(error as Error);
      return;
    }
    if (admitted === undefined) {
      done();
      return;
    }
    admitted.then(
      () => {
        done();
      },
      (error: unknown) => {
        auditRefusal(request, error, deps);
        done(error as Error);
      },
    );
  });
}

/** Settles for each route, once, what a caller needs; admin routes are written down. */
function prepareRoute(route: RouteOptions, deps: AppDeps): void {
  const access = accessOf(route.url, route.config?.access);
  route.config = { ...route.config, access };
  if ([route.method].flat().includes("POST")) {
    route.onRequest = [
      (request, reply, done) => {
        provideClientSignal(request, reply);
        done();
      },
      ...(route.onRequest === undefined ? [] : [route.onRequest].flat()),
    ];
  }
  if (route.config.peers === true) admitSignedRequests(route, deps.formation.gate);
  if (access !== "admin") return;
  const before = route.onResponse === undefined ? [] : [route.onResponse].flat();
  route.onResponse = [
    ...before,
    (request, reply, done) => {
      if (!request.refused && (deps.audit.reads || (request.method !== "GET" && request.method !== "HEAD"))) {
        const outcome = reply.statusCode < 400 ? "ok" : "failed";
        deps.audit.write(request, { outcome, status: reply.statusCode });
      }
      done();
    },
  ];
}

function notServing({ state }: AppDeps): ApiProblem {
  return new ApiProblem("not-ready", `the node is ${state.phase}: ${state.reasons.join("; ")}`, {
    headers: { "retry-after": "1" },
    members: { outcome: "not-applied" },
  });
}

function auditRefusal(request: FastifyRequest, error: unknown, { audit }: AppDeps): void {
  if (!(error instanceof ApiProblem) || (error.statusCode !== 401 && error.statusCode !== 403)) return;
  request.refused = true;
  audit.write(request, { outcome: error.code, status: error.statusCode });
}
