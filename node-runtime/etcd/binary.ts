/** Finds the etcd program and checks that it is one that this node can manage. */
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { EtcdError } from "./errors.ts";

/** A program that was tried. */
export interface EtcdBinary {
  path: string;
  version: string;
  /**
   * What stands before it on the command line, so that etcd ends when the node does, however the node ends: `setpriv`
   * of util-linux, where there is one that can do it. Empty elsewhere: the next start then stops what was left.
   */
  launcher: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const wantedVersion = "3.6";
const howToGet = `Install etcd ${wantedVersion}, and name it in consensus.binary or QUORUMKIT_ETCD or put it on the PATH`;
const launcherArguments = ["--pdeathsig", "TERM"];
const probeMilliseconds = 10_000;

/**
 * The program that `consensus.binary` names, else QUORUMKIT_ETCD, else `etcd` on the PATH.
 * @throws EtcdError etcd-missing, etcd-wrong-version
 */
export async function locateEtcd(configured?: string, environment: Environment = process.env): Promise<EtcdBinary> {
  const path = await findEtcd(configured, environment);
  const launcher = await launcherFor(path, environment);
  return { path, version: await checkVersion(path), launcher };
}

async function findEtcd(configured: string | undefined, environment: Environment): Promise<string> {
  const named = environment["QUORUMKIT_ETCD"];
  const [source, path] =
    configured !== undefined
      ? ["consensus.binary", configured]
      : named !== undefined && named !== ""
        ? ["QUORUMKIT_ETCD", named]
        : [undefined, await onPath("etcd", environment)];
  if (path === undefined) throw new EtcdError("etcd-missing", `there is no etcd on the PATH. ${howToGet}`);
  if (await isProgram(path)) return path;
  throw new EtcdError("etcd-missing", `${source ?? "PATH"}: ${path} is no program that can be run. ${howToGet}`);
}

async function checkVersion(path: string): Promise<string> {
  const output = await run(path, ["--version"]).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    throw new EtcdError("etcd-wrong-version", `${path} --version failed: ${reason}. ${howToGet}`, { cause: error });
  });
  const version = /^etcd Version: (\d+\.\d+\.\d+\S*)$/m.exec(output)?.[1];
  if (version === undefined) {
    throw new EtcdError("etcd-wrong-version", `${path} does not say that it is an etcd. ${howToGet}`);
  }
  if (!version.startsWith(`${wantedVersion}.`)) {
    throw new EtcdError("etcd-wrong-version", `${path} is etcd ${version}, not ${wantedVersion}. ${howToGet}`);
  }
  return version;
}

async function launcherFor(path: string, environment: Environment): Promise<readonly string[]> {
  const setpriv = process.platform === "linux" ? await onPath("setpriv", environment) : undefined;
  if (setpriv === undefined) return [];
  const launcher = [setpriv, ...launcherArguments];
  // The one of busybox has no such option.
  const works = await run(setpriv, [...launcherArguments, path, "--version"]).then(
    () => true,
    () => false,
  );
  return works ? launcher : [];
}

async function run(program: string, parameters: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...parameters], { timeout: probeMilliseconds });
  return stdout;
}

async function onPath(name: string, environment: Environment): Promise<string | undefined> {
  for (const directory of (environment["PATH"] ?? "").split(delimiter)) {
    const path = join(directory, name);
    if (directory !== "" && (await isProgram(path))) return path;
  }
  return undefined;
}

function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
