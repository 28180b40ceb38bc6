/** A plan of services as a `compose.yaml` with the files that it mounts. Pure. */
import { dnsOptions } from "../plan/name-resolution.ts";
import type { PlannedService, ServicePlan } from "../plan/service.ts";
import { composeEnvironmentFile } from "./environment-file.ts";
import {
  commonParts,
  isChecked,
  limitsOf,
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
import { yamlText, type YamlValue } from "./yaml-text.ts";

/** Name of the file. */
export const composeFileName = "compose.yaml";

/** Writes a plan for `docker compose`. The same plan and materials give the same bytes. */
export function composeFile(plan: ServicePlan, materials: Pick<Materials, "texts">): WrittenFiles {
  const { cluster, services } = plan;
  const byName = new Map(services.map((service) => [service.name, service]));
  const made = services.map((service) => ({ service, ...filesOf(service, materials) }));
  const text = yamlText(comment(plan), {
    name: cluster,
    services: Object.fromEntries(
      made.map(({ service, mounts, environmentFile }) => [
        service.name,
        {
          ...commonParts(service),
          security_opt: ["no-new-privileges:true"],
          dns_opt: [...dnsOptions],
          env_file: environmentFile === undefined ? undefined : [`./${environmentFile}`],
          volumes: listOrNothing([...mounts, ...service.hostPaths.map(hostMount), ...volumeMounts(service)]),
          tmpfs: listOrNothing(service.temporary.map(memoryDirectory)),
          ports: listOrNothing(portsOf(service)),
          depends_on: dependenciesOf(service, byName),
          deploy: { resources: { limits: limitsOf(service) } },
          // No more than the memory limit: a service that swaps is slower than one that is restarted.
          memswap_limit: limitsOf(service)["memory"],
          restart: "unless-stopped",
        },
      ]),
    ),
    networks: {
      [network]: networkOf(plan, {
        driver: "bridge",
        ...(plan.subnet?.includes(":") === true ? { enable_ipv6: true } : {}),
      }),
    },
    volumes: volumesOf(cluster, services),
  });
  const main = { path: composeFileName, text, secret: false };
  return writtenFiles(
    main,
    made.flatMap(({ files }) => files),
  );
}

/**
 * Commands that take over changes. Compose stops everything that changes before it starts any of it, so nodes are given
 * to it one at a time, and each has to be ready before the next. `file` is the word for the file in a shell.
 */
export function updateCommands({ services }: ServicePlan, file: string): string[] {
  const up = `docker compose --file ${file} up --detach --wait`;
  const nodes = services.filter(({ kind }) => kind === "node");
  return [...nodes.map(({ name, ports }) => [`${up} --no-deps ${name}`, ...readyCommands(ports)].join(" && ")), up];
}

/** Waits until a node is ready. Its certificate is good for its name, and it is asked at its address. */
function readyCommands(ports: PlannedService["ports"]): string[] {
  const api = ports.find(({ name, publish }) => publish !== undefined && name.startsWith("api"));
  if (api?.publish === undefined) return [];
  const { address, port } = api.publish;
  const host = address.includes(":") ? `[${address}]` : address;
  const url = `${api.name === "api-tls" ? "https" : "http"}://${host}:${port}/api/v1/ready`;
  return [`curl -fsSk -o /dev/null --retry 90 --retry-delay 1 --retry-all-errors ${url}`];
}

function comment({ cluster, services }: ServicePlan): string[] {
  return [
    `The quorumkit cluster ${cluster} for Docker Compose: ${services.map(({ name }) => name).join(", ")}.`,
    "Written by `npm run compose-file`. What is changed here by hand is undone by its next run: change the stack file",
    "instead. See docs/compose-file.md.",
    "",
    "  start    docker compose up --detach --wait",
    "  stop     docker compose down",
    "           the data stays in its volumes; --volumes deletes it",
    "  update   one node after the other, by the commands in docs/compose-file.md",
  ];
}

/** The files of a service: each directory is mounted whole, so that a running service sees a file that is replaced. */
function filesOf(service: PlannedService, materials: Pick<Materials, "texts">) {
  const files: WrittenFile[] = [];
  const mounts: YamlValue[] = [];
  for (const { directory, files: planned } of service.files.filter((each) => each.files.length > 0)) {
    const contents = planned.map((file) => ({ file, ...contentOf(service, file, materials) }));
    const secret = contents.some((content) => content.secret);
    const place = pathBelow(secret ? "secrets" : "config", service.name, directory);
    mounts.push(bindMount(`./${place}`, directory));
    for (const { file, text } of contents) {
      files.push({ path: pathBelow(place, file.name), text, secret, reader: service.user });
    }
  }
  const secrets = variablesOf(service, true);
  if (Object.keys(secrets).length === 0) return { files, mounts };
  const environmentFile = pathBelow("secrets", `${service.name}.env`);
  files.push({ path: environmentFile, text: composeEnvironmentFile(secrets), secret: true });
  return { files, mounts, environmentFile };
}

function hostMount({ host, path }: PlannedService["hostPaths"][number]): YamlValue {
  return bindMount(host, path);
}

/** Docker would make a directory of its own in the place of one that is missing. */
function bindMount(source: string, target: string): YamlValue {
  return { type: "bind", source, target, read_only: true, bind: { create_host_path: false } };
}

/** Open to every account, as /tmp is. */
function memoryDirectory(directory: PlannedService["temporary"][number]): string {
  return `${directory.path}:rw,noexec,nosuid,nodev,size=${temporarySize(directory)},mode=1777`;
}

function portsOf({ ports }: PlannedService): YamlValue[] {
  return ports.flatMap(({ port, publish }): YamlValue[] =>
    publish === undefined
      ? []
      : [{ target: port, published: String(publish.port), host_ip: publish.address, protocol: "tcp" }],
  );
}

/**
 * Others only need nodes to be started: they do without one that is down. Everything else has to be well, where it can
 * be known.
 */
function dependenciesOf({ after }: PlannedService, services: ReadonlyMap<string, PlannedService>) {
  if (after.length === 0) return undefined;
  const condition = (name: string) => {
    const other = services.get(name);
    const known = other !== undefined && isChecked(other) && other.kind !== "node";
    return known ? "service_healthy" : "service_started";
  };
  return Object.fromEntries([...after].sort().map((name) => [name, { condition: condition(name) }]));
}

function listOrNothing(list: YamlValue[]): YamlValue[] | undefined {
  return list.length === 0 ? undefined : list;
}
