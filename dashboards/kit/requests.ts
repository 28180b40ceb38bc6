/** Which requests count for the objectives: the same as for the alerts about them (alerts/requests.ts). */
import { parseDuration, requestSeconds, systems, type SystemName } from "@quorumkit/schema";
import type { Matcher, Matchers } from "./query.ts";

type Workload = (typeof systems)[SystemName]["workload"];

/** Routes of probes: they ask all the time, and are answered by 503 on purpose. */
const probes = "/health|/api/health(/.*)?|/api/v1/(health(/.*)?|ready|startup)";

/** Routes whose requests wait because the client asked for it. */
const waiting: Readonly<Record<Workload, string>> = {
  tasks: "/api/(v1/)?tasks/claim",
  inference: "",
  vectors: "",
  artifacts: "",
};

/** Requests of clients. */
export const clientRequests: Matchers = { route: `!~${probes}` };

/** Requests of clients whose time is the node's own. */
export function timedRequests(system: SystemName): Matchers {
  const more = waiting[systems[system].workload];
  return { route: `!~${more === "" ? probes : `${probes}|${more}`}` };
}

/** Statuses that are the cluster's fault; 501 asks for what the system has not got. */
export const failedStatus: Matcher = "=~50[02-9]|5[1-9].";

/** The smallest bound of the histogram of requests within which an objective lies, as label `le`. */
export function boundMatcher(latency: string): Matcher {
  const wanted = parseDuration(latency) / 1000;
  const bound = requestSeconds.find((candidate) => candidate >= wanted) ?? requestSeconds[requestSeconds.length - 1];
  // Prometheus 2 keeps a whole number as the node writes it, Prometheus 3 writes 1.0.
  return Number.isInteger(bound) ? `=~${bound}(\\.0)?` : `=${bound}`;
}
