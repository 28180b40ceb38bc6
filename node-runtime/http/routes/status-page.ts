/** The status page at `/`: static files, which ask the API for everything that they show. */
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import type { FastifyInstance } from "fastify";
import type { AppDeps } from "../deps.ts";
import { ApiProblem } from "../problem.ts";

const directory = fileURLToPath(new URL("../../status-page", import.meta.url));
const served = /\.(?:html|css|js|mjs|svg|png|ico|woff2|json|txt)$/;

/** Adds one route for each file, so that an unknown path stays unknown. */
export function statusPageRoutes(app: FastifyInstance, { config }: AppDeps): void {
  void app.register(fastifyStatic, { root: directory, serve: false });
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter(
    (name) => served.test(name) && !/\.test\.|(?:^|\/)\./.test(name),
  );
  const route = (path: string, file: string): void => {
    app.get(path, { config: { always: true, access: "public" }, schema: { hide: true } }, (_request, reply) => {
      if (!config.current.api.statusPage) throw new ApiProblem("not-found", "api.status_page is off");
      return reply.header("cache-control", "no-cache").sendFile(file);
    });
  };
  for (const file of files) {
    if (file === "index.html") route("/", file);
    route(`/${file}`, file);
  }
}
