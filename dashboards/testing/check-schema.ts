/** Checks JSON of dashboards by the compiler: as a literal of the SDK's types, in which a wrong field is an error. */
import { join } from "node:path";
import ts from "typescript";

const directory = import.meta.dirname;
const types = join(directory, "emitted-json.ts");

/** What the compiler says of each text of JSON, by its name; nothing of those that are right. */
export function checkSchema(texts: Readonly<Record<string, string>>): Record<string, string[]> {
  const files = new Map(
    Object.entries(texts).map(([name, text]) => [
      join(directory, `${name}.emitted.ts`),
      `import type { EmittedDashboard } from "./emitted-json.ts";\nexport const dashboard: EmittedDashboard = ${text};\n`,
    ]),
  );
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
  };
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    fileExists: (name) => files.has(name) || disk.fileExists(name),
    readFile: (name) => files.get(name) ?? disk.readFile(name),
    getSourceFile: (name, ...more) => {
      const text = files.get(name);
      return text === undefined
        ? disk.getSourceFile(name, ...more)
        : ts.createSourceFile(name, text, ts.ScriptTarget.ES2024);
    },
  };
  const program = ts.createProgram([types, ...files.keys()], options, host);
  const messages: Record<string, string[]> = {};
  for (const diagnostic of ts.getPreEmitDiagnostics(program)) {
    const name = /([^/]+)\.emitted\.ts$/.exec(diagnostic.file?.fileName ?? "")?.[1] ?? "types";
    (messages[name] ??= []).push(ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n"));
  }
  return messages;
}
