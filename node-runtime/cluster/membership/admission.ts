/** Nodes that may join though no config names them (add-node; guide 004:585). */
import { ApiProblem } from "../../http/problem.ts";
import type { Store } from "../../store/store.ts";
import { admittedPrefix } from "../keys.ts";
import { admissionRecord, readRecord, type AdmissionRecord } from "../presence/records.ts";

export interface NewNode {
  readonly nodeId: string;
  /** `host:port` where its peers will reach it. */
  readonly address: string;
  readonly role: "member" | "gateway";
}

export class Admissions {
  readonly #store: Pick<Store, "get" | "txn" | "range">;
  readonly #now: () => number;

  constructor(store: Pick<Store, "get" | "txn" | "range">, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** The admission of a node; null without one. */
  async find(nodeId: string): Promise<AdmissionRecord | null> {
    const entry = await this.#store.get(admittedPrefix + nodeId);
    return entry === null ? null : (readRecord(admissionRecord, entry.value) ?? null);
  }

  async all(): Promise<AdmissionRecord[]> {
    const { entries } = await this.#store.range({ prefix: admittedPrefix });
    return entries.flatMap(({ value }) => readRecord(admissionRecord, value) ?? []);
  }

  /** Lets a node in. Asked again with the same words it changes nothing. @throws ApiProblem `conflict` with other words */
  async admit({ nodeId, address, role }: NewNode, replaces: string | null = null): Promise<AdmissionRecord> {
    const key = admittedPrefix + nodeId;
    const record = { node_id: nodeId, address, role, admitted_at: new Date(this.#now()).toISOString(), replaces };
    const { succeeded } = await this.#store.txn({
      compare: [{ key, target: "createRevision", operator: "=", value: 0 }],
      then: [{ operation: "put", key, value: JSON.stringify(record) }],
    });
    if (succeeded) return record;
    const known = await this.find(nodeId);
    if (known?.address === address && known.role === role && known.replaces === replaces) return known;
    const as = known === null ? "with other words" : `as ${known.role} at ${known.address}`;
    throw new ApiProblem(
      "conflict",
      `${nodeId} has been admitted ${as}; POST remove-node with its node_id takes that back`,
    );
  }

  /** The replacement is done: the record stays, what it waited for is over. */
  async settled(record: AdmissionRecord): Promise<void> {
    const key = admittedPrefix + record.node_id;
    await this.#store.txn({
      compare: [{ key, target: "value", operator: "=", value: JSON.stringify(record) }],
      then: [{ operation: "put", key, value: JSON.stringify({ ...record, replaces: null }) }],
    });
  }

  /** @returns whether there was one */
  async withdraw(nodeId: string): Promise<boolean> {
    const { results } = await this.#store.txn({ then: [{ operation: "delete", key: admittedPrefix + nodeId }] });
    const [first] = results;
    return first?.operation === "delete" && first.deleted > 0;
  }
}
