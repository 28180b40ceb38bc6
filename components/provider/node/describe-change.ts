/** Says in a few words how an option changes. Pure. */
import type { Change } from "@quorumkit/schema";

/** Longer values are cut: a preview has one line for each option. */
const longest = 120;

/** `"info" -> "debug"`; of lists of things that have ids, which come, go and change: `adds node-4`. */
export function describeChange({ before, after }: Pick<Change, "before" | "after">): string {
  const [old, now] = [readItems(before), readItems(after)];
  if (old === undefined || now === undefined || (old.size === 0 && now.size === 0))
    return `${cut(before)} -> ${cut(after)}`;
  const ids = (verb: string, chosen: readonly string[]) =>
    chosen.length === 0 ? [] : [`${verb} ${chosen.join(", ")}`];
  const added = [...now.keys()].filter((id) => !old.has(id));
  const dropped = [...old.keys()].filter((id) => !now.has(id));
  const changed = [...now].filter(([id, text]) => old.has(id) && old.get(id) !== text).map(([id]) => id);
  const parts = [...ids("adds", added), ...ids("drops", dropped), ...ids("changes", changed)];
  return parts.length === 0 ? "in another order" : parts.join("; ");
}

/** The items of a list by their ids; undefined where the text is no such list. */
function readItems(text: string): Map<string, string> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const items = value.map((item: unknown) => [idOf(item), JSON.stringify(item)] as const);
  return items.every((item): item is readonly [string, string] => item[0] !== undefined) ? new Map(items) : undefined;
}

function idOf(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null || !("id" in item)) return undefined;
  return typeof item.id === "string" ? item.id : undefined;
}

function cut(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}
