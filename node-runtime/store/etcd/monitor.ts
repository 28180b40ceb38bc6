import { isDeepStrictEqual } from "node:util";
import type { EtcdClient } from "./client.ts";
import type { MemberMonitor, MemberView } from "./member-view.ts";
import type { StatusResponse } from "./messages.ts";

export interface MemberMonitorOptions {
  /** Pause between two looks; default 250. */
  readonly intervalMilliseconds?: number;
  /** How long a look may take before the member counts as not answering; default 2000. */
  readonly timeoutMilliseconds?: number;
}

type Listener = (view: MemberView | undefined, before: MemberView | undefined) => void;

/** Starts looking at once and goes on until closed. Does not keep the process alive. */
export function startMemberMonitor(client: EtcdClient, options: MemberMonitorOptions = {}): MemberMonitor {
  const monitor = new PollingMonitor(client, options);
  void monitor.look();
  return monitor;
}

function toView(answer: StatusResponse): MemberView {
  return {
    clusterId: answer.header.cluster_id,
    memberId: answer.header.member_id,
    leaderId: answer.leader === "0" ? null : answer.leader,
    term: Number(answer.raftTerm),
    raftIndex: Number(answer.raftIndex),
    appliedIndex: Number(answer.raftAppliedIndex),
    learner: answer.isLearner,
    version: answer.version,
    sizeBytes: Number(answer.dbSize),
    errors: answer.errors,
  };
}

/** What listeners are told about. */
function essence(view: MemberView | undefined): unknown {
  if (view === undefined) return undefined;
  const { memberId, leaderId, term, learner, errors } = view;
  return { memberId, leaderId, term, learner, errors };
}

class PollingMonitor implements MemberMonitor {
  readonly #client: EtcdClient;
  readonly #intervalMilliseconds: number;
  readonly #timeoutMilliseconds: number;
  readonly #listeners = new Set<Listener>();
  #current: MemberView | undefined;
  #looking: Promise<MemberView | undefined> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(client: EtcdClient, { intervalMilliseconds = 250, timeoutMilliseconds = 2000 }: MemberMonitorOptions) {
    this.#client = client;
    this.#intervalMilliseconds = intervalMilliseconds;
    this.#timeoutMilliseconds = timeoutMilliseconds;
  }

  get current(): MemberView | undefined {
    return this.#current;
  }

  look(): Promise<MemberView | undefined> {
    if (this.#closed) return Promise.resolve(this.#current);
    clearTimeout(this.#timer);
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
      if (this.#closed) return;
      this.#timer = setTimeout(() => void this.look(), this.#intervalMilliseconds);
      this.#timer.unref();
    });
    return this.#looking;
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#listeners.clear();
  }

  async #look(): Promise<MemberView | undefined> {
    const view = await this.#ask();
    if (this.#closed) return this.#current;
    const before = this.#current;
    this.#current = view;
    if (!isDeepStrictEqual(essence(view), essence(before))) {
      for (const listener of this.#listeners) listener(view, before);
    }
    return view;
  }

  /** Asks one endpoint after the other until one knows of a leader, and leaves the client there. */
  async #ask(): Promise<MemberView | undefined> {
    const asked = new Set<string>();
    let leaderless: MemberView | undefined;
    while (!asked.has(this.#client.endpoint) && !this.#closed) {
      const { endpoint } = this.#client;
      asked.add(endpoint);
      try {
        const view = toView(await this.#client.status({ timeoutMilliseconds: this.#timeoutMilliseconds }));
        if (view.leaderId !== null) return view;
        leaderless ??= view;
      } catch {
        // Not answering is what the view tells then.
      }
      if (this.#client.endpoint === endpoint) this.#client.rotate();
    }
    return leaderless;
  }
}
