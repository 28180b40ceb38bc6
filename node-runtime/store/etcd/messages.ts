/**
 * Messages of etcd's v3 API as `etcd.proto` has them, in the form that @grpc/proto-loader gives them: names as in the
 * proto, 64-bit integers as decimal strings, bytes as Buffers, enums by name. Requests may leave out what has its default.
 */

/** A 64-bit integer: answers have it as a decimal string, requests may give a number. */
export type Int64 = string;
export type Int64Input = string | number;

export interface ResponseHeader {
  cluster_id: Int64;
  member_id: Int64;
  /** Revision of the store when the request was applied. */
  revision: Int64;
  raft_term: Int64;
}

export interface KeyValue {
  key: Buffer;
  create_revision: Int64;
  mod_revision: Int64;
  version: Int64;
  value: Buffer;
  /** "0" for none. */
  lease: Int64;
}

export interface Event {
  type: "PUT" | "DELETE";
  kv: KeyValue;
  prev_kv: KeyValue | null;
}

export interface RangeRequest {
  key: Uint8Array;
  range_end?: Uint8Array;
  limit?: Int64Input;
  revision?: Int64Input;
  sort_order?: "NONE" | "ASCEND" | "DESCEND";
  sort_target?: "KEY" | "VERSION" | "CREATE" | "MOD" | "VALUE";
  serializable?: boolean;
  keys_only?: boolean;
  count_only?: boolean;
}

export interface RangeResponse {
  header: ResponseHeader;
  kvs: KeyValue[];
  more: boolean;
  count: Int64;
}

export interface PutRequest {
  key: Uint8Array;
  value: Uint8Array;
  lease?: Int64Input;
  prev_kv?: boolean;
}

export interface PutResponse {
  header: ResponseHeader;
  prev_kv: KeyValue | null;
}

export interface DeleteRangeRequest {
  key: Uint8Array;
  range_end?: Uint8Array;
  prev_kv?: boolean;
}

export interface DeleteRangeResponse {
  header: ResponseHeader;
  deleted: Int64;
  prev_kvs: KeyValue[];
}

/** Exactly one of the members. */
export interface RequestOp {
  request_range?: RangeRequest;
  request_put?: PutRequest;
  request_delete_range?: DeleteRangeRequest;
  request_txn?: TxnRequest;
}

/** Exactly one of the members, the one that `response` names. */
export interface ResponseOp {
  response: "response_range" | "response_put" | "response_delete_range" | "response_txn";
  response_range?: RangeResponse;
  response_put?: PutResponse;
  response_delete_range?: DeleteRangeResponse;
  response_txn?: TxnResponse;
}

export interface Compare {
  result: "EQUAL" | "GREATER" | "LESS" | "NOT_EQUAL";
  target: "VERSION" | "CREATE" | "MOD" | "VALUE" | "LEASE";
  key: Uint8Array;
  version?: Int64Input;
  create_revision?: Int64Input;
  mod_revision?: Int64Input;
  value?: Uint8Array;
  lease?: Int64Input;
}

export interface TxnRequest {
  compare?: Compare[];
  success?: RequestOp[];
  failure?: RequestOp[];
}

export interface TxnResponse {
  header: ResponseHeader;
  succeeded: boolean;
  responses: ResponseOp[];
}

/** Exactly one of the members. */
export interface WatchRequest {
  create_request?: {
    key: Uint8Array;
    range_end?: Uint8Array;
    start_revision?: Int64Input;
    progress_notify?: boolean;
    prev_kv?: boolean;
    /** Chosen by the client; unique in its stream. */
    watch_id?: Int64Input;
    fragment?: boolean;
  };
  cancel_request?: { watch_id: Int64Input };
  progress_request?: Record<string, never>;
}

export interface WatchResponse {
  header: ResponseHeader;
  /** "-1" in the answer to a progress request. */
  watch_id: Int64;
  created: boolean;
  canceled: boolean;
  /** Not "0" where the watch was canceled since its revisions are gone. */
  compact_revision: Int64;
  cancel_reason: string;
  fragment: boolean;
  events: Event[];
}

export interface LeaseResponse {
  header: ResponseHeader;
  ID: Int64;
  /** Seconds; 0 or less where the lease does not exist. */
  TTL: Int64;
}

export interface Member {
  ID: Int64;
  /** Empty while the member has not started yet. */
  name: string;
  peerURLs: string[];
  clientURLs: string[];
  isLearner: boolean;
}

export interface MemberListResponse {
  header: ResponseHeader;
  members: Member[];
}

export interface MemberAddResponse extends MemberListResponse {
  member: Member;
}

export type AlarmType = "NONE" | "NOSPACE" | "CORRUPT";

export interface AlarmResponse {
  header: ResponseHeader;
  alarms: { memberID: Int64; alarm: AlarmType }[];
}

export interface StatusResponse {
  header: ResponseHeader;
  version: string;
  dbSize: Int64;
  /** Member id of the leader; "0" for none. */
  leader: Int64;
  raftIndex: Int64;
  raftTerm: Int64;
  raftAppliedIndex: Int64;
  errors: string[];
  dbSizeInUse: Int64;
  isLearner: boolean;
  storageVersion: string;
  dbSizeQuota: Int64;
}

export interface HashKvResponse {
  header: ResponseHeader;
  hash: number;
  compact_revision: Int64;
  hash_revision: Int64;
}

export interface SnapshotResponse {
  header: ResponseHeader;
  remaining_bytes: Int64;
  blob: Buffer;
}
