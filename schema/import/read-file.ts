/** Reads the text of a config file: YAML or JSON, on its own or inside a Kubernetes ConfigMap. */
import { LineCounter, parseAllDocuments } from "yaml";
import { valueAt } from "../kit/problems.ts";
import type { ImportNote, ImportProblem } from "./types.ts";

/** What a text holds. */
export interface FileContent {
  /** The config; undefined where there are problems. */
  config: Record<string, unknown> | undefined;
  /** Replicas of a StatefulSet beside the ConfigMap. */
  replicas?: unknown;
  problems: ImportProblem[];
  notes: ImportNote[];
}

/** Files of a deployment that hold no node config, by the keys that give them away. */
const deploymentFiles: readonly { kind: string; keys: readonly string[] }[] = [
  { kind: "a Docker Compose file", keys: ["services"] },
  { kind: "a Prometheus config", keys: ["scrape_configs"] },
  { kind: "a file of alert rules", keys: ["groups"] },
  { kind: "a Grafana dashboard", keys: ["dashboard"] },
  { kind: "a set of Kubernetes probes", keys: ["livenessProbe"] },
  { kind: "a set of Kubernetes probes", keys: ["readinessProbe"] },
];

/** Reads a text. Duplicate keys are errors. */
export function readFile(text: string): FileContent {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  if (!Array.isArray(documents)) return fail("the file is empty", "a config file");
  const problems = documents.flatMap(({ errors }) =>
    errors.map((error): ImportProblem => {
      const { line, col } = lines.linePos(error.pos[0]);
      const rule = error.code === "DUPLICATE_KEY" ? "duplicate-key" : "syntax";
      const message = `line ${line}, column ${col}: ${error.message}`;
      return { severity: "error", path: "", message, want: "YAML or JSON in which every key stands once", rule };
    }),
  );
  if (problems.length > 0) return { config: undefined, problems, notes: [] };
  try {
    const values = documents
      .map((document) => document.toJS({ maxAliasCount: 100 }) as unknown)
      .filter((value) => value !== null && value !== undefined);
    // Refuses a value that holds itself.
    JSON.stringify(values);
    return readValues(values);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return fail(`the aliases of the file can't be resolved: ${reason ?? ""}`, "a file without aliases");
  }
}

function readValues(values: readonly unknown[]): FileContent {
  const [first, ...others] = values;
  if (first === undefined) return fail("the file is empty", "a config file");
  if (values.some(isKubernetesObject)) return readManifest(values);
  if (others.length > 0) return fail(`the file holds ${values.length} documents`, "one config in a file");
  if (!isMap(first)) return fail("the file holds no section", "a map of options, in YAML or JSON");
  const deployment = deploymentFiles.find(({ keys }) => keys.every((key) => Object.hasOwn(first, key)));
  return deployment === undefined ? { config: first, problems: [], notes: [] } : refuseDeployment(deployment.kind);
}

/** A ConfigMap holds the config as a text under the name of a file. */
function readManifest(objects: readonly unknown[]): FileContent {
  const files = objects.filter((object) => valueAt(object, ["kind"]) === "ConfigMap").flatMap(configFiles);
  const [file, another] = files;
  if (file === undefined) return refuseDeployment(`a Kubernetes manifest (${objects.map(kindOf).join(", ")})`);
  if (another !== undefined)
    return fail("the manifest holds more than one config file", "one ConfigMap with one config");
  const inner = readFile(file.text);
  const notes = objects.map((object): ImportNote => {
    const isSource = object === file.object;
    return {
      kind: isSource ? "renamed" : "dropped",
      from: describe(object),
      reason: isSource ? `the config is its ${file.name}` : "the objects around a config are made from the spec",
      ruling: "import.deployment-files",
    };
  });
  const replicas = objects
    .filter((object) => kindOf(object) === "StatefulSet")
    .map((set) => valueAt(set, ["spec", "replicas"]));
  const known = replicas.length === 1 && replicas[0] !== undefined ? { replicas: replicas[0] } : {};
  return { ...inner, ...known, notes: [...notes, ...inner.notes] };
}

function configFiles(object: unknown): { object: unknown; name: string; text: string }[] {
  const data = valueAt(object, ["data"]);
  return isMap(data)
    ? Object.entries(data).flatMap(([name, text]) =>
        /\.(?:ya?ml|json)$/.test(name) && typeof text === "string" ? [{ object, name, text }] : [],
      )
    : [];
}

function refuseDeployment(kind: string): FileContent {
  const message = `the file is ${kind}, not the config of a node; what it describes is made from the spec`;
  return fail(message, "a config file of one of the systems, or the ConfigMap that holds one", {
    rule: "deployment-file",
    ruling: "import.deployment-files",
  });
}

function fail(
  message: string,
  want: string,
  more: { rule: string; ruling?: string } = { rule: "format" },
): FileContent {
  return { config: undefined, problems: [{ severity: "error", path: "", message, want, ...more }], notes: [] };
}

function kindOf(object: unknown): string {
  const kind = valueAt(object, ["kind"]);
  return typeof kind === "string" ? kind : "an object without a kind";
}

function describe(object: unknown): string {
  const name = valueAt(object, ["metadata", "name"]);
  return typeof name === "string" ? `${kindOf(object)} ${name}` : kindOf(object);
}

function isKubernetesObject(value: unknown): boolean {
  return isMap(value) && Object.hasOwn(value, "apiVersion") && Object.hasOwn(value, "kind");
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
