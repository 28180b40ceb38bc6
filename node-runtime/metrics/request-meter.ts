/** Counts and times requests, by the pattern of their route. */
import { nodeMetrics } from "@quorumkit/schema";
import type { CounterOf, CounterSeries, HistogramOf, HistogramSeries } from "./instruments.ts";
import type { Metrics } from "./metrics.ts";
import type { LabelOf } from "./registered.ts";

interface Series {
  requests: CounterSeries;
  duration: HistogramSeries;
}

export class RequestMeter {
  readonly #requests: CounterOf<LabelOf<typeof nodeMetrics.requests>>;
  readonly #duration: HistogramOf<LabelOf<typeof nodeMetrics.requestDuration>>;
  readonly #series = new Map<string, Series>();
  #inFlight = 0;

  constructor(metrics: Metrics) {
    this.#requests = metrics.counter(nodeMetrics.requests);
    this.#duration = metrics.histogram(nodeMetrics.requestDuration);
    metrics.gauge(nodeMetrics.requestsInFlight, (gauge) => {
      gauge.set(this.#inFlight);
    });
  }

  /** Requests being answered now. */
  get inFlight(): number {
    return this.#inFlight;
  }

  started(): void {
    this.#inFlight += 1;
  }

  /** Ends the measurement of a request: answered, gone, or turned into a stream that is not waited for. */
  left(): void {
    this.#inFlight -= 1;
  }

  /**
   * @param route the pattern of the route, never the path of the request
   * @param milliseconds undefined for streams, whose length says nothing about the node
   */
  answered(method: string, route: string, status: number, milliseconds: number | undefined): void {
    const key = `${method} ${status} ${route}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      const labels = { method, route, status: String(status) };
      series = { requests: this.#requests.labels(labels), duration: this.#duration.labels(labels) };
      this.#series.set(key, series);
    }
    series.requests.inc();
    if (milliseconds !== undefined) series.duration.observe(milliseconds / 1000);
  }
}
