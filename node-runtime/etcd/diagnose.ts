/** Reads from what etcd wrote why it ended. Pure. */
import { EtcdError, type EtcdErrorCode } from "./errors.ts";
import type { EtcdPlan } from "./plan.ts";

/** How a process ended. */
export interface ProcessEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What it wrote last. */
  lastLines: readonly string[];
  /** The member's id in hexadecimal, where it named it. */
  memberId?: string | undefined;
}

interface Sign {
  code: EtcdErrorCode;
  pattern: RegExp;
  say: (match: RegExpExecArray, plan: EtcdPlan) => string;
}

/** The first that fits counts. */
const signs: readonly Sign[] = [
  {
    code: "etcd-member-removed",
    pattern: /permanently removed from the cluster/,
    say: (_match, { name, clusterName }) =>
      `${name} was removed from the cluster ${clusterName}. Its data was moved aside. Stop the node; to take part ` +
      "again it joins as a new one, after add-node at a member",
  },
  {
    code: "etcd-disk-full",
    pattern: /no space left on device|disk quota exceeded/i,
    say: (_match, plan) =>
      `the disk of ${plan.etcdDirectory}${plan.walDirectory === undefined ? "" : ` or ${plan.walDirectory}`} is full. ` +
      "Make space on it: etcd starts again by itself, with all that was acknowledged",
  },
  {
    code: "etcd-port-in-use",
    pattern: /listen \w+ (\S+):(\d+): bind: address already in use/,
    say: ([, host = "", port = ""], plan) => {
      const option = Number(port) === plan.peerPort ? "consensus.peer_port" : "consensus.client_port";
      return `${option}: port ${port} is already in use on ${host}. Stop what listens there, or set ${option} to another port`;
    },
  },
  {
    code: "etcd-address-unavailable",
    pattern: /listen \w+ (\S+): bind: cannot assign requested address/,
    say: ([, address = ""]) => `api.host: this machine has no address ${address}. Set it to one that it has`,
  },
  {
    code: "etcd-data-newer",
    pattern: /version \\?"([\d.]+)\\?" is not supported|cluster cannot be downgraded|invalid downgrade/,
    say: ([, version], plan) =>
      `${plan.etcdDirectory} was written by a newer etcd${version === undefined ? "" : ` (${version})`}. ` +
      "Name that version in consensus.binary, or let this node join anew with an empty data directory",
  },
  {
    code: "foreign-data",
    pattern: /(?:cluster|member) ID mismatch/i,
    say: (_match, plan) => foreignMember(plan),
  },
  {
    code: "etcd-data-damaged",
    pattern:
      /crc mismatch|checkInitialHashKV|found data inconsistency|data corruption|wal: .*corrupt|slice bounds out/i,
    say: (_match, plan) =>
      `the data in ${plan.etcdDirectory} is damaged or differs from that of the other members. Replace this node ` +
      "(replace-node): it gets its data from them",
  },
  {
    code: "etcd-data-in-use",
    pattern: /file already locked|failed to flock|resource temporarily unavailable/,
    say: (_match, plan) =>
      `another etcd uses ${plan.etcdDirectory}. Stop it, or set storage.data_dir to another directory`,
  },
  {
    code: "etcd-permission",
    pattern: /(\/\S+)?: (?:bind: )?(permission denied|read-only file system)/,
    say: ([, path = "", reason = ""], plan) =>
      `${path === "" ? plan.etcdDirectory : path}: ${reason}. Give the user that runs the node (id ${process.getuid?.() ?? "?"}) ` +
      "the right to read and write it",
  },
  {
    code: "etcd-certificates",
    pattern: /tls: .*|x509: .*|open (\S+\.(?:pem|crt|key|cert)): .*/,
    say: ([reason]) => `p2p.tls: etcd can't use the certificates: ${reason}`,
  },
  {
    code: "etcd-peers-unreachable",
    pattern: /could not get cluster response|cannot fetch cluster info from peer urls|could not retrieve cluster info/i,
    say: (_match, { start }) =>
      `none of the other members answers (${start.initialCluster.map(({ peerUrl }) => peerUrl).join(", ")}). ` +
      "It is tried again; see that they run and can be reached from here",
  },
  {
    code: "etcd-config-refused",
    pattern: /failed to verify flags: (.*)|error unmarshaling JSON: (.*)/,
    say: ([, flags, json], plan) => `etcd refuses ${plan.configFile}: ${flags ?? json ?? ""}`,
  },
];

/** What a member of another cluster means, which etcd only warns of. */
export const foreignMemberPattern = /ignored by remote peer due to cluster ID mismatch/;

export function foreignMember({ name, clusterName, etcdDirectory }: EtcdPlan): string {
  return (
    `another member says that ${name} belongs to a different cluster. One of the two has data of a cluster that is ` +
    `not ${clusterName}: give the node that is wrong an empty data directory (here ${etcdDirectory}) and let it join`
  );
}

/** What etcd writes as it ends by itself; lines of Go's runtime have no level. */
const endsProcess =
  /^(?:fatal|panic|dpanic): |^warn: (?:server error|failed to verify flags)|^(?!(?:debug|info|warn|error): )/;

/** The reason of an end that nobody asked for. */
export function diagnose({ code, signal, lastLines }: ProcessEnd, plan: EtcdPlan): EtcdError {
  const newest = [...lastLines].reverse();
  // The last words count: what etcd complained of before may have passed.
  const lastWords = newest.filter((line) => endsProcess.test(line));
  for (const sign of signs) {
    for (const line of lastWords.length > 0 ? lastWords : newest.filter((line) => line.startsWith("error: "))) {
      const match = sign.pattern.exec(line);
      if (match !== null) return new EtcdError(sign.code, sign.say(match, plan), { lastLines });
    }
  }
  const how = signal === null ? `ended with exit code ${code ?? "?"}` : `was ended by ${signal}`;
  const last = newest[0];
  return new EtcdError("etcd-failed", `etcd ${how}${last === undefined ? "" : `. It last wrote: ${last}`}`, {
    lastLines,
  });
}

/** What `errors` in etcd's Status mean: alarms, each with its code. Anything else is left out. */
export function alarmsOf(errors: readonly string[], plan: Pick<EtcdPlan, "quota">): EtcdError[] {
  return errors.flatMap((text) => {
    if (text.includes("NOSPACE")) {
      return new EtcdError(
        "etcd-quota-exceeded",
        `the state is larger than consensus.quota (${plan.quota} bytes): writes are refused. Delete keys, or raise it ` +
          "on all members, then disarm the alarm",
      );
    }
    if (text.includes("CORRUPT")) {
      return new EtcdError(
        "etcd-data-damaged",
        "members hold different data: nothing is written any more. /api/v1/integrity names the one that differs; replace it",
      );
    }
    return [];
  });
}
