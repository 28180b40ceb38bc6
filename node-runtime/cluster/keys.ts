/** Where the cluster keeps what it knows of itself. Keys of users lie under `kv/`; they can't reach these. */

/** `cluster/nodes/<node id>`: what a node says of itself, as long as it is up. */
export const nodesPrefix = "cluster/nodes/";
/** `cluster/admitted/<node id>`: nodes that add-node let in. */
export const admittedPrefix = "cluster/admitted/";
/** `cluster/events/<number>`: what happened, the latest of it. */
export const eventsPrefix = "cluster/events/";
/** `cluster/event-ids/<id>`: which events have been written, so that none is written twice. */
export const eventIdsPrefix = "cluster/event-ids/";
/** The members and alarms that the events so far speak of. */
export const rosterKey = "cluster/roster";
/** Who asked for the leadership to move. */
export const leadershipIntentKey = "cluster/intent/leadership";

const sequenceDigits = 16;

export function eventKey(sequence: number): string {
  return eventsPrefix + String(sequence).padStart(sequenceDigits, "0");
}

export function sequenceOf(key: string): number {
  return Number(key.slice(eventsPrefix.length));
}
