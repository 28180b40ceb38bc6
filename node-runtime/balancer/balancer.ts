/** The balancer: asks the nodes, and tells nginx who gets what. */
import { readFile } from "node:fs/promises";
import { nodeConfigSchema, parseDuration } from "@quorumkit/schema";
import type { Logger } from "pino";
import { Loop } from "../cluster/loop.ts";
import { readText, reasonOf } from "../config/file.ts";
import { ConfigError, fileProblem } from "../config/problems.ts";
import { Metrics } from "../metrics/metrics.ts";
import { startMetricsServer } from "../metrics/server.ts";
import { makeLogger } from "../node/logger.ts";
import { CertificateFiles } from "../tls/certificates.ts";
import { meterBalancer, type BalancerMeter } from "./balancer-metrics.ts";
import { readBalancerConfig, type BalancerConfig } from "./config.ts";
import { Nginx, NginxRefusedError, type NginxFiles } from "./nginx.ts";
import type { NodeTls } from "./node-check.ts";
import { NodeWatch } from "./node-watch.ts";
import { listenForRequests } from "./request-listener.ts";
import { renderUpstreams } from "./upstreams.ts";

/** Larger files of nginx are none of ours. */
const maximumNginxBytes = 1024 * 1024;

/** What the two files say. */
interface Settings {
  config: BalancerConfig;
  main: string;
  tls: NodeTls;
}

export class Balancer {
  readonly #file: string;
  readonly #log: Logger;
  readonly #nginx: Nginx;
  readonly #metrics = new Metrics("");
  readonly #meter: BalancerMeter;
  readonly #closing: (() => Promise<void>)[] = [];
  #settings: Settings;
  #watch: NodeWatch;
  #certificates: CertificateFiles | undefined;
  #applying: Loop | undefined;
  /** Set where nginx has to read its files again though they are the same. */
  #again = false;
  #reloading: Promise<void> = Promise.resolve();
  /** nginx's files are written by one at a time. */
  #turn: Promise<void> = Promise.resolve();

  /**
   * Reads the files, asks the nodes once, and starts nginx.
   * @throws ConfigError where a file can't be used
   */
  static async start(file: string): Promise<Balancer> {
    const settings = await readSettings(file);
    const balancer = new Balancer(file, settings);
    try {
      await balancer.#start();
    } catch (error) {
      await balancer.#close();
      throw error instanceof NginxRefusedError ? refused(settings.config, error) : error;
    }
    return balancer;
  }

  private constructor(file: string, settings: Settings) {
    const { config } = settings;
    this.#file = file;
    this.#settings = settings;
    this.#log = makeLogger(
      nodeConfigSchema.parse({
        system: config.system,
        node: { id: "load-balancer" },
        monitoring: { logLevel: config.logLevel },
      }),
    );
    this.#nginx = new Nginx(config.nginx, this.#log);
    this.#meter = meterBalancer(this.#metrics, {
      nodes: () => this.#settings.config.nodes.map(({ id }) => id),
      decision: () => this.#watch.decision,
      certificateEnds: () => this.#certificates?.notAfter,
      withCertificate: config.certificate !== undefined,
    });
    this.#watch = this.#makeWatch(settings);
    this.#closing.push(
      () => this.#watch.close(),
      async () => this.#applying?.close(),
    );
  }

  get log(): Logger {
    return this.#log;
  }

  /** Resolves with how nginx ended, whoever ended it. */
  get ended(): Promise<string> {
    return this.#nginx.ended;
  }

  /** Reads the files again. What can't be used is refused as a whole, and said in the log; never rejects. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reloadNow());
    return this.#reloading;
  }

  /** Finishes what is being answered, and ends. */
  async stop(): Promise<void> {
    this.#log.info("stopping");
    await this.#nginx.stop(parseDuration(this.#settings.config.nginx.stopTimeout));
    await this.#close();
    this.#log.info("stopped");
  }

  async #start(): Promise<void> {
    const { config } = this.#settings;
    const { certificate, metrics } = config;
    if (certificate !== undefined) await this.#followCertificate(certificate);
    this.#closing.push(
      await listenForRequests(config.requestsPort, (request) => {
        this.#meter.answered(request);
        // A node failed a request: whether it is still there shouldn't be asked only at the next interval.
        if (request.furtherNodes > 0) this.#watch.wake();
      }),
    );
    const server = await startMetricsServer(this.#metrics, { ...metrics, further: () => Promise.resolve("") });
    this.#closing.push(() => server.close());
    await this.#watch.start();
    await this.#nginx.start(this.#files());
    this.#applying = new Loop({
      round: async () => {
        await this.#inTurn(() => this.#apply());
        return Infinity;
      },
      onError: (error, row) => {
        this.#meter.reloaded("refused");
        if (row > 1) return;
        this.#log.error({ reason: reasonOf(error) }, "nginx does not take the nodes; it goes on with what it has");
      },
    });
    this.#log.info({ nodes: config.nodes.length, ready: this.#watch.decision.ready.length }, "ready");
  }

  #makeWatch({ config, tls }: Settings): NodeWatch {
    return new NodeWatch({
      config,
      tls,
      log: this.#log,
      onCheck: (node, outcome) => {
        this.#meter.checked(node, outcome);
      },
      onChange: () => {
        this.#applying?.wake();
      },
    });
  }

  #files({ main, config }: Settings = this.#settings, watch = this.#watch): NginxFiles {
    return { main, upstreams: renderUpstreams(watch.decision, config) };
  }

  /** Has nginx take over what has changed since it last did. */
  async #apply(): Promise<void> {
    const files = this.#files();
    const again = this.#again;
    if (!again && this.#nginx.has(files)) return;
    await this.#nginx.reload(files);
    if (again) this.#again = false;
    this.#meter.reloaded("done");
    this.#log.info({ ready: this.#watch.decision.ready.length, leader: this.#watch.decision.leader }, "nginx reloads");
  }

  async #reloadNow(): Promise<void> {
    let watch: NodeWatch | undefined;
    try {
      const settings = await readSettings(this.#file);
      refuseFixed(this.#file, this.#settings.config, settings.config);
      const next = this.#makeWatch(settings);
      watch = next;
      await next.start();
      const old = this.#watch;
      await this.#inTurn(async () => {
        await this.#nginx.reload(this.#files(settings, next));
        this.#watch = next;
        this.#settings = settings;
      });
      await old.close();
      // What the new watch saw in between.
      this.#applying?.wake();
      this.#meter.reloaded("done");
      this.#log.info("config taken over");
    } catch (error) {
      if (watch !== this.#watch) await watch?.close();
      this.#meter.reloaded("refused");
      const reason = error instanceof ConfigError ? error.message : reasonOf(error);
      this.#log.error({ reason }, "changed config refused; the old one is kept");
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #followCertificate(paths: { certFile: string; keyFile: string }): Promise<void> {
    const certificates = await CertificateFiles.open({
      use: "load balancer",
      option: "load_balancer.tls",
      paths,
      log: this.#log,
      now: () => Date.now(),
    }).catch((error: unknown) => {
      throw new ConfigError([fileProblem(this.#file, reasonOf(error), "a certificate and its key, in PEM")]);
    });
    this.#certificates = certificates;
    certificates.onChange(() => {
      this.#again = true;
      this.#applying?.wake();
    });
    this.#closing.push(() => {
      certificates.close();
      return Promise.resolve();
    });
  }

  async #close(): Promise<void> {
    await Promise.all(this.#closing.map((close) => close()));
  }
}

async function readSettings(file: string): Promise<Settings> {
  const config = await readBalancerConfig(file);
  const main = await readText(config.nginx.configFile, maximumNginxBytes);
  const { nodeAuthority } = config;
  if (nodeAuthority === undefined) return { config, main, tls: {} };
  const certificate = await readFile(nodeAuthority.file, "utf8").catch((error: unknown) => {
    const problem = fileProblem(
      file,
      `node_authority.file: ${nodeAuthority.file}: ${reasonOf(error)}`,
      "a readable file",
    );
    throw new ConfigError([problem]);
  });
  return { config, main, tls: { authority: { certificate, name: nodeAuthority.name } } };
}

/** What only a new container takes over. */
function refuseFixed(file: string, before: BalancerConfig, after: BalancerConfig): void {
  const fixed = ["nginx", "requestsPort", "metrics", "certificate", "system"] as const;
  const changed = fixed.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  if (changed.length === 0) return;
  throw new ConfigError([fileProblem(file, `needs a restart: ${changed.join(", ")}`, "the values of before")]);
}

function refused({ nginx }: BalancerConfig, error: NginxRefusedError): ConfigError {
  return new ConfigError([
    fileProblem(nginx.configFile, `nginx refuses it: ${error.message}`, "a configuration that `nginx -t` takes"),
  ]);
}
