/** Makes the parts of a node's cluster work and joins them. */
import type { Logger } from "pino";
import type { MemberMonitor } from "../store/etcd/member-view.ts";
import type { Store } from "../store/store.ts";
import { ClockWatch, type AskClock } from "./clock/clock-watch.ts";
import type { EtcdAdmin } from "./etcd-admin.ts";
import { Chronicle } from "./events/chronicle.ts";
import { ElectionRecorder } from "./events/election-recorder.ts";
import { EventLog } from "./events/event-log.ts";
import { presencePending } from "./events/presence-events.ts";
import { RosterKeeper } from "./events/roster-keeper.ts";
import { IntegrityChecker } from "./integrity/integrity.ts";
import { IntegrityWatch } from "./integrity/watch.ts";
import { admittedPrefix, nodesPrefix } from "./keys.ts";
import { Loop } from "./loop.ts";
import { Admissions } from "./membership/admission.ts";
import { MemberDirectory } from "./membership/directory.ts";
import { Leadership } from "./membership/leadership.ts";
import { Promoter } from "./membership/learners.ts";
import { MemberClients } from "./membership/member-clients.ts";
import { Membership } from "./membership/membership.ts";
import { shownId } from "./membership/members.ts";
import { Removal } from "./membership/removal.ts";
import { RollCaller } from "./membership/roll-call.ts";
import { PrefixMirror } from "./prefix-mirror.ts";
import { NodeFailures } from "./presence/failures.ts";
import { PresenceKeeper } from "./presence/keeper.ts";
import { admissionRecord, presenceRecord, readRecord, type PresenceRecord } from "./presence/records.ts";

export interface EtcdClusterOptions {
  nodeId: string;
  clusterName: string;
  /**
   * `member`: the monitor looks at this node's own etcd. `gateway`: at one of the members'. `external`: at an etcd that is
   * run elsewhere, whose members are no nodes.
   */
  kind: "member" | "gateway" | "external";
  /** Of the local member, or of those that a gateway uses. It stays the caller's to close. */
  client: EtcdAdmin;
  /** Opens a client of one member. */
  openClient: (clientUrls: readonly string[]) => EtcdAdmin;
  monitor: MemberMonitor;
  store: Store;
  logger: Logger;
  /** What this node says of itself now. */
  describe: () => PresenceRecord;
  /** Node that the config names at a peer address, `host:port`; asked for members that have not started. */
  peerAt: (address: string) => string | undefined;
  /** Reads the clock of another node; undefined where this node has no join token to ask with. */
  askClock?: AskClock | undefined;
  now?: () => number;
  /** Times, for tests. */
  timing?: Partial<ClusterTiming>;
}

export interface ClusterTiming {
  /** Default 10 s. */
  presenceTtlMilliseconds: number;
  /** How often every node asks all members. Default 5 s. */
  rollCallMilliseconds: number;
  /** How long others wait before they write an event in place of the leader. Default 5 s. */
  graceMilliseconds: number;
  /** How often the leader compares the states of the members. Default 10 min. */
  integrityMilliseconds: number;
  /** How often the leader compares the members with the roster. Default 2 s. */
  rosterMilliseconds: number;
  /** How often the leader looks for learners. Default 500 ms while there are some, else 5 s. */
  promotion: { idle: number; learning: number };
}

const usualTiming: ClusterTiming = {
  presenceTtlMilliseconds: 10_000,
  rollCallMilliseconds: 5_000,
  graceMilliseconds: 5_000,
  integrityMilliseconds: 600_000,
  rosterMilliseconds: 2_000,
  promotion: { idle: 5_000, learning: 500 },
};

export type ClusterParts = ReturnType<typeof makeClusterParts>;

export function makeClusterParts(options: EtcdClusterOptions) {
  const { nodeId, client, monitor, store, logger, kind, now = Date.now } = options;
  const timing = { ...usualTiming, ...options.timing };
  const onError = (error: unknown): void => {
    logger.warn({ err: error }, "the nodes can't be watched now; what is known of them may be old");
  };
  const admitted = new PrefixMirror({
    store,
    prefix: admittedPrefix,
    parse: (text) => readRecord(admissionRecord, text),
    onChange: () => {
      promoter.wake();
    },
    onError,
  });
  const nodeAt = (address: string): string | undefined =>
    options.peerAt(address) ?? [...admitted.values].find(([, { value }]) => value.address === address)?.[0];
  const directory = new MemberDirectory({ client, nodeAt });
  const nodeOf = (memberId: string): string =>
    directory.current?.members.find(({ id }) => id === memberId)?.nodeId ?? `member-${shownId(memberId)}`;
  const clients = new MemberClients({ open: options.openClient });
  const rollCaller = new RollCaller({ directory, clients, now });
  const hasDuty = (): boolean => {
    if (kind === "gateway") return false;
    if (kind === "external") return [...presence.values.keys()].sort()[0] === nodeId;
    const view = monitor.current;
    return view !== undefined && view.leaderId === view.memberId;
  };
  const events = new EventLog({ store });
  const chronicle = new Chronicle({ log: events, logger, hasDuty, graceMilliseconds: timing.graceMilliseconds });
  const presence: PrefixMirror<PresenceRecord> = new PrefixMirror({
    store,
    prefix: nodesPrefix,
    parse: (text) => readRecord(presenceRecord, text),
    onChange: (change) => {
      failures.note(change);
      if (change.before === undefined) clocks?.wake();
      const pending = presencePending(change, { nodeId, at: new Date(now()) });
      if (pending !== undefined && kind !== "gateway") chronicle.note(pending);
      promoter.wake();
    },
    onError,
  });
  const failures = new NodeFailures({ nodeId, members: () => directory.current?.members });
  const clocks =
    options.askClock === undefined
      ? undefined
      : new ClockWatch({
          peers: () =>
            [...presence.values]
              .filter(([id]) => id !== nodeId)
              .map(([id, { value }]) => ({ nodeId: id, address: value.address })),
          ask: options.askClock,
        });
  const keeper = new PresenceKeeper({
    store,
    nodeId,
    describe: options.describe,
    log: logger,
    ttlMilliseconds: timing.presenceTtlMilliseconds,
  });
  const elections = new ElectionRecorder({
    monitor,
    store,
    events,
    nodeId,
    nodeOf: async (memberId) => {
      if (directory.current?.members.some(({ id }) => id === memberId) !== true) await directory.latest();
      return nodeOf(memberId);
    },
    now,
    chronicle: kind === "gateway" ? { note: () => undefined } : chronicle,
    ownMember: kind === "member",
  });
  const roster = new RosterKeeper({
    client,
    directory,
    store,
    events,
    nodeId,
    hasDuty,
    logger,
    now,
    intervalMilliseconds: timing.rosterMilliseconds,
  });
  const watch = new IntegrityWatch({ nodeId, events, chronicle, logger });
  const integrity = new IntegrityChecker({
    rollCaller,
    clients,
    now,
    onReport: (report) => {
      watch.report(report);
    },
  });
  const leadership = new Leadership({ nodeId, store, clients, rollCaller, monitor, now });
  const admissions = new Admissions(store, now);
  const removal = new Removal({
    nodeId,
    client,
    clients,
    directory,
    rollCaller,
    leadership,
    admissions,
    presence: keeper,
  });
  const onChange = (): void => {
    promoter.wake();
    rollCalls.wake();
    // The leader writes the event at its next look; whoever made the change does not leave that to chance.
    roster.compare().catch(() => {
      roster.wake();
    });
  };
  const membership = new Membership({
    nodeId,
    client,
    directory,
    rollCaller,
    leadership,
    removal,
    admissions,
    onChange,
  });
  const promoter = new Promoter({
    client,
    directory,
    rollCaller,
    admissions,
    removal,
    hasDuty: () => kind === "member" && hasDuty(),
    logger,
    onChange,
    intervalMilliseconds: timing.promotion,
  });
  const rollCalls = new Loop({
    round: async () => {
      await rollCaller.take();
      return timing.rollCallMilliseconds;
    },
    onError: (error, row) => {
      if (row === 1) logger.warn({ err: error }, "the members can't be asked now");
    },
  });
  let startingUp = true;
  const integrityRounds = new Loop({
    round: async () => {
      // The first round is that of the start: there is nothing new to compare.
      if (!startingUp && hasDuty()) await integrity.check();
      startingUp = false;
      return timing.integrityMilliseconds;
    },
    onError: (error, row) => {
      if (row === 1) logger.warn({ err: error }, "the states of the members can't be compared now");
    },
  });
  const unsubscribe = monitor.subscribe(() => {
    for (const part of [promoter, roster, rollCalls]) part.wake();
  });
  keeper.start();
  const close = async (): Promise<void> => {
    unsubscribe();
    elections.close();
    await keeper.withdraw();
    const parts = [promoter, roster, rollCalls, integrityRounds, chronicle, presence, admitted];
    await Promise.all([...parts, ...(clocks === undefined ? [] : [clocks])].map((part) => part.close()));
    clients.close();
  };
  return {
    admitted,
    presence,
    directory,
    nodeOf,
    clients,
    rollCaller,
    events,
    keeper,
    elections,
    failures,
    clocks,
    integrity,
    leadership,
    membership,
    close,
  };
}
