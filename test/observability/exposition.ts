/** Reads metrics in Prometheus' text format, as a program gives them. */

/** A metric with everything that was said of it. */
export interface ExposedMetric {
  type: string;
  /** The names of the labels of each series, sorted; those that a histogram or a summary adds are left out. */
  labels: string[][];
}

const samplePattern = /^([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})? \S+(?: \d+)?$/;

/** The metrics of a text by name. Throws on a line that is none of the format, and on a series without a type. */
export function readExposition(text: string): Map<string, ExposedMetric> {
  const metrics = new Map<string, ExposedMetric>();
  for (const line of text.split("\n")) {
    const [, name = "", type = ""] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== "") metrics.set(name, { type, labels: [] });
    if (line === "" || line.startsWith("#")) continue;
    const [, series = "", pairs = ""] = samplePattern.exec(line) ?? [];
    const metric = metrics.get(series) ?? metrics.get(series.replace(/_(?:bucket|sum|count)$/, ""));
    if (metric === undefined) throw new Error(`no metric was declared for: ${line}`);
    metric.labels.push(labelNames(pairs).filter((label) => !isAdded(metric.type, label)));
  }
  return metrics;
}

function isAdded(type: string, label: string): boolean {
  return (type === "histogram" && label === "le") || (type === "summary" && label === "quantile");
}

function labelNames(pairs: string): string[] {
  return [...pairs.matchAll(/([A-Za-z_][A-Za-z0-9_]*)="(?:[^"\\]|\\.)*"/g)].map(([, name = ""]) => name).sort();
}
