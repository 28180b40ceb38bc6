/** Lines of nginx's error log, as records of ours. Pure. */

/** A line that was understood as far as it goes. */
export interface ErrorRecord {
  level: "info" | "warn" | "error" | "fatal";
  message: string;
}

const levels: Readonly<Record<string, ErrorRecord["level"]>> = {
  debug: "info",
  info: "info",
  notice: "info",
  warn: "warn",
  error: "error",
  crit: "error",
  alert: "error",
  emerg: "fatal",
};

/** Reads a line. Queries are taken out: nginx writes the whole first line of a request that failed. */
export function readErrorLine(line: string): ErrorRecord {
  const words = /^(?:\S+ \S+ |nginx: )\[(\w+)\] (?:\d+#\d+: )?(.*)$/s.exec(line);
  const [, level = "", message = line] = words ?? [];
  return { level: levels[level] ?? "error", message: withoutQueries(message) };
}

function withoutQueries(message: string): string {
  return message.replace(/\?[^\s"]*/g, "?…").replace(/, referrer: "[^"]*"/g, "");
}
