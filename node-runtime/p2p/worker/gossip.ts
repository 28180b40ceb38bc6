/** Sends this node's load to the others and takes theirs, over gossipsub. Only trusted peers are heard. */
import { TopicValidatorResult, type GossipSub, type Message } from "@libp2p/gossipsub";
import type { Libp2p } from "@libp2p/interface";
import { readLoadRecord, recordLimitBytes, type DropReason, type LoadRecord } from "../load-records.ts";
import type { Trust } from "./trust.ts";

/** Clocks of nodes may differ by this much before their records are dropped. */
const staleMilliseconds = 30_000;

/** The topic of a cluster. */
export function loadTopic(cluster: string): string {
  return `quorumkit/${cluster}/load/1`;
}

/** What the node runs as services of libp2p. */
export type GossipHost = Libp2p<{ gossip: GossipSub }>;

export interface GossipOptions {
  cluster: string;
  trust: Trust;
  received: (record: LoadRecord) => void;
  sent: () => void;
  dropped: () => void;
}

export class Gossip {
  readonly #libp2p: GossipHost;
  readonly #options: GossipOptions;
  readonly #topic: string;

  constructor(libp2p: GossipHost, options: GossipOptions) {
    this.#libp2p = libp2p;
    this.#options = options;
    this.#topic = loadTopic(options.cluster);
  }

  /** Begins to listen. */
  start(): void {
    const { gossip } = this.#libp2p.services;
    gossip.topicValidators.set(this.#topic, (_peer, message) => this.#judge(message));
    gossip.addEventListener("message", ({ detail }) => {
      if (detail.topic !== this.#topic) return;
      const record = this.#read(detail);
      if (typeof record !== "string") this.#options.received(record);
    });
    gossip.subscribe(this.#topic);
  }

  /** Publishes a record; without a peer that listens nothing happens. */
  async publish(record: LoadRecord): Promise<void> {
    const data = new TextEncoder().encode(JSON.stringify(record));
    if (data.byteLength > recordLimitBytes) return;
    const { recipients } = await this.#libp2p.services.gossip.publish(this.#topic, data);
    if (recipients.length > 0) this.#options.sent();
  }

  get peers(): number {
    return this.#libp2p.services.gossip.getSubscribers(this.#topic).length;
  }

  #judge(message: Message): TopicValidatorResult {
    const read = this.#read(message);
    if (typeof read !== "string") return TopicValidatorResult.Accept;
    this.#options.dropped();
    // An unknown peer may become known, and a clock may be off; a message without form comes from a broken node.
    const broken = read === "size" || read === "form";
    return broken ? TopicValidatorResult.Reject : TopicValidatorResult.Ignore;
  }

  /** The record, if it is one, and of the node that has signed it. */
  #read(message: Message): LoadRecord | DropReason {
    const { trust } = this.#options;
    if (message.type !== "signed" || !trust.trusts(message.from.toString())) return "unknown-peer";
    const record = readLoadRecord(message.data, Date.now(), staleMilliseconds);
    if (typeof record === "string") return record;
    const nodeId = trust.nodeIdOf(message.from.toString());
    return nodeId !== null && nodeId !== record.node_id ? "unknown-peer" : record;
  }
}
