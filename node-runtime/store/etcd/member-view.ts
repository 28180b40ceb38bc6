/** What a node knows of its own etcd member, looked at again and again. */

/** One look. Ids are decimal strings, as in etcd's answers. */
export interface MemberView {
  clusterId: string;
  memberId: string;
  /** Null while the member knows of no leader: then there is no quorum on its side. */
  leaderId: string | null;
  term: number;
  raftIndex: number;
  appliedIndex: number;
  /** Follows the log, doesn't vote yet. */
  learner: boolean;
  version: string;
  sizeBytes: number;
  /** Active alarms (NOSPACE, CORRUPT) and other complaints of etcd about itself. */
  errors: readonly string[];
}

/** Looks at the local member from time to time, and at once when a call failed. */
export interface MemberMonitor {
  /** Undefined while the member doesn't answer. */
  readonly current: MemberView | undefined;
  /** Looks now. @returns what it saw; undefined where the member doesn't answer */
  look(): Promise<MemberView | undefined>;
  /** Told after each look that differs in leader, term, learner, errors or reachability. @returns what ends it */
  subscribe(listener: (view: MemberView | undefined, before: MemberView | undefined) => void): () => void;
  close(): void;
}
