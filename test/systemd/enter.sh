#!/bin/sh
# enter.sh CGROUP COMMAND…: runs the command in a cgroup of its own below the top of every hierarchy. In a cgroup
# namespace made there, it is the top.
set -eu
name=$1
shift
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*; do
  [ -e "$hierarchy/cgroup.procs" ] && [ ! -L "$hierarchy" ] || continue
  # With cgroup v2 alone the only hierarchy is /sys/fs/cgroup itself, and what lies in it are groups.
  [ "$hierarchy" = /sys/fs/cgroup ] || [ ! -e /sys/fs/cgroup/cgroup.procs ] || continue
  mkdir -p "$hierarchy/$name"
  # A new group of cpuset is empty, and takes no process until it has processors and memory.
  for list in cpuset.cpus cpuset.mems; do
    [ ! -e "$hierarchy/$list" ] || cat "$hierarchy/$list" > "$hierarchy/$name/$list"
  done
  echo $$ > "$hierarchy/$name/cgroup.procs"
done
exec "$@"
