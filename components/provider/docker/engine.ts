/** What is asked of a Docker engine before anything is made on it. */
import { runDocker } from "../container/docker.ts";

/** A container that exists. */
export interface ExistingContainer {
  name: string;
  running: boolean;
  labels: Readonly<Record<string, string>>;
  /** Ports of the host that it has been given. */
  ports: readonly { address: string; port: number }[];
}

/** Questions to an engine. A test puts others in its place. */
export interface Engine {
  /** Why it can't be used, in its own words; undefined where it can. */
  trouble: (dockerHost: string) => Promise<string | undefined>;
  containers: (dockerHost: string) => Promise<ExistingContainer[]>;
  hasImage: (dockerHost: string, image: string) => Promise<boolean>;
  /** Why it could not be pulled; undefined where it is there now. */
  pull: (dockerHost: string, image: string) => Promise<string | undefined>;
}

/** A pull may be long: an image of 1 GB over a slow line. In milliseconds. */
const pullTimeout = 20 * 60_000;

/** The engine that the docker command reaches. */
export const engine: Engine = {
  async trouble(dockerHost) {
    try {
      const { code, stderr } = await runDocker(dockerHost, ["version", "--format", "{{.Server.Version}}"], 15_000);
      return code === 0 ? undefined : lastLine(stderr);
    } catch (error) {
      return (error as Error).message;
    }
  },

  async containers(dockerHost) {
    const listed = await must(dockerHost, ["ps", "--all", "--quiet", "--no-trunc"]);
    const ids = listed.split("\n").filter((id) => id !== "");
    if (ids.length === 0) return [];
    // One that is removed meanwhile is left out of the answer, and makes the exit code 1.
    const { stdout } = await runDocker(dockerHost, ["inspect", "--type", "container", ...ids]);
    return readContainers(stdout);
  },

  async hasImage(dockerHost, image) {
    const { code, stderr } = await runDocker(dockerHost, ["image", "inspect", "--format", "{{.Id}}", image]);
    if (code === 0 || /no such image/i.test(stderr)) return code === 0;
    throw new Error(`docker image inspect ${image} on ${dockerHost}: ${lastLine(stderr)}`);
  },

  async pull(dockerHost, image) {
    try {
      const { code, stderr } = await runDocker(dockerHost, ["pull", "--quiet", image], pullTimeout);
      return code === 0 ? undefined : lastLine(stderr);
    } catch (error) {
      return (error as Error).message;
    }
  },
};

/** Reads the answer of `docker inspect`. */
export function readContainers(text: string): ExistingContainer[] {
  return (JSON.parse(text) as Inspected[]).map(({ Name: name, State: state, Config: config, HostConfig: host }) => ({
    name: name.replace(/^\//, ""),
    running: state.Running,
    labels: config.Labels ?? {},
    ports: Object.values(host.PortBindings ?? {})
      .flatMap((bindings) => bindings ?? [])
      .map(({ HostIp: address, HostPort: port }) => ({
        address: address === "" ? "0.0.0.0" : address,
        port: Number(port),
      })),
  }));
}

/** The part of the answer that is read. */
interface Inspected {
  Name: string;
  State: { Running: boolean };
  Config: { Labels: Record<string, string> | null };
  HostConfig: { PortBindings: Record<string, { HostIp: string; HostPort: string }[] | null> | null };
}

async function must(dockerHost: string, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runDocker(dockerHost, args);
  if (code !== 0) throw new Error(`docker ${args.join(" ")} on ${dockerHost}: ${lastLine(stderr)}`);
  return stdout;
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
