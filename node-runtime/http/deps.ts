/** What the API is made of. Everything comes in from outside, so that an app can be built in a test without a node. */
import type { Logger } from "pino";
import type { LiveConfig } from "../config/live-config.ts";
import type { LoadSampler } from "../load/sampler.ts";
import type { RequestMeter } from "../metrics/request-meter.ts";
import type { EventLoopMonitor } from "../node/event-loop.ts";
import type { NodeState } from "../node/state.ts";
import type { LateStore } from "../node/late-store.ts";
import type { Workload } from "../workloads/workload.ts";
import type { AuditLog } from "../audit/audit-log.ts";
import type { CertificateSet } from "../tls/certificate-set.ts";
import type { ClusterHandle } from "../cluster/cluster.ts";
import type { FormationDeps } from "../cluster/formation/routes.ts";
import type { SlowRequests } from "../load/slow-requests.ts";
import type { P2pView } from "../p2p/view.ts";
import type { Guard } from "./access/guard.ts";
import type { Login } from "./access/login/login.ts";
import type { Quotas } from "./access/quotas.ts";
import type { Access } from "./access/permissions.ts";

/** Who the node is. */
export interface NodeIdentity {
  nodeId: string;
  system: string;
  cluster: string;
  version: string;
  startedAt: Date;
}

/** The workload of the node, or the reason why there is none. */
export type WorkloadSlot =
  | { available: true; workload: Workload }
  | {
      available: false;
      name: string;
      /** Starts of the paths that would be its. */
      prefixes: readonly string[];
      reason: string;
    };

export interface AppDeps {
  identity: NodeIdentity;
  config: LiveConfig;
  /** The file that a reload reads; undefined for a node that was started without one. */
  configFile: string | undefined;
  log: Logger;
  state: NodeState;
  loop: Pick<EventLoopMonitor, "delay" | "stuck">;
  /** Raft's term; on a lone node, the number of its starts on this data. */
  term: () => number;
  store: LateStore;
  slot: WorkloadSlot;
  meter: RequestMeter;
  load: LoadSampler;
  guard: Guard;
  login: Login;
  quotas: Quotas;
  audit: AuditLog;
  certificates: CertificateSet;
  /** Undefined on the embedded engine: then the node is a cluster of one. */
  cluster: ClusterHandle | undefined;
  slowRequests: SlowRequests;
  formation: FormationDeps;
  p2p: P2pView;
  /** Aborts when the node drains. */
  drain: AbortSignal;
  /** Told how many watches are open. */
  onWatches: (open: number) => void;
  now: () => number;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** What a caller needs; `data` where nothing is said. */
    access?: Access;
    /** An answer without an end: not timed, not waited for. */
    stream?: boolean;
    /** An answer that may wait for something to happen; how long it took says nothing about the node. */
    waits?: boolean;
    /** Answered also before the node is ready, and while it drains or is overloaded. */
    always?: boolean;
  }
}
