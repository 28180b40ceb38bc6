/** What a config may ask for and this release of the node doesn't do. What protects is refused; the rest is said at start. */
import { defaultOf, nodeConfigSchema, schemaAt, wirePath, type NodeConfig, type Problem } from "@quorumkit/schema";

/** Errors keep the node from starting; warnings are logged. */
export function unsupportedProblems(config: NodeConfig): { errors: Problem[]; warnings: Problem[] } {
  return { errors: [...refused(config)], warnings: [...ignored(config)] };
}

function* refused(config: NodeConfig): Generator<Problem> {
  const { auth, users } = config.security;
  if (auth.enabled) {
    for (const [position, { type }] of auth.providers.entries()) {
      if (type === "api_key") continue;
      const path = `security.auth.providers[${position}].type`;
      yield problem(
        "error",
        path,
        `authentication by ${type} is not in this release; the node refuses to start open`,
        "api_key",
        type,
      );
    }
    if (users.length > 0) {
      const message = "logging in with a password is not in this release; the node refuses to start without it";
      yield problem("error", "security.users", message, "api_keys, or no users");
    }
  }
  for (const [position, { quotas }] of config.security.apiKeys.entries()) {
    if (Object.keys(quotas).length === 0) continue;
    const message = "quotas of API keys are not counted in this release; the node refuses to start without them";
    yield problem("error", `security.api_keys[${position}].quotas`, message, "rate_limits, or no quotas");
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
  if (config.security.audit.file !== undefined) {
    const message = "a file for the audit log is not in this release; its lines are in the node's log";
    yield problem("warning", "security.audit.file", message, "no file");
  }
}

function problem(severity: Problem["severity"], path: string, message: string, want: string, got?: unknown): Problem {
  return { severity, path, message, want, rule: "not-in-this-release", ...(got === undefined ? {} : { got }) };
}
