/** Waits until the member can take requests. */
import type { MemberMonitor, MemberView } from "../../store/etcd/member-view.ts";

/** Resolves when the member knows of a leader and votes; rejects with the reason of the signal. */
export function untilVoting(
  monitor: MemberMonitor,
  signal: AbortSignal,
  onWaiting: (reasons: readonly string[]) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      unsubscribe();
      signal.removeEventListener("abort", abort);
    };
    const abort = (): void => {
      end();
      reject(signal.reason as Error);
    };
    const look = (view: MemberView | undefined): void => {
      const reason = reasonOf(view);
      onWaiting(reason === undefined ? [] : [reason]);
      if (reason !== undefined) return;
      end();
      resolve();
    };
    const unsubscribe = monitor.subscribe(look);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    else monitor.look().then(look, reject);
  });
}

function reasonOf(view: MemberView | undefined): string | undefined {
  if (view === undefined) return "etcd does not answer yet";
  if (view.leaderId === null) return "etcd knows of no leader: a majority of the members is not there yet";
  if (view.learner) return "the node follows the log and is promoted to a voter when it has caught up";
  return undefined;
}
