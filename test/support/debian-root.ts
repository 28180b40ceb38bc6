/**
 * File systems of small Debian machines, made by debootstrap where no image can be pulled, and cached.
 *
 * Measured (2 cores): debootstrap 67 s, the packages of a systemd host 12 s more; 95 and 125 MB.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "./command.ts";
import { cacheDirectory, ensureDebianPackages, publishDirectory, withLock } from "./toolchain.ts";

const suite = "bookworm";
const mirror = "http://deb.debian.org/debian";

/** What Debian's own slim images leave out. */
const slim = [
  "cd usr/share && rm -rf man info locale lintian linda groff && cd ../..",
  "find usr/share/doc -mindepth 2 ! -name copyright -delete 2>/dev/null || true",
  "rm -rf var/cache/apt/archives/*.deb var/cache/apt/*.bin var/lib/apt/lists/* var/log/*.log var/log/apt",
].join("\n");

const debootstrap = `debootstrap --variant=minbase ${suite} "$1" ${mirror}
cd "$1"
${slim}`;

/** Debian starts a service that it installs, unless this says no. Each copy makes ssh host keys of its own. */
const addHost = `cp -a "$2/." "$1"
cd "$1"
printf '#!/bin/sh\\nexit 101\\n' > usr/sbin/policy-rc.d
chmod 0755 usr/sbin/policy-rc.d
export DEBIAN_FRONTEND=noninteractive
chroot . apt-get -qq update
chroot . apt-get -qq install --yes --no-install-recommends systemd systemd-sysv dbus openssh-server sudo
rm -f usr/sbin/policy-rc.d etc/ssh/ssh_host_* etc/machine-id
: > etc/machine-id
${slim}`;

/** Packages as they are in the archive, unpacked and not installed: without what they depend on. */
const unpack = `cp -a "$2" "$1/.root"
cd "$1"
export DEBIAN_FRONTEND=noninteractive
chroot .root apt-get -qq update
chroot .root sh -euc 'mkdir /debs && cd /debs && exec apt-get -qq -o APT::Sandbox::User=root download "$@"' sh PACKAGES
for file in .root/debs/*.deb; do
  dpkg-deb --extract "$file" "$(dpkg-deb --field "$file" Package)"
done
rm -rf .root`;

/** A Debian without anything particular, as the image debian:bookworm-slim. Gives its folder, which is to be left as it is. */
export function provideBaseRoot(): Promise<string> {
  return provideRoot("base", debootstrap, () => Promise.resolve([]));
}

/** A Debian machine with systemd and an ssh server; no Node.js, no curl. */
export function provideHostRoot(): Promise<string> {
  return provideRoot("host", `${debootstrap}\n${addHost}`, async () => [await provideBaseRoot()], addHost);
}

/** What Debian packages hold, in a folder of each package's name; to be left as it is. */
export function providePackageFiles(packages: readonly string[]): Promise<string> {
  const script = unpack.replace("PACKAGES", packages.join(" "));
  return provideRoot("files", script, async () => [await provideBaseRoot()]);
}

/** The cache is keyed by everything that decides what is in it: the scripts and the architecture. */
async function provideRoot(
  name: string,
  recipe: string,
  prepare: () => Promise<string[]>,
  script = recipe,
): Promise<string> {
  const key = createHash("sha256")
    .update(JSON.stringify([recipe, process.arch]))
    .digest("hex")
    .slice(0, 16);
  const directory = join(cacheDirectory("roots"), `debian-${suite}-${name}-${key}`);
  if (existsSync(directory)) return directory;
  const below = await prepare();
  await ensureDebianPackages(["debootstrap"]);
  await withLock(
    `${directory}.lock`,
    (pid) => {
      console.error(`waiting for process ${pid}, which is making ${directory}`);
    },
    async () => {
      if (existsSync(directory)) return;
      // In a mount namespace of its own, so that nothing stays mounted whatever happens.
      const args = ["--mount", "--propagation", "private", "sh", "-euc", script, "sh"];
      await publishDirectory(directory, async (temporary) => {
        await run("chmod", ["0755", temporary]);
        await run("unshare", [...args, temporary, ...below], { timeout: 600_000 });
      });
    },
  );
  return directory;
}
