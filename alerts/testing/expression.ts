/** Reads an expression and works out which labels its result has; throws where a metric or a label does not exist. */
import { listMetrics, type SystemName } from "@quorumkit/schema";
import { parser } from "@prometheus-io/lezer-promql";
import type { SyntaxNode } from "@lezer/common";

/** Labels that each series has by itself, by its name in expressions. */
export type KnownSeries = ReadonlyMap<string, ReadonlySet<string>>;

/** Labels that every target has. */
const ofTargets = ["cluster", "job", "instance"];

/** The series that a system's metrics make: a histogram makes three. */
export function knownMetrics(system: SystemName): Map<string, ReadonlySet<string>> {
  const known = new Map<string, ReadonlySet<string>>();
  for (const { name, definition } of listMetrics(system)) {
    const labels = [...ofTargets, ...definition.labels];
    if (definition.type === "histogram") {
      known.set(`${name}_bucket`, new Set([...labels, "le"]));
      known.set(`${name}_sum`, new Set(labels));
      known.set(`${name}_count`, new Set(labels));
    } else known.set(name, new Set(labels));
  }
  return known;
}

/** The labels of a result; undefined for a number, which has none and fits everything. */
export type ResultLabels = ReadonlySet<string> | undefined;

/** Works out the labels of an expression's result. Throws on what is no PromQL, and on metrics and labels that don't exist. */
export function resultLabels(expression: string, known: KnownSeries): ResultLabels {
  const tree = parser.parse(expression);
  tree.iterate({
    enter: (node) => {
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${expression}`);
    },
  });
  const text = (node: SyntaxNode) => expression.slice(node.from, node.to);
  const labelsIn = (node: SyntaxNode | null) => node?.getChildren("LabelName").map(text) ?? [];

  const textsIn = (node: SyntaxNode | null): string[] => {
    const found: string[] = [];
    for (let child = node?.firstChild ?? null; child !== null; child = child.nextSibling) {
      if (child.type.name === "StringLiteral") found.push(text(child).slice(1, -1));
      if (child.type.name === "FunctionCallBody") found.push(...textsIn(child));
    }
    return found;
  };

  const read = (node: SyntaxNode): ResultLabels => {
    const { name } = node.type;
    if (name === "VectorSelector") return readSelector(node);
    if (name === "AggregateExpr") return readAggregate(node);
    if (name === "FunctionCall") return readCall(node);
    if (name === "BinaryExpr") return readBinary(node);
    if (name === "NumberDurationLiteral") return undefined;
    // Parentheses, windows, offsets: what they enclose.
    const inner = children(node)[0];
    if (inner === undefined) throw new Error(`${name} is not known to this test: ${text(node)}`);
    return read(inner);
  };

  const readSelector = (node: SyntaxNode): ReadonlySet<string> => {
    const identifier = node.getChild("Identifier");
    const metric = identifier === null ? "" : text(identifier);
    const labels = known.get(metric);
    if (labels === undefined) throw new Error(`there is no metric ${metric}: ${expression}`);
    const matchers = node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? [];
    require(matchers.flatMap(labelsIn), labels, metric);
    return labels;
  };

  const readAggregate = (node: SyntaxNode): ReadonlySet<string> => {
    const by = labelsIn(node.getChild("AggregateModifier")?.getChild("GroupingLabels") ?? null);
    const body = node.getChild("FunctionCallBody");
    const inner = body === null ? undefined : read(only(body));
    require(by, inner, text(node));
    return new Set(by);
  };

  const readCall = (node: SyntaxNode): ResultLabels => {
    const called = node.getChild("FunctionIdentifier");
    const body = node.getChild("FunctionCallBody");
    const of = (body === null ? [] : children(body)).map(read).find((labels) => labels !== undefined);
    switch (called === null ? "" : text(called)) {
      case "time":
        return undefined;
      case "vector":
        return new Set();
      case "absent":
        // Only those with one value; which ones is in the expression.
        return new Set(["cluster", "job"]);
      case "histogram_quantile":
        require(["le"], of, text(node));
        return new Set([...(of ?? [])].filter((label) => label !== "le"));
      case "label_replace":
        // The label that is made is the first text; the others are the replacement, and where it comes from.
        return new Set([...(of ?? []), ...textsIn(body).slice(0, 1)]);
      default:
        return of;
    }
  };

  const readBinary = (node: SyntaxNode): ResultLabels => {
    const [left, right] = children(node).map(read);
    if (left === undefined || right === undefined) return left ?? right;
    const on = labelsIn(node.getChild("MatchingModifierClause")?.getChild("GroupingLabels") ?? null);
    const isSet = ["And", "Or", "Unless"].some((operator) => node.getChild(operator) !== null);
    if (on.length === 0) {
      if (!sameLabels(left, right)) throw new Error(`the two sides have different labels: ${text(node)}`);
      return left;
    }
    require(on, left, text(node));
    require(on, right, text(node));
    return isSet ? left : new Set(on);
  };

  const require = (labels: readonly string[], there: ResultLabels, where: string): void => {
    const missing = labels.filter((label) => there?.has(label) !== true);
    if (missing.length > 0) throw new Error(`${missing.join(", ")} is no label of ${where}`);
  };

  const top = tree.topNode.firstChild;
  if (top === null) throw new Error("an empty expression");
  return read(top);
}

const expressions = new Set([
  "VectorSelector",
  "MatrixSelector",
  "AggregateExpr",
  "FunctionCall",
  "BinaryExpr",
  "ParenExpr",
  "OffsetExpr",
  "UnaryExpr",
  "SubqueryExpr",
  "StepInvariantExpr",
  "NumberDurationLiteral",
]);

/** The expressions directly beneath a node. */
function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (expressions.has(child.type.name)) found.push(child);
    // Arguments after the first are in a body of their own.
    else if (child.type.name === "FunctionCallBody") found.push(...children(child));
  }
  return found;
}

function only(node: SyntaxNode): SyntaxNode {
  const [child] = children(node);
  if (child === undefined) throw new Error("an aggregation of nothing");
  return child;
}

function sameLabels(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && [...left].every((label) => right.has(label));
}
