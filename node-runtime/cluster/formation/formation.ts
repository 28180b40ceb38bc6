/** What this node says of itself to the others while a cluster forms, and after. */
import type { OwnData } from "./data-state.ts";
import type { FormationState } from "./decide.ts";

export interface FormationStatus {
  state: FormationState;
  /** Of etcd, decimal; null before etcd has said it. */
  clusterId: string | null;
  formationId: string | null;
}

export class Formation {
  #status: FormationStatus = { state: "unknown", clusterId: null, formationId: null };
  readonly #listeners = new Set<(nodeId: string) => void>();

  get status(): FormationStatus {
    return this.#status;
  }

  /** What is on the disk, before etcd is started. */
  found(own: OwnData): void {
    this.#status = statusOf(own);
  }

  /** etcd is about to be started: from here on this node may have data, whatever becomes of it. */
  starting(formationId: string | null): void {
    this.#status = { state: "member", clusterId: this.#status.clusterId, formationId };
  }

  /** etcd runs, or the node uses one that does. */
  running(clusterId: string): void {
    this.#status = { ...this.#status, state: "member", clusterId };
  }

  /** The node is no member any more. */
  removed(): void {
    this.#status = { ...this.#status, state: "removed" };
  }

  /** Another node asked: it is up. */
  asked(nodeId: string): void {
    for (const listener of this.#listeners) listener(nodeId);
  }

  /** @returns what ends it */
  onAsked(listener: (nodeId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function statusOf(own: OwnData): FormationStatus {
  switch (own.kind) {
    case "fresh":
      return { state: "fresh", clusterId: null, formationId: null };
    case "prepared":
      return { state: "founding", clusterId: null, formationId: own.formation.formationId };
    case "started":
      return { state: "member", clusterId: null, formationId: own.formation.formationId };
    case "member":
      return {
        state: "member",
        clusterId: own.member.clusterId,
        formationId: own.formation?.formationId ?? null,
      };
    case "removed":
      return { state: "removed", clusterId: own.member.clusterId, formationId: null };
    case "lost":
    case "joining":
      return { state: "unknown", clusterId: null, formationId: null };
  }
}
