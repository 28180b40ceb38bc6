/** The args that decide which resources there are: they have to be known before anything is made. */
import * as pulumi from "@pulumi/pulumi";
import { readClusterSpec, snakeCase, type Problem } from "@quorumkit/schema";
import { argsToWire, mapAt } from "../common/wire.ts";
import { shapeOf, type ServiceShape } from "../docker/index.ts";
import { planServices } from "./services.ts";

/** Paths of these args, in the names of TypeScript. */
const deciding = [
  "name",
  "system",
  "preset",
  "size",
  "members",
  "gateways",
  "consensus.engine",
  "consensus.mode",
  "loadBalancer.enabled",
  "monitoring.enabled",
  "monitoring.alertingEnabled",
  "observability.prometheus.enabled",
  "observability.alertmanager.enabled",
  "observability.grafana.enabled",
  "observability.nodeExporter.enabled",
  "observability.nginxExporter.enabled",
  "target.kind",
  "target.compose.keepData",
] as const;

/** A service that exists, and the services that it starts after. */
export interface PlacedShape extends ServiceShape {
  after: readonly string[];
}

/** What exists. */
export interface Deciding {
  /** Nodes first, in the order in which they start. */
  shapes: PlacedShape[];
  /** Whether the spec names certificates for the traffic between nodes. */
  ownCertificates: boolean;
}

/**
 * The services that args ask for; undefined where their deciding part isn't valid, which the check of all args says
 * better. Problems name the args that are Outputs and must not be.
 */
export function decide(args: Readonly<Record<string, unknown>>): { value: Deciding | undefined; problems: Problem[] } {
  const picked: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const path of deciding) {
    const found = pick(args, path.split("."));
    if (isOutput(found)) problems.push(mustBePlain(path));
    else if (found !== undefined) place(picked, path.split("."), found);
  }
  if (problems.length > 0) return { value: undefined, problems };
  const { value: spec } = readClusterSpec(argsToWire(picked));
  const ownCertificates = pick(args, ["p2p", "tls"]) !== undefined;
  if (spec === undefined) return { value: undefined, problems };
  const { services } = planServices(spec, ownCertificates).services;
  const shapes = services.map((service) => ({ ...shapeOf(service), after: service.after }));
  return { value: { shapes, ownCertificates }, problems };
}

/** The value at a path; an Output on the way there is the answer. */
function pick(value: unknown, path: readonly string[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined || isOutput(value)) return value;
  if (typeof value !== "object" || value === null) return undefined;
  return pick((value as Record<string, unknown>)[key], rest);
}

function place(map: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) {
    map[key] = value;
    return;
  }
  const inner = mapAt(map, key);
  map[key] = inner;
  place(inner, rest, value);
}

function isOutput(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function mustBePlain(path: string): Problem {
  const option = path.split(".").map(snakeCase).join(".");
  return {
    severity: "error",
    path: option,
    message: `${option} decides what exists, so it must be known beforehand, got an Output`,
    want: "a plain value",
    rule: "deciding-args-are-plain",
  };
}
