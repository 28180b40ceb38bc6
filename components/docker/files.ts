/** The files that a service reads, on this machine. */
import * as pulumi from "@pulumi/pulumi";
import { override } from "../common/children.ts";
import { ServiceFiles, type ServiceFilesArgs } from "../host/service-files.ts";
import type { PlannedService, ServiceFile } from "../plan/service.ts";
import type { ClusterJob, Provided } from "./job.ts";
import { dockerNameOf } from "./names.ts";

/** The directory of this machine that a service sees under a path. */
export function hostDirectory({ directory }: Pick<ClusterJob, "directory">, service: string, path: string): string {
  return `${directory}/${service}/${path.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^-/, "")}`;
}

/** Makes the files of one directory of a service. */
export function createFiles(
  job: ClusterJob,
  {
    name,
    path,
    service,
    provided,
  }: {
    /** Name of the service. */
    name: string;
    /** Where the service sees the directory. */
    path: string;
    service: pulumi.Output<PlannedService>;
    provided: Provided;
  },
): ServiceFiles {
  const planned = service.apply(({ files }) => {
    const found = files.find(({ directory }) => directory === path);
    if (found === undefined) throw new Error(`service ${name} has no files in ${path}`);
    return found;
  });
  const args: ServiceFilesArgs = {
    directory: hostDirectory(job, name, path),
    files: planned.apply(({ files }) => openTexts(files)),
    secretFiles: pulumi.secret(
      pulumi.all([planned, pulumi.output(provided)]).apply(([{ files }, known]) => secretTexts(name, files, known)),
    ),
    ...ownerOf(service),
    container: dockerNameOf(name),
    dockerHost: job.host.dockerHost,
    reload: planned.apply(({ reload }) => reload),
  };
  const owned = ["directory", "files", "secretFiles", "container", "dockerHost"] as const;
  return new ServiceFiles(
    `${job.name}-${name}-files-${path
      .split("/")
      .filter((part) => part !== "")
      .join("-")}`,
    override(job, "files", args, owned),
    { parent: job.component, dependsOn: [job.host.check] },
  );
}

/** Files are given to the service's account where root writes them; nobody else can give files away. */
export function ownerOf(service: pulumi.Output<PlannedService>) {
  return process.getuid?.() === 0 ? { owner: service.apply(({ user }) => user) } : {};
}

/** The contents that may be shown, by name. */
function openTexts(files: readonly ServiceFile[]): Record<string, string> {
  return Object.fromEntries(
    files.flatMap(({ name, content }) =>
      "text" in content && content.secret !== true ? [[name, content.text] as const] : [],
    ),
  );
}

/** The other contents, by name; undefined where there are none. */
function secretTexts(
  service: string,
  files: readonly ServiceFile[],
  provided: Readonly<Record<string, string>>,
): Record<string, string> | undefined {
  const secret = files.filter(({ content }) => !("text" in content) || content.secret === true);
  return secret.length === 0 ? undefined : allTexts(service, secret, provided);
}

/** The contents of files, by name. Throws where one is from what nobody provides. */
export function allTexts(
  service: string,
  files: readonly ServiceFile[],
  provided: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    files.map(({ name, content }) => {
      const text = "text" in content ? content.text : provided[content.from];
      if (text === undefined) throw new Error(`file ${name} of service ${service} is from what nobody provides`);
      return [name, text];
    }),
  );
}
