/** What sets the values of metrics. All labels of a metric have to be given, and no other ones. Types only. */

export type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** The labels of a series, where the metric has any, and what comes after them. */
type Series<Label extends string, Rest extends unknown[]> = [Label] extends [never]
  ? Rest
  : [labels: Labels<Label>, ...rest: Rest];

/** One series of a counter. */
export interface CounterSeries {
  /** @param value default 1 */
  inc: (value?: number) => void;
}

/** One series of a histogram. */
export interface HistogramSeries {
  observe: (value: number) => void;
}

export interface CounterOf<Label extends string> {
  /** Raises it, by 1 where no value is given. By 0, the series is there from then on. */
  inc: (...values: Series<Label, [value?: number]>) => void;
  labels: (labels: Labels<Label>) => CounterSeries;
}

export interface GaugeOf<Label extends string> {
  set: (...values: Series<Label, [value: number]>) => void;
  /** Takes all series away; one without labels is 0 then. */
  reset: () => void;
  /** Takes one series away. */
  remove: (...values: Series<Label, []>) => void;
}

export interface HistogramOf<Label extends string> {
  observe: (...values: Series<Label, [value: number]>) => void;
  labels: (labels: Labels<Label>) => HistogramSeries;
  /** The series is there from then on. */
  zero: (labels: Labels<Label>) => void;
}
