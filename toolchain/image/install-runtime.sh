# install-runtime.sh BUNDLE DIR: puts the bundled program below DIR, with modes that don't depend on who made the bundle.
set -eu
mkdir -p "$2/opt" "$2/usr/local/bin" "$2/etc"
cp -R "$1" "$2/opt/quorumkit"
chmod -R u=rwX,go=rX "$2"
chmod 0755 "$2/opt/quorumkit/quorumkit-node.mjs"
ln -s /opt/quorumkit/quorumkit-node.mjs "$2/usr/local/bin/quorumkit-node"
install --directory --owner=10001 --group=10001 --mode=0755 "$2/etc/quorumkit"
