/** Parts of a service that Compose and swarm write alike. */
import { formatDuration, parseDuration, parseSize } from "@quorumkit/schema";
import type { PlannedService } from "../plan/service.ts";
import type { YamlValue } from "./yaml-text.ts";

/** Name of the network in the file. */
export const network = "cluster";

/** Processes and threads of a service: far more than any needs, far fewer than would hurt its host. */
const processes = 1024;

/** Label whose change makes another container: what a running one can't take over. */
const checksumLabel = "quorumkit.restart-checksum";

/** Resource names carry the cluster: a host may have several. */
export function nameOf(cluster: string, resource: string): string {
  return `${cluster}_${resource}`;
}

/** What is the same in both. */
export function commonParts(service: PlannedService): Record<string, YamlValue | undefined> {
  const { image, command, name, user, openFiles } = service;
  const open = variablesOf(service, false);
  return {
    image: image.name,
    command: command.length === 0 ? undefined : [...command],
    hostname: name,
    user: `${user.uid}:${user.gid}`,
    // The program is the first process of its container: signals reach it, and it waits for its children.
    init: false,
    read_only: true,
    cap_drop: ["ALL"],
    environment: Object.keys(open).length === 0 ? undefined : open,
    networks: { [network]: service.aliases.length === 0 ? {} : { aliases: [...service.aliases] } },
    healthcheck: healthCheckOf(service),
    ulimits: openFiles === undefined ? undefined : { nofile: { soft: openFiles, hard: openFiles } },
    logging: { driver: "json-file", options: { "max-size": "10m", "max-file": "5" } },
    stop_grace_period: goDuration(service.stopTimeout),
    labels: sorted({ ...service.labels, [checksumLabel]: service.checksum }),
  };
}

/** Variables of a service, in the order of their names: those that may be shown, or the secret ones. */
export function variablesOf({ environment }: PlannedService, secret: boolean): Record<string, string> {
  const wanted = Object.entries(environment).filter(([, value]) => (value.secret === true) === secret);
  return sorted(Object.fromEntries(wanted.map(([name, { text }]) => [name, text])));
}

/** Volumes of a service. */
export function volumeMounts({ volumes }: PlannedService): YamlValue[] {
  return volumes.map(({ name, path }): YamlValue => ({ type: "volume", source: name, target: path }));
}

/** A directory in memory: its size in bytes. Sizes are Docker's (`64m`), not those of the schema. */
export function temporarySize({ size }: PlannedService["temporary"][number]): number {
  const [, amount, unit = ""] = /^(\d+)([bkmg]?)$/.exec(size) ?? [];
  if (amount === undefined) throw new RangeError(`not a size of a temporary directory: ${size}; write it like 64m`);
  return Number(amount) * 1024 ** Math.max(0, ["b", "k", "m", "g"].indexOf(unit));
}

/** All volumes of a plan, as a file has them. */
export function volumesOf(cluster: string, services: readonly PlannedService[]): Record<string, YamlValue> {
  const names = services.flatMap(({ volumes }) => volumes.map(({ name }) => name));
  const labels = { "quorumkit.cluster": cluster };
  return Object.fromEntries([...new Set(names)].sort().map((name) => [name, { name: nameOf(cluster, name), labels }]));
}

/** The network of a plan. */
export function networkOf(
  { cluster, subnet }: { cluster: string; subnet?: string },
  options: Record<string, YamlValue>,
): Record<string, YamlValue | undefined> {
  return {
    name: nameOf(cluster, network),
    ...options,
    ipam: subnet === undefined ? undefined : { config: [{ subnet }] },
    labels: { "quorumkit.cluster": cluster },
  };
}

/** Limits of a service. */
export function limitsOf({ limits }: PlannedService): Record<string, YamlValue> {
  return { cpus: cores(limits.cpu), memory: memorySize(parseSize(limits.memory)), pids: processes };
}

/** Cores as Docker has them: `500m` is `0.5`. */
export function cores(quantity: string): string {
  return String(quantity.endsWith("m") ? Number(quantity.slice(0, -1)) / 1000 : Number(quantity));
}

/** A size as Docker has it: `k`, `m` and `g` are powers of 1024 there. */
export function memorySize(bytes: number): string {
  const whole = Math.floor(bytes);
  const unit = (["g", "m", "k"] as const).find((_, index) => whole % 1024 ** (3 - index) === 0 && whole > 0);
  return unit === undefined ? `${whole}b` : `${whole / 1024 ** ({ g: 3, m: 2, k: 1 } as const)[unit]}${unit}`;
}

/** A duration as Go has it, which knows no days. */
export function goDuration(text: string): string {
  return formatDuration(parseDuration(text));
}

/** Whether anything says that a service is well: some images hold no program that could ask. */
export function isChecked({ healthCheck }: PlannedService): boolean {
  return healthCheck.command.length > 0;
}

function healthCheckOf(service: PlannedService): YamlValue | undefined {
  if (!isChecked(service)) return undefined;
  const { command, interval, timeout, retries, startPeriod } = service.healthCheck;
  return {
    test: ["CMD", ...command],
    interval: goDuration(interval),
    timeout: goDuration(timeout),
    retries,
    start_period: goDuration(startPeriod),
  };
}

function sorted(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
