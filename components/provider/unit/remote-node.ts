/** Looks at, installs and removes a node on a host. Everything goes through ssh. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { NodeConfig } from "@quorumkit/schema";
import { apiAddress } from "../../plan/endpoints.ts";
import { readAnswer, type ReadyAnswer } from "../node/ready.ts";
import type { Bundle } from "./bundle.ts";
import { writableDirectories, type NodeUnitInputs, type UnitPlaces } from "./inputs.ts";
import { mustRun, runRemote, shellQuote, type SshTarget } from "./ssh.ts";

/** What is on the host. */
export interface RemoteState {
  active: boolean;
  unitText: string | undefined;
  configText: string | undefined;
}

/** Looks at the unit and its files, in one connection. */
export async function lookAt(target: SshTarget, { unit, unitFile, configFile }: UnitPlaces): Promise<RemoteState> {
  const show = (path: string) =>
    `if [ -f ${shellQuote(path)} ]; then base64 -w0 ${shellQuote(path)}; else printf -- -; fi; echo`;
  const script = `systemctl is-active ${shellQuote(unit)} || true\n${show(unitFile)}\n${show(configFile)}`;
  const [active, unitText, configText] = (await mustRun(target, `looking at ${unit}`, script)).split("\n");
  const decode = (text: string | undefined) =>
    text === undefined || text === "-" ? undefined : Buffer.from(text, "base64").toString();
  return { active: active === "active", unitText: decode(unitText), configText: decode(configText) };
}

/** Asks the node on its host whether it is ready, with the Node.js that is installed there. */
export async function askRemote(
  target: SshTarget,
  places: UnitPlaces,
  config: NodeConfig,
): Promise<ReadyAnswer | undefined> {
  const url = `${apiAddress(config)}/api/v1/ready`;
  const module = url.startsWith("https:") ? "https" : "http";
  const program =
    `require("node:${module}").get(process.argv[1],{rejectUnauthorized:false,timeout:2000},(r)=>r.pipe(process.stdout))` +
    `.on("error",()=>process.exit(1)).on("timeout",()=>process.exit(1))`;
  const { code, stdout } = await runRemote(target, [places.nodeBinary, "-e", program, url].map(shellQuote).join(" "));
  if (code !== 0) return undefined;
  try {
    return readAnswer(JSON.parse(stdout));
  } catch {
    return undefined;
  }
}

/** Puts account, directories, Node.js and runtime in place; what is there already isn't sent again. */
export async function install(
  inputs: NodeUnitInputs,
  target: SshTarget,
  places: UnitPlaces,
  config: NodeConfig,
  bundle: Bundle,
): Promise<void> {
  const user = shellQuote(inputs.serviceUser);
  const directories = writableDirectories(config).map(shellQuote).join(" ");
  await mustRun(
    target,
    "preparing the host",
    [
      `id -u ${user} >/dev/null 2>&1 || useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin ${user}`,
      `install -d -m 0755 ${shellQuote(inputs.installDirectory)} ${shellQuote(`${inputs.installDirectory}/bin`)} /etc/quorumkit`,
      `install -d -m 0750 -o root -g ${user} ${shellQuote(dirnameOf(places.configFile))}`,
      `install -d -m 0700 -o ${user} -g ${user} ${directories}`,
    ].join("\n"),
  );
  if (inputs.nodeBinary === undefined) await sendFile(target, process.execPath, places.nodeBinary);
  await sendBundle(target, bundle, places.runtimeDirectory);
}

/** Writes a file on the host whole or not at all. */
export async function writeRemote(
  target: SshTarget,
  path: string,
  text: string,
  mode: string,
  owner: string,
): Promise<void> {
  const draft = shellQuote(`${path}.new`);
  await mustRun(
    target,
    `writing ${path}`,
    `umask 077; cat > ${draft}; chown ${shellQuote(owner)} ${draft}; chmod ${mode} ${draft}; sync ${draft}; mv -f ${draft} ${shellQuote(path)}`,
    text,
  );
}

/** Stops and removes a unit. Its data stays, unless `data` names it. The runtime goes with the last unit that uses it. */
export async function removeUnit(
  inputs: NodeUnitInputs,
  places: UnitPlaces,
  target: SshTarget,
  data: string | undefined,
): Promise<void> {
  const unit = shellQuote(places.unit);
  await mustRun(
    target,
    `removing ${places.unit}`,
    [
      `systemctl disable --now ${unit} 2>/dev/null || systemctl stop ${unit} 2>/dev/null || true`,
      `if systemctl is-active --quiet ${unit}; then echo "${places.unit} is still running" >&2; exit 1; fi`,
      `rm -f ${shellQuote(places.unitFile)} ${shellQuote(places.configFile)}`,
      `rmdir ${shellQuote(dirnameOf(places.configFile))} 2>/dev/null || true`,
      "systemctl daemon-reload",
      `systemctl reset-failed ${unit} 2>/dev/null || true`,
      data === undefined ? "" : `rm -rf --one-file-system -- ${shellQuote(data)}`,
      `if ! grep -qs ${shellQuote(`${inputs.installDirectory}/`)} /etc/systemd/system/quorumkit-*.service; then`,
      `  rm -rf -- ${shellQuote(inputs.installDirectory)}/runtime-* ${shellQuote(`${inputs.installDirectory}/bin/node`)}`,
      `  rmdir ${shellQuote(`${inputs.installDirectory}/bin`)} ${shellQuote(inputs.installDirectory)} 2>/dev/null || true`,
      "fi",
    ].join("\n"),
  );
}

/** True where systemd has given a unit up. */
export async function hasFailed(target: SshTarget, unit: string): Promise<boolean> {
  const { stdout } = await runRemote(target, `systemctl is-failed ${shellQuote(unit)} || true`);
  return stdout.trim() === "failed";
}

/** The last lines that a unit wrote. */
export async function journal(target: SshTarget, unit: string): Promise<string> {
  const { stdout } = await runRemote(target, `journalctl -u ${shellQuote(unit)} -n 25 --no-pager -o cat`);
  return stdout.trim();
}

async function sendFile(target: SshTarget, local: string, remote: string): Promise<void> {
  const wanted = await checksumFile(local);
  const path = shellQuote(remote);
  const there = await runRemote(target, `sha256sum ${path} 2>/dev/null || true`);
  if (there.stdout.startsWith(wanted)) return;
  const script = `cat > ${path}.new; echo ${shellQuote(`${wanted}  ${remote}.new`)} | sha256sum -c --quiet -; chmod 0755 ${path}.new; mv -f ${path}.new ${path}`;
  await mustRun(target, `sending Node.js to ${remote}`, script, createReadStream(local));
}

async function sendBundle(target: SshTarget, bundle: Bundle, remote: string): Promise<void> {
  const path = shellQuote(remote);
  const there = await runRemote(target, `[ -d ${path} ]`);
  if (there.code === 0) return;
  const tar = spawn("tar", ["-C", bundle.directory, "--owner=0", "--group=0", "-czf", "-", "."], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const script = `rm -rf ${path}.new; mkdir ${path}.new; tar -C ${path}.new -xzf -; chmod -R a+rX ${path}.new; mv ${path}.new ${path}`;
  await mustRun(target, `sending the node program to ${remote}`, script, tar.stdout);
}

async function checksumFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

function dirnameOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
