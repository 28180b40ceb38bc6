#!/bin/sh
# boot.sh WORK ROOT CGROUP: boots the Debian in ROOT as a machine of its own, whose changes go to WORK.
#
# It starts in new mount, PID, network, UTS, IPC and cgroup namespaces, as their first process, and ends as systemd.
# Nothing that it mounts is seen outside, and everything is gone when it ends.
set -eu
work=$1
root=$2

mount --make-rprivate /
mkdir -p "$work/upper" "$work/work" "$work/root"
mount -t overlay overlay -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work" "$work/root"
cd "$work/root"

mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
  : > "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o mode=755 tmpfs run

# The cgroup hierarchies that this machine has; in the new cgroup namespace each shows this host's part only.
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mount -t cgroup2 cgroup2 sys/fs/cgroup
else
  mount -t tmpfs -o mode=755 tmpfs sys/fs/cgroup
  while IFS=: read -r _ controllers _; do
    name=${controllers#name=}
    case $controllers in
      "") mkdir sys/fs/cgroup/unified && mount -t cgroup2 cgroup2 sys/fs/cgroup/unified ;;
      name=*) mkdir "sys/fs/cgroup/$name" && mount -t cgroup -o "none,$controllers" cgroup "sys/fs/cgroup/$name" ;;
      *) mkdir "sys/fs/cgroup/$name" && mount -t cgroup -o "$controllers" cgroup "sys/fs/cgroup/$name" ;;
    esac
  done < /proc/self/cgroup
fi

mkdir -p before
pivot_root . before
cd /
umount -l /before
rmdir /before
# systemd takes `container` as the sign that it is not on hardware of its own.
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --log-target=console --log-level=warning --show-status=no
