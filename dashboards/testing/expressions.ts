/** What an expression of PromQL names, read by Prometheus' own grammar. */
import { parser } from "@prometheus-io/lezer-promql";
import type { SyntaxNode } from "@lezer/common";

/** A selector: the name of a series, and the labels that it matches. */
export interface FoundSelector {
  metric: string;
  labels: string[];
}

/** An aggregation or a matching of labels: the labels, and the names of the series that they are taken from. */
export interface FoundGrouping {
  labels: string[];
  metrics: string[];
}

/** What an expression names. @throws SyntaxError where it is none */
export function readExpression(expression: string): { selectors: FoundSelector[]; groupings: FoundGrouping[] } {
  const tree = parser.parse(expression);
  const text = ({ from, to }: SyntaxNode): string => expression.slice(from, to);
  const selectors: FoundSelector[] = [];
  const groupings: FoundGrouping[] = [];
  tree.iterate({
    enter: ({ node, type, from }) => {
      if (type.isError) throw new SyntaxError(`not PromQL at ${from}: ${expression}`);
      if (type.name === "VectorSelector") {
        selectors.push({ metric: metricOf(node), labels: below(node, "LabelName").map(text) });
      }
      if (type.name === "GroupingLabels") {
        const whole = closest(node, ["AggregateExpr", "BinaryExpr"]);
        groupings.push({
          labels: below(node, "LabelName").map(text),
          metrics: below(whole, "VectorSelector").map(metricOf),
        });
      }
    },
  });
  return { selectors, groupings };

  function metricOf(selector: SyntaxNode): string {
    const [name] = below(selector, "Identifier");
    if (name === undefined) throw new SyntaxError(`a selector without a name: ${expression}`);
    return text(name);
  }
}

function below(node: SyntaxNode, name: string): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  node.cursor().iterate((inner) => {
    if (inner.name === name) found.push(inner.node);
  });
  return found;
}

function closest(node: SyntaxNode, names: readonly string[]): SyntaxNode {
  let current = node;
  while (current.parent !== null && !names.includes(current.name)) current = current.parent;
  return current;
}
