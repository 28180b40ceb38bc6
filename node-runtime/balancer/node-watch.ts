/** Follows the nodes: each is asked again and again, on its own. */
import { parseDuration } from "@quorumkit/schema";
import type { Logger } from "pino";
import { Loop } from "../cluster/loop.ts";
import type { BalancedNode, BalancerConfig } from "./config.ts";
import { decide, type Decision } from "./decide.ts";
import { NodeChecker, type NodeTls } from "./node-check.ts";
import { observe, unknownNode, type NodeState, type Observation } from "./node-state.ts";

export interface WatchOptions {
  config: BalancerConfig;
  tls: NodeTls;
  log: Logger;
  /** Told of each answer. */
  onCheck: (node: string, outcome: Observation["outcome"]) => void;
  /** Told after each answer that changes what {@link NodeWatch.decision} gives. */
  onChange: () => void;
}

export class NodeWatch {
  readonly #options: WatchOptions;
  readonly #checker: NodeChecker;
  readonly #states = new Map<string, NodeState>();
  #loops: Loop[] = [];
  #decision: Decision = { ready: [], leader: null };

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#checker = new NodeChecker(parseDuration(options.config.healthCheck.timeout), options.tls);
  }

  /** What follows from the latest answers. */
  get decision(): Decision {
    return this.#decision;
  }

  /** Asks every node once, and from then on at every interval. */
  async start(): Promise<void> {
    const { nodes, healthCheck } = this.#options.config;
    const interval = parseDuration(healthCheck.interval);
    await Promise.all(nodes.map((node) => this.#check(node)));
    this.#loops = nodes.map(
      (node) =>
        new Loop({
          round: async () => {
            const begin = performance.now();
            await this.#check(node);
            return interval - (performance.now() - begin);
          },
          onError: (error) => {
            this.#options.log.error({ backend: node.id, err: error }, "a health check failed in itself");
          },
        }),
    );
  }

  /** Asks all nodes at once: something went wrong with one. */
  wake(): void {
    for (const loop of this.#loops) loop.wake();
  }

  async close(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.close()));
    this.#checker.close();
  }

  async #check(node: BalancedNode): Promise<void> {
    const { config, log, onCheck, onChange } = this.#options;
    const observation = await this.#checker.check(node);
    onCheck(node.id, observation.outcome);
    const before = this.#states.get(node.id) ?? unknownNode;
    const after = observe(before, observation, config.healthCheck);
    this.#states.set(node.id, after);
    if (after.up !== before.up || !before.asked) {
      if (after.up) log.info({ backend: node.id }, "the node gets requests");
      else log.warn({ backend: node.id, reason: after.reason }, "the node gets no requests");
    }
    const decision = decide(config.nodes, this.#states);
    const previous = this.#decision;
    this.#decision = decision;
    if (decision.leader !== previous.leader) log.info({ leader: decision.leader }, "writes go to another node");
    if (!sameDecision(decision, previous)) onChange();
  }
}

function sameDecision(a: Decision, b: Decision): boolean {
  const textOf = ({ ready, leader }: Decision) =>
    JSON.stringify([leader, ready.map(({ id, address }) => [id, address])]);
  return textOf(a) === textOf(b);
}
