/** The node's metrics: prom-client behind declared names. */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { MetricDefinition } from "@quorumkit/schema";

/** Gives out the instruments of declared metrics, each made once. */
export class Metrics {
  readonly registry = new Registry();
  readonly #prefix: string;

  /** @param prefix the system's prefix, for example `coordinator_`. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** A counter; `collect` brings it up to date at each scrape. */
  counter(
    definition: MetricDefinition & { type: "counter" },
    collect?: (counter: Counter) => void | Promise<void>,
  ): Counter {
    return new Counter({
      ...this.#options(definition),
      ...(collect === undefined
        ? {}
        : {
            collect(this: Counter) {
              return collect(this);
            },
          }),
    });
  }

  /** A gauge; `collect` sets it at each scrape. */
  gauge(definition: MetricDefinition & { type: "gauge" }, collect?: (gauge: Gauge) => void | Promise<void>): Gauge {
    return new Gauge({
      ...this.#options(definition),
      ...(collect === undefined
        ? {}
        : {
            collect(this: Gauge) {
              return collect(this);
            },
          }),
    });
  }

  /** A histogram with the declared buckets. */
  histogram(definition: MetricDefinition & { type: "histogram" }): Histogram {
    return new Histogram({ ...this.#options(definition), buckets: [...(definition.buckets ?? [])] });
  }

  #options(definition: MetricDefinition) {
    return {
      name: `${this.#prefix}${definition.name}`,
      help: definition.help,
      labelNames: [...definition.labels],
      registers: [this.registry],
    };
  }
}
