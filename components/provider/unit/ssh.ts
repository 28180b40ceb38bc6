/** Runs commands on a host through the system's ssh. An unknown host key is refused, and nothing is ever asked for. */
import { spawn } from "node:child_process";
import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";

/** How a host is reached. */
export interface SshTarget {
  host: string;
  sshPort: number;
  sshUser: string;
  identityFile?: string | undefined;
  knownHostsFile?: string | undefined;
}

/** What a command gave back. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** The arguments of ssh for a command that runs as root on the host. */
export function sshArguments(target: SshTarget, script: string): string[] {
  const { host, sshPort, sshUser, identityFile, knownHostsFile } = target;
  const command = `sh -c ${shellQuote(script)}`;
  return [
    "-o",
    "BatchMode=yes",
    "-o",
    "StrictHostKeyChecking=yes",
    "-o",
    "ConnectTimeout=15",
    "-o",
    "ServerAliveInterval=15",
    ...(identityFile === undefined ? [] : ["-o", "IdentitiesOnly=yes", "-i", identityFile]),
    ...(knownHostsFile === undefined
      ? []
      : ["-o", `UserKnownHostsFile=${knownHostsFile}`, "-o", "GlobalKnownHostsFile=/dev/null"]),
    "-p",
    String(sshPort),
    "-l",
    sshUser,
    "--",
    host,
    sshUser === "root" ? command : `sudo -n ${command}`,
  ];
}

/** Runs a shell script on the host, as root. `input` goes to its standard input. */
export async function runRemote(
  target: SshTarget,
  script: string,
  input?: string | Readable,
  signal?: AbortSignal,
): Promise<Outcome> {
  const child = spawn("ssh", sshArguments(target, script), {
    stdio: ["pipe", "pipe", "pipe"],
    ...(signal === undefined ? {} : { signal }),
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? new Error("the ssh command was not found; install an OpenSSH client") : error);
    });
    child.once("close", (code) => {
      resolve(code ?? 255);
    });
  });
  // A command that ends without reading all of its input is judged by its exit code.
  const fed = pipeline(
    typeof input === "string" || input === undefined ? Readable.from([input ?? ""]) : input,
    child.stdin,
  ).catch(() => undefined);
  const code = await ended;
  await fed;
  return { code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

/** Runs a script that has to succeed; the error says what was being done. */
export async function mustRun(
  target: SshTarget,
  what: string,
  script: string,
  input?: string | Readable,
  signal?: AbortSignal,
): Promise<string> {
  const { code, stdout, stderr } = await runRemote(target, `set -eu\n${script}`, input, signal);
  if (code === 0) return stdout;
  throw new Error(
    `${what} on ${target.sshUser}@${target.host}:${target.sshPort} failed (exit code ${code}): ${stderr.trim()}${advice(code, stderr)}`,
  );
}

function advice(code: number, stderr: string): string {
  if (/host key verification failed/i.test(stderr)) {
    return "\nFix: check the host's key and add it to the known hosts (target.single_node.systemd.known_hosts_file).";
  }
  if (/permission denied/i.test(stderr) && code === 255) {
    return "\nFix: set target.single_node.systemd.ssh_user and identity_file to an account and key that the host accepts.";
  }
  if (
    code === 255 &&
    /connection (?:refused|timed out|closed|reset)|no route to host|could not resolve/i.test(stderr)
  ) {
    return "\nFix: check that the host is up, and that target.single_node.systemd.host and ssh_port are those of its ssh server.";
  }
  if (/sudo:/.test(stderr)) return "\nFix: use root, or let the account use sudo without a password.";
  return "";
}

/** One word of a POSIX shell. */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
