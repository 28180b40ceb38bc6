/** Measurements as a table for people. */
import type { Kind, Measurement } from "./measure.ts";

/** A line for each measurement; the aim stands beside those with the most clients. */
export function loadTable(measurements: readonly Measurement[], aim: (kind: Kind) => string): string {
  const most = Math.max(...measurements.map(({ clients }) => clients));
  const line = (cells: readonly (string | number)[]): string => cells.map((cell) => String(cell).padStart(9)).join(" ");
  return [
    line(["", "clients", "per s", "aim", "p50 ms", "p99 ms", "refused"]),
    ...measurements.map(({ kind, clients, perSecond, p50Milliseconds, p99Milliseconds, refused }) =>
      line([kind, clients, perSecond, clients === most ? aim(kind) : "", p50Milliseconds, p99Milliseconds, refused]),
    ),
  ].join("\n");
}
