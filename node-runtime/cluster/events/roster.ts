/** What the member list and the alarms have changed by since events were last written of them. Pure. */
import { z } from "zod";
import type { AlarmResponse } from "../../store/etcd/messages.ts";
import { shownId, type Member } from "../membership/members.ts";
import type { ClusterEvent } from "./event.ts";

/** `cluster/roster`: by member id, in decimal. */
export const rosterRecord = z.object({
  members: z.record(z.string(), z.object({ node: z.string().nullable(), learner: z.boolean() })),
  /** `NOSPACE/<member id>`. */
  alarms: z.array(z.string()),
});

export type Roster = z.output<typeof rosterRecord>;

export function rosterOf(members: readonly Member[], alarms: AlarmResponse["alarms"]): Roster {
  return {
    members: Object.fromEntries(
      members
        .map(({ id, nodeId, learner }) => [id, { node: nodeId, learner }] as const)
        .sort(([left], [right]) => (left < right ? -1 : 1)),
    ),
    alarms: alarms.map(({ memberID, alarm }) => `${alarm}/${memberID}`).sort(),
  };
}

/** Events for what differs. @param round sets an alarm that comes back apart from the one before */
export function rosterEvents(
  before: Roster,
  after: Roster,
  source: { at: Date; by: string; round: number },
): ClusterEvent[] {
  const common = { at: source.at.toISOString(), written_by: source.by };
  const events: ClusterEvent[] = [];
  const note = (type: "member-added" | "member-promoted" | "member-removed", id: string, node: string | null): void => {
    events.push({ type, id: `${type}/${shownId(id)}`, ...common, node, member_id: shownId(id) });
  };
  for (const [id, member] of Object.entries(after.members)) {
    const known = before.members[id];
    if (known === undefined) note("member-added", id, member.node);
    if (known?.learner === true && !member.learner) note("member-promoted", id, member.node);
  }
  for (const [id, member] of Object.entries(before.members)) {
    if (after.members[id] === undefined) note("member-removed", id, member.node);
  }
  for (const raised of after.alarms.filter((alarm) => !before.alarms.includes(alarm))) {
    const [alarm = "", id = "0"] = raised.split("/");
    const node = (after.members[id] ?? before.members[id])?.node ?? null;
    const event = { type: "alarm" as const, id: `alarm/${alarm}/${shownId(id)}/${source.round}`, ...common };
    events.push({ ...event, alarm, node, member_id: shownId(id) });
  }
  return events;
}
