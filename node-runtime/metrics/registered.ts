/** Which metrics the runtime can emit: those of the registry that are its own. Types only. */
import type {
  loadBalancerMetrics,
  MetricDefinition,
  nodeMetrics,
  p2pMetrics,
  workloadMetrics,
} from "@quorumkit/schema";

type Workloads = typeof workloadMetrics;

/** The declarations of a group, or of each of several. */
type Members<Group> = Group extends unknown ? Group[keyof Group] : never;

/** A declaration of the registry. A metric that isn't one of them can't be made. */
export type RegisteredDefinition =
  | Members<typeof nodeMetrics | typeof p2pMetrics | typeof loadBalancerMetrics>
  | { [Name in keyof Workloads]: Members<Workloads[Name]> }[keyof Workloads];

/** Declarations of one type. */
export type DefinitionOf<Type extends MetricDefinition["type"]> = Extract<RegisteredDefinition, { type: Type }>;

/** The names of a metric's labels; never for one without labels. */
export type LabelOf<Definition extends { labels: readonly string[] }> = Definition["labels"][number];

/** Declarations of one type without labels. */
export type Unlabelled<Type extends MetricDefinition["type"]> = Extract<DefinitionOf<Type>, { labels: readonly [] }>;
