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
  const { code, stdout, stderr } = await docker(place.dockerHost, [
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

/** Sends SIGHUP to the node in a container. */
export async function reloadContainer(place: ContainerPlace): Promise<void> {
  await must(place, ["kill", "--signal", "HUP", place.container]);
}

/** Starts a container that exists and is stopped. */
export async function startContainer(place: ContainerPlace): Promise<void> {
  await must(place, ["start", place.container]);
}

/** The last lines that a container wrote. */
export async function containerLogs(place: ContainerPlace, lines: number): Promise<string> {
  const { stdout, stderr } = await docker(place.dockerHost, ["logs", "--tail", String(lines), place.container]);
  return [stdout, stderr]
    .filter((text) => text !== "")
    .join("\n")
    .trim();
}

async function must(place: ContainerPlace, args: string[]): Promise<void> {
  const { code, stderr } = await docker(place.dockerHost, args);
  if (code !== 0) throw new Error(`docker ${args.join(" ")} on ${place.dockerHost}: ${stderr.trim()}`);
}

function docker(dockerHost: string, args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile(
      "docker",
      ["--host", dockerHost, ...args],
      { timeout: 60_000, maxBuffer: 16 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve({ code: 0, stdout, stderr });
        else if (typeof error.code === "number") resolve({ code: error.code, stdout, stderr });
        else if ((error.code as string | undefined) === "ENOENT") {
          reject(
            new Error("the docker command was not found; install the Docker CLI (Debian: apt-get install docker.io)"),
          );
        } else reject(new Error(`docker ${args.join(" ")}: ${error.message}`));
      },
    );
  });
}
