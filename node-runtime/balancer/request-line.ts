/** What nginx tells of an answered request (the format `requests` of components/load-balancer/logging.ts). Pure. */
import { loadBalancerMetrics } from "@quorumkit/schema";

/** An answered request. */
export interface AnsweredRequest {
  kind: Kind;
  status: string;
  /** From its first byte to the last of the answer; undefined for a stream, whose length says nothing. */
  seconds: number | undefined;
  /** Nodes that it was given to after the first one. */
  furtherNodes: number;
  /** Whether a limit refused it. */
  limited: boolean;
}

const kinds = ["read", "write", "search", "admin", "health", "other"] as const;

type Kind = (typeof kinds)[number];

/** Routes whose requests last as long as somebody listens. */
const streams: ReadonlySet<string> = new Set(["stream", "inference"]);

/** The tag of the lines. */
const tag = "quorumkit_request: ";

/** Reads a line of syslog; undefined for anything else. */
export function readRequestLine(line: string): AnsweredRequest | undefined {
  const start = line.indexOf(tag);
  if (start === -1) return undefined;
  const words = /^(\S*) (\S*) (\d{3}) (\d+(?:\.\d+)?) (\S*) ?(.*)$/s.exec(line.slice(start + tag.length).trimEnd());
  if (words === null) return undefined;
  const [, kind = "", route = "", status = "", seconds = "", limits = "", nodes = ""] = words;
  return {
    kind: kinds.find((name) => name === kind) ?? "other",
    status,
    seconds: streams.has(route) ? undefined : Number(seconds),
    // `502, 200` within a group, `502 : 200` from one group to another.
    furtherNodes: (nodes.match(/[,:]/g) ?? []).length,
    limited: limits.split(",").includes("REJECTED"),
  };
}

/** The labels that a request is counted under, in the words of the registry. */
export function labelsOf({
  kind,
  status,
}: AnsweredRequest): Record<(typeof loadBalancerMetrics.requests.labels)[number], string> {
  return { kind, status };
}
