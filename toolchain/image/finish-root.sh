# finish-root.sh DIR: what the packages of a root file system make when they are installed, and the accounts of the image.
set -eu
cd "$1"
printf '%s\n' 'root:x:0:0:root:/root:/bin/false' 'nobody:x:65534:65534:nobody:/nonexistent:/bin/false' \
  'quorumkit:x:10001:10001:quorumkit:/nonexistent:/bin/false' > etc/passwd
printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' 'quorumkit:x:10001:' > etc/group
cp usr/share/libc-bin/nsswitch.conf etc/nsswitch.conf
ldconfig -r .
rm -rf var/cache/ldconfig
