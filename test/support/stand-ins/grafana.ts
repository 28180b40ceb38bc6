/**
 * Stands in for Grafana where there is none: it reads what Grafana would be provisioned with, on each request, and is
 * healthy when all of that is there and sound. It shows nothing and asks no data source.
 *
 * - GET /api/health: as Grafana's; 503 with the problems when there are any.
 * - GET /api/provisioned: data sources, dashboards and problems.
 */
import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { parse } from "yaml";

const provisioning = process.env["GF_PATHS_PROVISIONING"] ?? "/etc/grafana/provisioning";
const data = process.env["GF_PATHS_DATA"] ?? "/var/lib/grafana";
const port = Number(process.env["GF_SERVER_HTTP_PORT"] ?? 3000);

/** What is provisioned. */
interface Provisioned {
  datasources: { name: string; uid: string; type: string; url: string }[];
  dashboards: { uid: string; title: string; file: string }[];
  problems: string[];
}

type Document = Record<string, unknown>;

function read(): Provisioned {
  const problems: string[] = [];
  const datasources = readConfigs("datasources", problems).flatMap(({ file, document }) =>
    listOf(document["datasources"]).map((source) => {
      const [name, uid, type, url] = ["name", "uid", "type", "url"].map((key) => text(source[key]));
      if (!name || !type || !url) problems.push(`${file}: a data source needs a name, a type and a url`);
      return { name: name ?? "", uid: uid ?? "", type: type ?? "", url: url ?? "" };
    }),
  );
  const dashboards = readConfigs("dashboards", problems).flatMap(({ file, document }) =>
    listOf(document["providers"]).flatMap((provider) => {
      const { path } = (provider["options"] ?? {}) as { path?: unknown };
      return readDashboards(file, text(path), problems);
    }),
  );
  if (datasources.length === 0) problems.push(`${provisioning}/datasources: there is no data source`);
  if (dashboards.length === 0) problems.push(`${provisioning}/dashboards: there is no dashboard`);
  problems.push(...repeated("data source", datasources), ...repeated("dashboard", dashboards));
  for (const { file, uid } of dashboards.flatMap(usedSources)) {
    if (!datasources.some((source) => source.uid === uid)) problems.push(`${file}: there is no data source ${uid}`);
  }
  checkWritable(problems);
  return { datasources, dashboards: dashboards.map(({ uid, title, file }) => ({ uid, title, file })), problems };
}

/** The YAML files of a kind of provisioning. */
function readConfigs(kind: string, problems: string[]): { file: string; document: Document }[] {
  const folder = join(provisioning, kind);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)) : [];
  return names.flatMap((name) => {
    const file = join(folder, name);
    const document = attempt(file, problems, () => parse(expand(readFileSync(file, "utf8"))) as Document);
    if (document !== undefined && document["apiVersion"] !== 1) problems.push(`${file}: apiVersion is not 1`);
    return document === undefined ? [] : [{ file, document }];
  });
}

interface Dashboard {
  uid: string;
  title: string;
  file: string;
  document: Document;
}

function readDashboards(provider: string, path: string | undefined, problems: string[]): Dashboard[] {
  if (path === undefined || !existsSync(path)) {
    problems.push(`${provider}: there is no folder ${path ?? "(no path)"}`);
    return [];
  }
  const files = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  return files.sort().flatMap((name) => {
    const file = join(path, name);
    const document = attempt(file, problems, () => JSON.parse(readFileSync(file, "utf8")) as Document);
    if (document === undefined) return [];
    const [uid, title] = [text(document["uid"]), text(document["title"])];
    if (!uid || !title) problems.push(`${file}: a dashboard needs a uid and a title`);
    return [{ uid: uid ?? "", title: title ?? "", file, document }];
  });
}

/** Data sources that panels name; a variable (`$source`) is chosen in Grafana, and its own ones need no provisioning. */
function usedSources({ file, document }: Dashboard): { file: string; uid: string }[] {
  return [...JSON.stringify(document).matchAll(/"datasource":\{[^{}]*"uid":"([^"]+)"/g)]
    .map(([, uid = ""]) => uid)
    .filter((uid) => !uid.startsWith("$") && !/^(grafana|-- .* --|-100)$/.test(uid))
    .map((uid) => ({ file, uid }));
}

function repeated(what: string, things: readonly { uid: string }[]): string[] {
  const uids = things.map(({ uid }) => uid).filter((uid) => uid !== "");
  return uids.filter((uid, index) => uids.indexOf(uid) !== index).map((uid) => `there are two ${what}s ${uid}`);
}

/** Grafana keeps its own database there. */
function checkWritable(problems: string[]): void {
  try {
    accessSync(data, constants.W_OK);
  } catch {
    problems.push(`${data} can't be written by ${process.getuid?.() ?? "this account"}`);
  }
}

/** As Grafana does it in these files: `$NAME` and `${NAME}` are variables of the environment. */
function expand(content: string): string {
  return content.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_match, braced?: string, plain?: string) => {
    return process.env[braced ?? plain ?? ""] ?? "";
  });
}

function attempt<Result>(file: string, problems: string[], work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    problems.push(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function listOf(value: unknown): Document[] {
  return Array.isArray(value) ? (value as Document[]) : [];
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

const server = createServer(({ url }, response) => {
  const { problems, ...found } = read();
  const answers: Record<string, [status: number, body: unknown]> = {
    "/api/health": [problems.length === 0 ? 200 : 503, { database: "ok", version: "12.0.2", standIn: true, problems }],
    "/api/provisioned": [200, { ...found, problems }],
  };
  const [status, body] = answers[url ?? ""] ?? [404, { message: "this stand-in for Grafana has no such page" }];
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
});
server.listen(port);
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
