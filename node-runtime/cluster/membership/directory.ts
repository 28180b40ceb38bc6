/** The member list as it was last seen. */
import type { MemberListResponse } from "../../store/etcd/messages.ts";
import type { EtcdAdmin } from "../etcd-admin.ts";
import { membersOf, type MemberList } from "./members.ts";

export interface DirectoryOptions {
  client: Pick<EtcdAdmin, "memberList">;
  /** @see membersOf */
  nodeAt: (address: string) => string | undefined;
}

export class MemberDirectory {
  readonly #options: DirectoryOptions;
  #current: MemberList | undefined;

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  /** Undefined before the first look. */
  get current(): MemberList | undefined {
    return this.#current;
  }

  /** Reads the list that a majority agrees on. @throws EtcdCallError without a quorum */
  async read(): Promise<MemberList> {
    return this.accept(await this.#options.client.memberList(true));
  }

  /** The list as this node's member has it; without a leader, as it was last seen. */
  async latest(): Promise<MemberList> {
    try {
      return this.accept(await this.#options.client.memberList(false));
    } catch (error) {
      if (this.#current !== undefined) return this.#current;
      throw error;
    }
  }

  /** Takes over the list that came with another answer. */
  accept(answer: MemberListResponse): MemberList {
    this.#current = membersOf(answer, this.#options.nodeAt);
    return this.#current;
  }
}
