/** What the SDK has no type for. */
import type { AnnotationQuery } from "@grafana/grafana-foundation-sdk/dashboard";

/** A query for marks: what the SDK knows of it, and what Grafana's Prometheus source reads beside that. */
export interface PrometheusAnnotation extends AnnotationQuery {
  /** Texts with labels, as `{{instance}}`. */
  titleFormat: string;
  textFormat: string;
  /** Labels, with commas between them. */
  tagKeys: string;
  /** The value is the time of the mark, in milliseconds since the epoch; else every sample of 1 is a mark. */
  useValueForTime: boolean;
}
