/** Which methods a path takes; fastify itself can't say, and a wrong method deserves another answer than an unknown path. */
import type { FastifyInstance } from "fastify";

interface TableEntry {
  pattern: RegExp;
  methods: Set<string>;
}

const tables = new WeakMap<object, Map<string, TableEntry>>();

/** Follows the routes of an app. Has to be called before the first route is added. */
export function followRoutes(app: FastifyInstance): void {
  const table = new Map<string, TableEntry>();
  tables.set(app, table);
  app.addHook("onRoute", ({ url, method }) => {
    const entry = table.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const name of Array.isArray(method) ? method : [method]) entry.methods.add(name);
    table.set(url, entry);
  });
}

/** The methods of all routes that match a path, sorted; none for an unknown path. */
export function methodsOf(app: FastifyInstance, path: string): string[] {
  const found = [...(tables.get(app)?.values() ?? [])].filter(({ pattern }) => pattern.test(path));
  return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort();
}

function patternOf(url: string): RegExp {
  const source = url
    .split("/")
    .map((part) => (part === "*" ? ".+" : part.startsWith(":") ? "[^/]+" : part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")))
    .join("/");
  return new RegExp(`^${source}$`);
}
