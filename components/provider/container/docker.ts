/** The docker command line, for what @pulumi/docker doesn't do: signals, logs, starting a container that was stopped. */
import { execFile } from "node:child_process";

/** A container on a Docker host. */
export interface ContainerPlace {
  dockerHost: string;
  container: string;
}

/** The state of a container; undefined where there is none. */
export async function containerState(place: ContainerPlace): Promise<"running" | "stopped" | undefined> {
  const format = "{{.State.Running}} {{.State.Restarting}}";
  const { code, stdout, stderr } = await runDocker(place.dockerHost, [
    "inspect",
    "--type",
    "container",
    "--format",
    format,
    place.container,
  ]);
  if (code === 0) return stdout.trim() === "true false" ? "running" : "stopped";
  if (/no such (?:container|object)/i.test(stderr)) return undefined;
  throw new Error(`docker inspect ${place.container} on ${place.dockerHost}: ${stderr.trim()}`);
}

/** How well a container is. */
export interface ContainerHealth {
  /** As Docker names it: `running`, `restarting`, `exited`, … */
  status: string;
  exitCode: number;
  /** What its health check says: `healthy`, `starting`, `unhealthy`, and `none` where it has no check. */
  health: string;
  /** What the check printed the last time. */
  said: string;
}

/** The health of a container; undefined where there is none. */
export async function containerHealth(place: ContainerPlace): Promise<ContainerHealth | undefined> {
  const args = ["inspect", "--type", "container", "--format", "{{json .State}}", place.container];
  const { code, stdout, stderr } = await runDocker(place.dockerHost, args);
  if (code === 0) return readHealth(stdout);
  if (/no such (?:container|object)/i.test(stderr)) return undefined;
  throw new Error(`docker inspect ${place.container} on ${place.dockerHost}: ${stderr.trim()}`);
}

/** Reads the state of a container as Docker answers it. */
export function readHealth(text: string): ContainerHealth {
  const {
    Status: status,
    ExitCode: exitCode,
    Health: health,
  } = JSON.parse(text) as {
    Status: string;
    ExitCode: number;
    Health?: { Status: string; Log?: { Output: string }[] | null } | null;
  };
  return { status, exitCode, health: health?.Status ?? "none", said: health?.Log?.at(-1)?.Output.trim() ?? "" };
}

/** Sends SIGHUP to the first process of a container. */
export async function reloadContainer(place: ContainerPlace): Promise<void> {
  await must(place, ["kill", "--signal", "HUP", place.container]);
}

/** Starts a container that exists and is stopped. */
export async function startContainer(place: ContainerPlace): Promise<void> {
  await must(place, ["start", place.container]);
}

/** The last lines that a container wrote. */
export async function containerLogs(place: ContainerPlace, lines: number): Promise<string> {
  const { stdout, stderr } = await runDocker(place.dockerHost, ["logs", "--tail", String(lines), place.container]);
  return [stdout, stderr]
    .filter((text) => text !== "")
    .join("\n")
    .trim();
}

async function must(place: ContainerPlace, args: string[]): Promise<void> {
  const { code, stderr } = await runDocker(place.dockerHost, args);
  if (code !== 0) throw new Error(`docker ${args.join(" ")} on ${place.dockerHost}: ${stderr.trim()}`);
}

/** How a docker command ended. */
export interface DockerAnswer {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a docker command to its end, whatever its exit code is. Throws where there is no such command. */
export function runDocker(dockerHost: string, args: readonly string[], timeout = 60_000): Promise<DockerAnswer> {
  return new Promise((resolve, reject) => {
    execFile(
      "docker",
      ["--host", dockerHost, ...args],
      { timeout, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve({ code: 0, stdout, stderr });
        else if (typeof error.code === "number") resolve({ code: error.code, stdout, stderr });
        else if ((error.code as string | undefined) === "ENOENT") {
          reject(
            new Error("the docker command was not found; install the Docker CLI (Debian: apt-get install docker.io)"),
          );
        } else if (error.killed === true) {
          reject(new Error(`docker ${args.join(" ")} on ${dockerHost} took longer than ${timeout / 1000} s`));
        } else reject(new Error(`docker ${args.join(" ")}: ${error.message}`));
      },
    );
  });
}
