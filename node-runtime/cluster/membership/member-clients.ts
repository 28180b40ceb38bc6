/** Clients of single members, opened when something is asked of one and closed when nothing has been for a while. */
import { ApiProblem } from "../../http/problem.ts";
import { EtcdClient, type EtcdTls } from "../../store/etcd/client.ts";
import type { EtcdAdmin } from "../etcd-admin.ts";
import { nameOf, type Member } from "./members.ts";

export interface MemberClientsOptions {
  /** Opens a client of one member. @see openWith */
  open: (clientUrls: readonly string[]) => EtcdAdmin;
  /** Default one minute. */
  idleMilliseconds?: number;
}

/** Opens clients with the certificates of now. */
export function openWith(tls: () => EtcdTls | undefined, timeoutMilliseconds: number): MemberClientsOptions["open"] {
  return (endpoints) => {
    const certificates = tls();
    return new EtcdClient({
      endpoints,
      timeoutMilliseconds,
      ...(certificates === undefined ? {} : { tls: certificates }),
    });
  };
}

interface Kept {
  client: EtcdAdmin;
  uses: number;
  idle: NodeJS.Timeout | undefined;
}

export class MemberClients {
  readonly #options: MemberClientsOptions;
  readonly #kept = new Map<string, Kept>();
  #closed = false;

  constructor(options: MemberClientsOptions) {
    this.#options = options;
  }

  /** Clients that are open. */
  get size(): number {
    return this.#kept.size;
  }

  /** Asks one member itself. @throws ApiProblem `peer-unreachable` for a member that has not started: it has no address yet */
  async use<Result>(member: Member, work: (client: EtcdAdmin) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new ApiProblem("not-ready", "the node is stopping");
    if (member.clientUrls.length === 0) {
      throw new ApiProblem("peer-unreachable", `${nameOf(member)} has not started yet: it has no client URL`);
    }
    const name = member.clientUrls.join(" ");
    const kept = this.#kept.get(name) ?? { client: this.#options.open(member.clientUrls), uses: 0, idle: undefined };
    this.#kept.set(name, kept);
    clearTimeout(kept.idle);
    kept.uses += 1;
    try {
      return await work(kept.client);
    } finally {
      kept.uses -= 1;
      if (kept.uses === 0) this.#closeLater(name, kept);
    }
  }

  /** Certificates have changed: calls from now on use new connections. Those under way keep theirs. */
  renew(): void {
    for (const [name, kept] of this.#kept) {
      this.#kept.delete(name);
      clearTimeout(kept.idle);
      if (kept.uses === 0) kept.client.close();
    }
  }

  /** Calls that are under way fail. */
  close(): void {
    this.#closed = true;
    for (const { client, idle } of this.#kept.values()) {
      clearTimeout(idle);
      client.close();
    }
    this.#kept.clear();
  }

  #closeLater(name: string, kept: Kept): void {
    if (this.#kept.get(name) !== kept) {
      kept.client.close();
      return;
    }
    kept.idle = setTimeout(() => {
      this.#kept.delete(name);
      kept.client.close();
    }, this.#options.idleMilliseconds ?? 60_000);
    kept.idle.unref();
  }
}
