/** A plan of services as a `stack.yaml` for `docker stack deploy`, with the files of its configs and secrets. Pure. */
import { createHmac } from "node:crypto";
import { formatDuration, parseDuration, parseSize, show, type Problem } from "@quorumkit/schema";
import type { PlannedService, ServicePlan, ServicePort } from "../plan/service.ts";
import { fitsOneLine, stackEnvironmentFile } from "./environment-file.ts";
import {
  commonParts,
  cores,
  limitsOf,
  memorySize,
  network,
  networkOf,
  temporarySize,
  variablesOf,
  volumeMounts,
  volumesOf,
} from "./service-parts.ts";
import {
  contentOf,
  pathBelow,
  writtenFiles,
  type Materials,
  type WrittenFile,
  type WrittenFiles,
} from "./written-files.ts";
import { octal, yamlText, type YamlValue } from "./yaml-text.ts";

/** Name of the file. */
export const stackFileName = "stack.yaml";

/** A config or secret of a swarm. It can't be changed: other content is another one. */
interface SwarmObject {
  kind: "configs" | "secrets";
  key: string;
  name: string;
  file: WrittenFile;
  grant: YamlValue;
}

/** What a node is given in any case: quantities as in Kubernetes. */
export type NodeRequests = PlannedService["limits"];

/**
 * Writes a plan for a swarm, where a machine has to have `requests` left for each node. The same plan, materials and
 * requests give the same bytes. See {@link swarmProblems}.
 */
export function swarmStack(plan: ServicePlan, materials: Materials, requests: NodeRequests): WrittenFiles {
  const { cluster, services } = plan;
  const made = services.map((service) => ({ service, ...filesOf(cluster, service, materials) }));
  const objects = made.flatMap((service) => service.objects);
  const text = yamlText(comment(plan), {
    // Older versions of Docker take a file without a version for one of Compose 1.
    version: "3.9",
    services: Object.fromEntries(
      made.map(({ service, objects: own, environmentFile }) => [
        service.name,
        {
          ...commonParts(service),
          env_file: environmentFile === undefined ? undefined : [`./${environmentFile.path}`],
          configs: grantsOf(own, "configs"),
          secrets: grantsOf(own, "secrets"),
          volumes: listOrNothing([
            ...service.hostPaths.map(({ host, path }): YamlValue => ({
              type: "bind",
              source: host,
              target: path,
              read_only: true,
            })),
            ...volumeMounts(service),
            // Without a mode they are open to every account, as /tmp is.
            ...service.temporary.map((directory): YamlValue => ({
              type: "tmpfs",
              target: directory.path,
              tmpfs: { size: temporarySize(directory) },
            })),
          ]),
          ports: listOrNothing(portsOf(service)),
          deploy: deployOf(cluster, service, requests),
        },
      ]),
    ),
    networks: {
      // What services say to each other crosses the network between machines.
      [network]: networkOf(plan, { driver: "overlay", driver_opts: { encrypted: "true" } }),
    },
    volumes: volumesOf(cluster, services),
    configs: definitionsOf(objects, "configs"),
    secrets: definitionsOf(objects, "secrets"),
  });
  const beside = made.flatMap(({ objects: own, environmentFile }) => [
    ...own.map(({ file }) => file),
    ...(environmentFile === undefined ? [] : [environmentFile]),
  ]);
  return writtenFiles({ path: stackFileName, text, secret: false }, beside);
}

/** What a swarm can't do. */
export function swarmProblems({ subnet, services }: ServicePlan): Problem[] {
  const problems: Problem[] = [];
  if (subnet?.includes(":") === true) {
    const want = "an IPv4 network: those of a swarm have no other addresses";
    const message = `subnet must be ${want}, got ${show(subnet)}`;
    problems.push({ severity: "error", path: "target.compose.subnet", message, got: subnet, want, rule: "swarm-ipv4" });
  }
  const address = services
    .flatMap(({ ports }) => ports.flatMap(({ publish }) => publish ?? []))
    .find((publish) => reachOf(publish) === "one")?.address;
  if (address !== undefined) {
    const want = "0.0.0.0 (every address of a machine) or 127.0.0.1 (nothing is published): a swarm knows no others";
    const message = `publish_address must be ${want}, got ${show(address)}`;
    const path = "target.compose.publish_address";
    problems.push({ severity: "error", path, message, got: address, want, rule: "swarm-publishes-everywhere" });
  }
  for (const service of services) {
    for (const [name, value] of Object.entries(variablesOf(service, true))) {
      if (fitsOneLine(value)) continue;
      const want = "a value of one line: a stack reads secret variables from a file with a line for each";
      const message = `${name} of ${service.name} must be ${want}`;
      problems.push({ severity: "error", path: "", message, want, rule: "swarm-variables-have-one-line" });
    }
  }
  return problems;
}

/** Ports that Compose publishes on the loopback address: a swarm publishes on every address, so it leaves them out. */
export function unpublishedPorts({ services }: ServicePlan): { service: string; port: number }[] {
  return services.flatMap(({ name: service, ports }) =>
    ports.flatMap(({ port, publish }) =>
      publish !== undefined && reachOf(publish) === "host" ? [{ service, port }] : [],
    ),
  );
}

/** Commands that say on which machine of the swarm a service lives, one for each that can't live anywhere. */
export function labelCommands({ cluster, services }: ServicePlan): string[] {
  return services
    .filter(isPinned)
    .map(({ name }) => `docker node update --label-add ${machineLabel(cluster, name)}=true MACHINE`);
}

function comment(plan: ServicePlan): string[] {
  const { cluster, services } = plan;
  const left = unpublishedPorts(plan).map(({ service, port }) => `${service}:${port}`);
  return [
    `The quorumkit cluster ${cluster} for a Docker swarm: ${services.map(({ name }) => name).join(", ")}.`,
    "Written by `npm run compose-file`. What is changed here by hand is undone by its next run: change the stack file",
    "instead. See docs/compose-file.md.",
    "",
    "Services with data, published ports or files of their machine stay where their label is. One machine may have several:",
    "",
    ...labelCommands(plan).map((command) => `  ${command}`),
    "",
    `  start, update   docker stack deploy --compose-file ${stackFileName} ${cluster}`,
    `  stop            docker stack rm ${cluster}    (the data stays in volumes of the machines)`,
    ...(left.length === 0
      ? []
      : ["", `Not published, since a swarm can't do so on the loopback address alone: ${left.join(", ")}.`]),
  ];
}

function filesOf(
  cluster: string,
  service: PlannedService,
  materials: Materials,
): { objects: SwarmObject[]; environmentFile?: WrittenFile } {
  const objects = service.files.flatMap(({ directory, files }) =>
    files.map((file): SwarmObject => {
      const { text, secret } = contentOf(service, file, materials);
      const kind = secret ? "secrets" : "configs";
      const path = pathBelow(secret ? "secrets" : "config", service.name, directory, file.name);
      const target = `/${pathBelow(directory, file.name)}`;
      const hash = createHmac("sha256", materials.nameKey)
        .update(JSON.stringify([cluster, service.name, target, text]))
        .digest("hex")
        .slice(0, 12);
      const base = `${service.name}-${file.name.split("/").at(-1) ?? ""}`.replaceAll(/[^A-Za-z0-9.-]/g, "-");
      const key = `${base.slice(0, 51)}-${hash}`;
      const { uid, gid } = service.user;
      return {
        kind,
        key,
        // Docker's limit is 64 characters.
        name: `${`${cluster}-${base}`.slice(0, 51)}-${hash}`,
        file: { path, text, secret },
        grant: { source: key, target, uid: String(uid), gid: String(gid), mode: octal(secret ? 0o400 : 0o444) },
      };
    }),
  );
  const secrets = variablesOf(service, true);
  if (Object.keys(secrets).length === 0) return { objects };
  const path = pathBelow("secrets", `${service.name}.env`);
  return { objects, environmentFile: { path, text: stackEnvironmentFile(secrets), secret: true } };
}

function grantsOf(objects: readonly SwarmObject[], kind: SwarmObject["kind"]): YamlValue[] | undefined {
  return listOrNothing(objects.filter((object) => object.kind === kind).map(({ grant }) => grant));
}

function definitionsOf(objects: readonly SwarmObject[], kind: SwarmObject["kind"]): YamlValue | undefined {
  const own = objects.filter((object) => object.kind === kind);
  if (own.length === 0) return undefined;
  return Object.fromEntries(own.map(({ key, name, file }) => [key, { name, file: `./${file.path}` }]));
}

/** Whom a published port reaches: everybody, one address, or the host alone. */
function reachOf({ address }: NonNullable<ServicePort["publish"]>): "everybody" | "one" | "host" {
  if (address === "0.0.0.0" || address === "::") return "everybody";
  return address === "::1" || address === "localhost" || address.startsWith("127.") ? "host" : "one";
}

/** On the machine itself, not through the swarm's mesh: that would hide the addresses of clients. */
function portsOf({ ports }: PlannedService): YamlValue[] {
  return ports.flatMap(({ port, publish }): YamlValue[] =>
    publish === undefined || reachOf(publish) !== "everybody"
      ? []
      : [{ target: port, published: publish.port, protocol: "tcp", mode: "host" }],
  );
}

function isPinned({ volumes, hostPaths, ports }: PlannedService): boolean {
  const published = ports.some(({ publish }) => publish !== undefined && reachOf(publish) === "everybody");
  return volumes.length > 0 || hostPaths.length > 0 || published;
}

function machineLabel(cluster: string, service: string): string {
  return `quorumkit.${cluster}.${service}`;
}

function deployOf(cluster: string, service: PlannedService, requests: NodeRequests): YamlValue {
  const { interval, retries, startPeriod } = service.healthCheck;
  const change = {
    parallelism: 1,
    delay: "10s",
    // As long as it may take until a service that doesn't come up is known to be unwell.
    monitor: formatDuration(parseDuration(startPeriod) + retries * parseDuration(interval)),
    // Two of one service would share a volume, or a port of the machine.
    order: "stop-first",
  };
  return {
    mode: "replicated",
    replicas: 1,
    // Other services get the address of the container itself: nodes tell each other apart by it.
    endpoint_mode: "dnsrr",
    placement: {
      ...(isPinned(service) ? { constraints: [`node.labels.${machineLabel(cluster, service.name)} == true`] } : {}),
      max_replicas_per_node: 1,
    },
    update_config: { ...change, failure_action: "rollback" },
    rollback_config: { ...change, failure_action: "pause" },
    restart_policy: { condition: "any", delay: "5s" },
    resources: {
      limits: limitsOf(service),
      reservations: reservationsOf(service, requests),
    },
  };
}

/** What a machine has to have left. What stands around nodes seldom needs more than a part of what it may use. */
function reservationsOf({ kind, limits }: PlannedService, requests: NodeRequests): YamlValue {
  if (kind === "node") return { cpus: cores(requests.cpu), memory: memorySize(parseSize(requests.memory)) };
  return { cpus: String(Number(cores(limits.cpu)) / 10), memory: memorySize(parseSize(limits.memory) / 2) };
}

function listOrNothing(list: YamlValue[]): YamlValue[] | undefined {
  return list.length === 0 ? undefined : list;
}
