/** A thin gRPC client of etcd 3.6: each method is one call of its API. What calls mean is left to those who make them. */
import { fileURLToPath } from "node:url";
import * as grpc from "@grpc/grpc-js";
import { loadSync, type MethodDefinition, type ServiceDefinition } from "@grpc/proto-loader";
import type {
  AlarmResponse,
  AlarmType,
  HashKvResponse,
  Int64Input,
  LeaseResponse,
  MemberAddResponse,
  MemberListResponse,
  RangeRequest,
  RangeResponse,
  ResponseHeader,
  SnapshotResponse,
  StatusResponse,
  TxnRequest,
  TxnResponse,
  WatchRequest,
  WatchResponse,
} from "./messages.ts";

/** Certificates in PEM. Without a key and a certificate the client shows none. */
export interface EtcdTls {
  ca?: Buffer;
  key?: Buffer;
  cert?: Buffer;
}

export interface EtcdClientOptions {
  /** Client URLs, `http://127.0.0.1:2379`. One is used at a time; a call that can't reach it moves on to the next. */
  endpoints: readonly string[];
  /** Needed where the endpoints are https. */
  tls?: EtcdTls;
  /** How long a call may take where it says nothing else. */
  timeoutMilliseconds: number;
}

export interface CallOptions {
  timeoutMilliseconds?: number;
  /** Ends the call with the code CANCELLED. */
  signal?: AbortSignal;
}

/** A call that failed. `code` is gRPC's, `details` what etcd said. */
export class EtcdCallError extends Error {
  override readonly name = "EtcdCallError";
  readonly code: grpc.status;
  readonly details: string;

  constructor(method: string, error: grpc.ServiceError) {
    super(`etcd ${method}: ${error.details}`, { cause: error });
    this.code = error.code;
    this.details = error.details;
  }
}

type Definition = MethodDefinition<object, object>;

/** Loaded once for the process, when the first client is made. */
let loaded: Readonly<Record<string, ServiceDefinition>> | undefined;

function services(): Readonly<Record<string, ServiceDefinition>> {
  loaded ??= loadSync(fileURLToPath(new URL("etcd.proto", import.meta.url)), {
    keepCase: true,
    longs: String,
    enums: String,
    defaults: true,
    arrays: true,
    oneofs: true,
  }) as unknown as Readonly<Record<string, ServiceDefinition>>;
  return loaded;
}

function definitionOf(service: string, method: string): Definition {
  const definition = services()[`etcdserverpb.${service}`]?.[method];
  if (definition === undefined) throw new Error(`etcd.proto has no ${service}/${method}`);
  return definition;
}

/** A member that has no leader refuses calls with this at once, instead of holding them. */
const requireLeader = new grpc.Metadata();
requireLeader.set("hasleader", "true");

/** State and answers can be larger than gRPC's usual 4 MiB. */
const channelOptions: grpc.ChannelOptions = {
  "grpc.max_receive_message_length": -1,
  "grpc.max_send_message_length": -1,
  "grpc.keepalive_time_ms": 5_000,
  "grpc.keepalive_timeout_ms": 3_000,
  "grpc.initial_reconnect_backoff_ms": 50,
  "grpc.min_reconnect_backoff_ms": 50,
  "grpc.max_reconnect_backoff_ms": 1_000,
  "grpc.enable_retries": 0,
};

export class EtcdClient {
  readonly #options: EtcdClientOptions;
  readonly #definitions = new Map<string, Definition>();
  #channels: grpc.Client[];
  #current = 0;

  constructor(options: EtcdClientOptions) {
    this.#options = options;
    this.#channels = openChannels(options.endpoints, options.tls);
  }

  /** The endpoint that calls go to now. */
  get endpoint(): string {
    return this.#options.endpoints[this.#current] ?? "";
  }

  /** A serializable range is answered by the endpoint alone, without a leader too. */
  range(request: RangeRequest, options?: CallOptions): Promise<RangeResponse> {
    return this.#call("KV", "Range", request, options, request.serializable === true ? anyMember : requireLeader);
  }

  txn(request: TxnRequest, options?: CallOptions): Promise<TxnResponse> {
    return this.#call("KV", "Txn", request, options);
  }

  compact(revision: number, options?: CallOptions): Promise<{ header: ResponseHeader }> {
    return this.#call("KV", "Compact", { revision, physical: false }, options);
  }

  leaseGrant(ttlSeconds: number, options?: CallOptions): Promise<LeaseResponse> {
    return this.#call("Lease", "LeaseGrant", { TTL: ttlSeconds, ID: 0 }, options);
  }

  leaseRevoke(id: Int64Input, options?: CallOptions): Promise<{ header: ResponseHeader }> {
    return this.#call("Lease", "LeaseRevoke", { ID: id }, options);
  }

  memberList(linearizable: boolean, options?: CallOptions): Promise<MemberListResponse> {
    return this.#call("Cluster", "MemberList", { linearizable }, options, linearizable ? requireLeader : anyMember);
  }

  memberAdd(peerUrls: readonly string[], learner: boolean, options?: CallOptions): Promise<MemberAddResponse> {
    return this.#call("Cluster", "MemberAdd", { peerURLs: peerUrls, isLearner: learner }, options);
  }

  memberRemove(id: Int64Input, options?: CallOptions): Promise<MemberListResponse> {
    return this.#call("Cluster", "MemberRemove", { ID: id }, options);
  }

  memberUpdate(id: Int64Input, peerUrls: readonly string[], options?: CallOptions): Promise<MemberListResponse> {
    return this.#call("Cluster", "MemberUpdate", { ID: id, peerURLs: peerUrls }, options);
  }

  memberPromote(id: Int64Input, options?: CallOptions): Promise<MemberListResponse> {
    return this.#call("Cluster", "MemberPromote", { ID: id }, options);
  }

  /** Asks the endpoint itself; it answers without a leader too. */
  status(options?: CallOptions): Promise<StatusResponse> {
    return this.#call("Maintenance", "Status", {}, options, anyMember);
  }

  /** Hash of the endpoint's own state at a revision; 0 is its current one. */
  hashKv(revision: number, options?: CallOptions): Promise<HashKvResponse> {
    return this.#call("Maintenance", "HashKV", { revision }, options, anyMember);
  }

  alarms(options?: CallOptions): Promise<AlarmResponse> {
    return this.#call("Maintenance", "Alarm", { action: "GET" }, options);
  }

  disarm(memberId: Int64Input, alarm: AlarmType, options?: CallOptions): Promise<AlarmResponse> {
    return this.#call("Maintenance", "Alarm", { action: "DEACTIVATE", memberID: memberId, alarm }, options);
  }

  /** Gives space back to the file system; the endpoint answers nothing else meanwhile. */
  defragment(options?: CallOptions): Promise<{ header: ResponseHeader }> {
    return this.#call("Maintenance", "Defragment", {}, options, anyMember);
  }

  /** The endpoint must be the leader. */
  moveLeader(targetId: Int64Input, options?: CallOptions): Promise<{ header: ResponseHeader }> {
    return this.#call("Maintenance", "MoveLeader", { targetID: targetId }, options);
  }

  /** One stream for any number of watches. Errors come as the stream's `error`. */
  watch(): grpc.ClientDuplexStream<WatchRequest, WatchResponse> {
    return this.#stream("Watch", "Watch") as grpc.ClientDuplexStream<WatchRequest, WatchResponse>;
  }

  /** One stream for any number of leases. */
  leaseKeepAlive(): grpc.ClientDuplexStream<{ ID: Int64Input }, LeaseResponse> {
    return this.#stream("Lease", "LeaseKeepAlive") as grpc.ClientDuplexStream<{ ID: Int64Input }, LeaseResponse>;
  }

  /** The endpoint's database file, in parts; the last 32 bytes are a SHA-256 of the rest. */
  snapshot(): grpc.ClientReadableStream<SnapshotResponse> {
    const { path, requestSerialize, responseDeserialize } = this.#definition("Maintenance", "Snapshot");
    return this.#channel().makeServerStreamRequest(
      path,
      requestSerialize as (value: object) => Buffer,
      responseDeserialize as (bytes: Buffer) => SnapshotResponse,
      {},
      anyMember,
    );
  }

  /** From now on calls use these certificates. Streams that are open stay as they are until they end. */
  useTls(tls: EtcdTls): void {
    const before = this.#channels;
    this.#channels = openChannels(this.#options.endpoints, tls);
    for (const channel of before) channel.close();
  }

  /** Moves on to the next endpoint, for streams that failed. */
  rotate(): void {
    this.#current = (this.#current + 1) % this.#channels.length;
  }

  /** Calls that are under way fail. */
  close(): void {
    for (const channel of this.#channels) channel.close();
  }

  #channel(): grpc.Client {
    const channel = this.#channels[this.#current];
    if (channel === undefined) throw new Error("an etcd client needs at least one endpoint");
    return channel;
  }

  #definition(service: string, method: string): Definition {
    const name = `${service}/${method}`;
    const known = this.#definitions.get(name) ?? definitionOf(service, method);
    this.#definitions.set(name, known);
    return known;
  }

  #stream(service: string, method: string): grpc.ClientDuplexStream<object, object> {
    const { path, requestSerialize, responseDeserialize } = this.#definition(service, method);
    return this.#channel().makeBidiStreamRequest(path, requestSerialize, responseDeserialize, requireLeader);
  }

  #call<Response>(
    service: string,
    method: string,
    request: object,
    { timeoutMilliseconds = this.#options.timeoutMilliseconds, signal }: CallOptions = {},
    metadata: grpc.Metadata = requireLeader,
  ): Promise<Response> {
    const { path, requestSerialize, responseDeserialize } = this.#definition(service, method);
    const used = this.#current;
    return new Promise((resolve, reject) => {
      const call = this.#channel().makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        { deadline: Date.now() + timeoutMilliseconds },
        (error, response) => {
          signal?.removeEventListener("abort", cancel);
          if (error === null) {
            resolve(response as Response);
            return;
          }
          if (error.code === grpc.status.UNAVAILABLE && used === this.#current) this.rotate();
          reject(new EtcdCallError(method, error));
        },
      );
      const cancel = (): void => {
        call.cancel();
      };
      if (signal?.aborted === true) cancel();
      else signal?.addEventListener("abort", cancel, { once: true });
    });
  }
}

/** For calls that a member without a leader can answer. */
const anyMember = new grpc.Metadata();

function openChannels(endpoints: readonly string[], tls: EtcdTls | undefined): grpc.Client[] {
  return endpoints.map((endpoint) => {
    const { protocol, host } = new URL(endpoint);
    const credentials =
      protocol === "https:"
        ? grpc.credentials.createSsl(tls?.ca ?? null, tls?.key ?? null, tls?.cert ?? null)
        : grpc.credentials.createInsecure();
    return new grpc.Client(host, credentials, channelOptions);
  });
}
