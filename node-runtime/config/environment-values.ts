/** Reads the text of an environment variable to the type of its option. */
import { hidden, show, typeOf, type OptionNode, type Problem } from "@quorumkit/schema";

/** An option that variables can set. */
export interface EnvironmentTarget {
  path: readonly string[];
  schema: OptionNode["schema"];
  variables: readonly string[];
  secret: boolean;
}

/** Whether a part of an option's path stands for a position or a key, which no variable can name. */
export function anyItemOrKey(part: string): boolean {
  return part === "[]" || part === "*";
}

type Read = { value: unknown } | { problem: Omit<Problem, "path"> };

/** The value that a variable gives to its option. Ranges and forms are left for the schema to check. */
export function readScalar(target: EnvironmentTarget, text: string): Read {
  const type = typeOf(target.schema);
  if (type === "integer" || type === "number") {
    return /^-?\d+(?:\.\d+)?$/.test(text)
      ? { value: Number(text) }
      : refuse(target, text, `an ${type}`.replace("an n", "a n"));
  }
  if (type === "boolean") {
    if (/^(?:true|1|yes|on)$/i.test(text)) return { value: true };
    return /^(?:false|0|no|off)$/i.test(text) ? { value: false } : refuse(target, text, "true or false");
  }
  if (type === "list of section") return readPeers(target, text);
  if (type.startsWith("list of")) return { value: splitList(text) };
  if (type.startsWith("one of")) return { value: text.toLowerCase() };
  return { value: text };
}

/** `coordinator-node2:8080,coordinator-node3:8080` (guide 003:280); the host's first label is the id unless `id@host` says so. */
function readPeers(target: EnvironmentTarget, text: string): Read {
  const peers = splitList(text).map((item) => /^(?:([^@\s]+)@)?([^@:\s]+|\[[^\]\s]+\])(?::(\d{1,5}))?$/.exec(item));
  if (peers.some((match) => match === null)) {
    return refuse(target, text, "a list like node-2:8080,node-3:8080 or id@host:port");
  }
  return {
    value: peers.flatMap((match) => {
      const host = match?.[2]?.replace(/^\[|\]$/g, "");
      if (host === undefined) return [];
      const port = match?.[3];
      return [{ id: match?.[1] ?? host.split(".")[0], host, ...(port === undefined ? {} : { port: Number(port) }) }];
    }),
  };
}

function splitList(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function refuse(target: EnvironmentTarget, text: string, want: string): Read {
  const got = target.secret ? hidden : text;
  return { problem: { severity: "error", message: `must be ${want}, got ${show(got)}`, got, want, rule: "type" } };
}
