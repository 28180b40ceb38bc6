/** What a config may ask for and this release of the node doesn't do. What protects is refused; the rest is said at start. */
import { defaultOf, nodeConfigSchema, schemaAt, wirePath, type NodeConfig, type Problem } from "@quorumkit/schema";
import { hashProblem } from "../http/access/login/password-hash.ts";

/** Errors keep the node from starting; warnings are logged. */
export function unsupportedProblems(config: NodeConfig): { errors: Problem[]; warnings: Problem[] } {
  return { errors: [...refused(config)], warnings: [...ignored(config)] };
}

function* refused(config: NodeConfig): Generator<Problem> {
  for (const [position, { passwordHash }] of config.security.users.entries()) {
    const reason = hashProblem(passwordHash);
    if (reason === undefined) continue;
    const path = `security.users[${position}].password_hash`;
    yield problem("error", path, `a node can't check this hash: ${reason}`, "a bcrypt hash of cost 12");
  }
}

function* ignored(config: NodeConfig): Generator<Problem> {
  const notDone = "is not done by this release";
  if (config.monitoring.tracing.enabled)
    yield problem("warning", "monitoring.tracing.enabled", `tracing ${notDone}`, "false");
  if (config.backup.enabled) yield problem("warning", "backup.enabled", `making backups ${notDone}`, "false");
  if (config.recovery.enabled) yield problem("warning", "recovery.enabled", `keeping checkpoints ${notDone}`, "false");
  if (config.storage.database.path !== undefined) {
    const message = "the database is store.sqlite in storage.data_dir; another place is not done by this release";
    yield problem("warning", "storage.database.path", message, "no path");
  }
  for (const name of ["memoryLimit", "cacheSize"] as const) {
    const path = ["storage", "database", name];
    const field = schemaAt(nodeConfigSchema, path);
    const usual = field === undefined ? undefined : defaultOf(field);
    if (config.storage.database[name] === usual) continue;
    const message = `tuning the database's memory ${notDone}`;
    yield problem("warning", wirePath(path), message, String(usual), config.storage.database[name]);
  }
}

function problem(severity: Problem["severity"], path: string, message: string, want: string, got?: unknown): Problem {
  return { severity, path, message, want, rule: "not-in-this-release", ...(got === undefined ? {} : { got }) };
}
