/** `node-up` and `node-down`, from changes of the presence records. Pure. */
import type { MirrorChange } from "../prefix-mirror.ts";
import type { PresenceRecord } from "../presence/records.ts";
import type { PendingEvent } from "./chronicle.ts";

/** The event of a change; undefined for one that is neither. Every node makes the same id of the same change. */
export function presencePending(
  { key, before, after }: MirrorChange<PresenceRecord>,
  source: { nodeId: string; at: Date },
): PendingEvent | undefined {
  const common = { at: source.at.toISOString(), written_by: source.nodeId, node: key };
  const mark = ({ createRevision, value }: NonNullable<typeof after>): string =>
    `${createRevision}-${value.started_at}`;
  if (after !== undefined) {
    if (before !== undefined && mark(before) === mark(after)) return undefined;
    const id = `node-up/${key}/${mark(after)}`;
    return { id, build: () => Promise.resolve({ event: { type: "node-up", id, ...common } }) };
  }
  if (before === undefined) return undefined;
  const id = `node-down/${key}/${mark(before)}`;
  return { id, build: () => Promise.resolve({ event: { type: "node-down", id, ...common } }) };
}
