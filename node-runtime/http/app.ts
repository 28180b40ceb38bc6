/** The API: plug-ins, then routes. Pure wiring; nothing listens yet. */
import fastify, {
  LogController,
  type FastifyInstance,
  type FastifyServerFactory,
  type FastifyServerOptions,
} from "fastify";
import helmet from "@fastify/helmet";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { parseSize } from "@quorumkit/schema";
import { keyValueRoutes } from "../kv/routes.ts";
import { watchRoutes } from "../kv/watch-routes.ts";
import { formationRoutes } from "../cluster/formation/routes.ts";
import { registerForwardGuard } from "../p2p/forwarding/local-dispatch.ts";
import { followSlowRequests } from "../load/slow-requests.ts";
import { registerLoadRoutes } from "../load/routes.ts";
import type { AppDeps } from "./deps.ts";
import { registerEntrance } from "./entrance.ts";
import { answerClientError, registerErrorHandlers, sendProblem } from "./error-handlers.ts";
import { registerOpenApi } from "./openapi.ts";
import { registerPressure } from "./pressure.ts";
import { requestIdOf } from "./request-id.ts";
import { requestLog } from "./request-log.ts";
import { followRoutes } from "./route-table.ts";
import { adminClusterRoutes } from "./routes/admin-cluster.ts";
import { adminNodeRoutes } from "./routes/admin-node.ts";
import { clusterChangeRoutes } from "./routes/cluster-changes.ts";
import { clusterRoutes } from "./routes/cluster.ts";
import { configRoutes } from "./routes/config.ts";
import { debugRoutes } from "./routes/debug.ts";
import { healthRoutes } from "./routes/health.ts";
import { loginRoutes } from "./routes/login.ts";
import { p2pRoutes } from "./routes/p2p.ts";
import { probeRoutes } from "./routes/probes.ts";
import { statusRoutes } from "./routes/status.ts";
import { statusPageRoutes } from "./routes/status-page.ts";
import { unavailableRoutes } from "./routes/unavailable.ts";
import { toProblem } from "./to-problem.ts";

/** Builds the app. `serverFactory` makes its HTTP or HTTPS server; without it fastify makes a plain one. */
export async function buildApp(deps: AppDeps, serverFactory?: FastifyServerFactory): Promise<FastifyInstance> {
  const { api } = deps.config.current;
  const options: FastifyServerOptions = {
    ...(serverFactory === undefined ? {} : { serverFactory }),
    loggerInstance: deps.log,
    // One line a request would cost more than the request; failures are logged by the error handler.
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: requestLog,
    genReqId: requestIdOf,
    requestIdHeader: false,
    bodyLimit: parseSize(api.bodyLimit),
    trustProxy: api.trustedProxies.length === 0 ? false : [...api.trustedProxies],
    // Requests on kept connections are still answered while the server closes, and then the connection ends.
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    routerOptions: { maxParamLength: 16_384, ignoreTrailingSlash: false },
    frameworkErrors: (error, request, reply) => {
      void sendProblem(toProblem(error), request, reply);
    },
  };
  const app: FastifyInstance = fastify(options);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  followRoutes(app);
  registerErrorHandlers(app);
  registerEntrance(app, deps);
  followSlowRequests(app, deps.slowRequests);
  registerForwardGuard(app);
  await registerPressure(app);
  await app.register(helmet, { contentSecurityPolicy: contentPolicy, strictTransportSecurity: api.tls.enabled });
  await registerOpenApi(app, deps);
  await app.register((scope, _options, done) => {
    registerRoutes(scope, deps);
    done();
  });
  await app.register(keyValueRoutes({ store: deps.store, maximumValueBytes: () => valueLimit(deps) }));
  await app.register(
    watchRoutes({
      store: deps.store,
      drain: deps.drain,
      maximumWatches: () => deps.config.current.tasks.keyValue.maxWatchers,
      onCount: deps.onWatches,
    }),
  );
  await app.register(clusterChangeRoutes(deps));
  await app.register(adminClusterRoutes(deps));
  const { slot } = deps;
  if (slot.available) {
    await app.register((scope, _options, done) => {
      slot.workload.routes(scope);
      done();
    });
  }
  return app;
}

function registerRoutes(app: FastifyInstance, deps: AppDeps): void {
  probeRoutes(app, deps);
  healthRoutes(app, deps);
  statusRoutes(app, deps);
  registerLoadRoutes(app, deps.load);
  loginRoutes(app, deps);
  clusterRoutes(app, deps);
  adminNodeRoutes(app, deps);
  formationRoutes(app, deps.formation);
  p2pRoutes(app, deps);
  configRoutes(app, deps);
  debugRoutes(app, deps);
  statusPageRoutes(app, deps);
  unavailableRoutes(app, deps);
}

function valueLimit({ config }: AppDeps): number {
  return parseSize(config.current.tasks.keyValue.maxValueSize);
}

/** The status page is one page of this node: its own scripts and styles, its own API, and nothing from elsewhere. */
const contentPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", "data:"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
};
