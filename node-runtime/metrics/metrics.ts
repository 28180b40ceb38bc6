/** The metrics of a program: prom-client behind the registry. Nothing else in the runtime imports prom-client. */
import { processMetrics } from "@quorumkit/schema";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { selectFamilies } from "./exposition.ts";
import type { CounterOf, GaugeOf, HistogramOf } from "./instruments.ts";
import type { DefinitionOf, LabelOf, RegisteredDefinition } from "./registered.ts";

type Collect<Instrument> = (instrument: Instrument) => void | Promise<void>;

const processFamilies = new Map(Object.values(processMetrics).map(({ name, help }) => [name, { name, help }]));

/** Gives out the instruments of metrics of the registry, each made once, and their text. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #prefix: string;
  /** Of the process; prom-client gives more of them than the registry has. */
  #process: Registry | undefined;

  /** @param prefix the system's prefix, for example `coordinator_`; empty for the load balancer. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The type of `text`, for the header of an answer. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** A counter; `collect` brings it up to date at each scrape. */
  counter<Definition extends DefinitionOf<"counter">>(
    definition: Definition,
    collect?: Collect<CounterOf<LabelOf<Definition>>>,
  ): CounterOf<LabelOf<Definition>> {
    const counter = new Counter({
      ...this.#options(definition),
      ...(collect === undefined ? {} : { collect: () => collect(instrument) }),
    });
    const instrument = counter as CounterOf<string> as CounterOf<LabelOf<Definition>>;
    return instrument;
  }

  /** A gauge; `collect` sets it at each scrape. */
  gauge<Definition extends DefinitionOf<"gauge">>(
    definition: Definition,
    collect?: Collect<GaugeOf<LabelOf<Definition>>>,
  ): GaugeOf<LabelOf<Definition>> {
    const gauge = new Gauge({
      ...this.#options(definition),
      ...(collect === undefined ? {} : { collect: () => collect(instrument) }),
    });
    const instrument = gauge as GaugeOf<string> as GaugeOf<LabelOf<Definition>>;
    return instrument;
  }

  /** A histogram with the declared buckets. */
  histogram<Definition extends DefinitionOf<"histogram">>(definition: Definition): HistogramOf<LabelOf<Definition>> {
    const histogram = new Histogram({ ...this.#options(definition), buckets: [...definition.buckets] });
    return histogram as HistogramOf<string> as HistogramOf<LabelOf<Definition>>;
  }

  /** From now on the metrics of the process (processor, memory, files, event loop, garbage collection) are there too. */
  collectProcess(): void {
    if (this.#process !== undefined) return;
    this.#process = new Registry();
    collectDefaultMetrics({ register: this.#process });
  }

  /** Everything, in Prometheus' text format. */
  async text(): Promise<string> {
    const [own, process] = await Promise.all([this.#registry.metrics(), this.#process?.metrics() ?? ""]);
    return own + selectFamilies(process, processFamilies);
  }

  /** Some of the metrics; those that were not made are left out. */
  async textOf(definitions: readonly RegisteredDefinition[]): Promise<string> {
    const names = definitions
      .map(({ name }) => `${this.#prefix}${name}`)
      .filter((name) => this.#registry.getSingleMetric(name) !== undefined);
    const texts = await Promise.all(names.map((name) => this.#registry.getSingleMetricAsString(name)));
    return texts.map((text) => `${text.trimEnd()}\n`).join("");
  }

  #options({ name, help, labels }: RegisteredDefinition) {
    return {
      name: `${this.#prefix}${name}`,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
    };
  }
}
