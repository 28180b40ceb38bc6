/** The OpenAPI document of the API, made from the schemas that requests are checked with. */
import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import type { AppDeps } from "./deps.ts";
import { ApiProblem } from "./problem.ts";

/** Where the document is served. */
export const openApiPath = "/api/v1/openapi.json";

/** OpenAPI has no name for a path's rest; it becomes the parameter `key`. */
function namedWildcard({
  schema,
  url,
}: ReturnType<typeof jsonSchemaTransform>): ReturnType<typeof jsonSchemaTransform> {
  if (!url.endsWith("/*")) return { schema, url };
  const renamed = JSON.parse(JSON.stringify(schema).replaceAll('"*"', '"key"')) as typeof schema;
  return { schema: renamed, url: url.replace(/\*$/, ":key") };
}

/** Registers the plug-in, before the routes that it describes, and the route of the document. */
export async function registerOpenApi(app: FastifyInstance, { identity, config }: AppDeps): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "quorumkit node",
        version: identity.version,
        description:
          "The API of one node. Errors are problem documents (RFC 9457) with a stable `code`. Every answer carries x-request-id.",
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      components: {
        securitySchemes: {
          bearer: {
            type: "http",
            scheme: "bearer",
            description: "Admin token, API key, or token of a provider in security.auth",
          },
          apiKey: { type: "apiKey", in: "header", name: "X-API-Key" },
        },
      },
      tags: [
        { name: "probes", description: "For orchestrators and load balancers" },
        { name: "status", description: "What this node is" },
        { name: "health", description: "Health in detail" },
        { name: "cluster", description: "Members, leadership, replication, events and integrity" },
        { name: "admin", description: "The cluster and this node for their operators (guide 004)" },
        { name: "key-value", description: "JSON values with compare-and-set and watch" },
        { name: "tasks", description: "Tasks that workers claim, run and complete" },
        { name: "auth", description: "Logging in" },
        { name: "config", description: "The node's config" },
        { name: "debug", description: "For troubleshooting" },
      ],
    },
    transform: (document) => namedWildcard(jsonSchemaTransform(document)),
    transformObject: jsonSchemaTransformObject,
  });
  app.get(openApiPath, { schema: { hide: true } }, (_request, reply) => {
    if (!config.current.api.docs) throw new ApiProblem("not-found", "api.docs is off");
    return reply.type("application/json; charset=utf-8").send(JSON.stringify(app.swagger()));
  });
}
