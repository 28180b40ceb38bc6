/** Task ids: UUIDs of version 7 (RFC 9562), so that ids sort by the time of submission. */
import { randomUUID } from "node:crypto";

const countersPerMillisecond = 0x1000;

/** Characters of an id. */
export const identifierLength = 36;

export const identifierPattern = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$";

/**
 * Gives ids that only ever rise, also within one millisecond and when the clock goes back: the 12 bits after the version
 * are a counter.
 */
export function identifiers(now: () => number): () => string {
  let time = 0;
  let counter = 0;
  return () => {
    const current = Math.floor(now());
    counter += 1;
    if (current > time) {
      time = current;
      counter = 0;
    } else if (counter === countersPerMillisecond) {
      time += 1;
      counter = 0;
    }
    const clock = time.toString(16).padStart(12, "0");
    return `${clock.slice(0, 8)}-${clock.slice(8)}-7${counter.toString(16).padStart(3, "0")}${randomUUID().slice(18)}`;
  };
}
