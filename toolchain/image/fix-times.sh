# fix-times.sh EPOCH DIR: gives everything below DIR the same time, so that building it again gives the same layer.
set -eu
find "$2" -depth -exec touch --no-dereference --date="@$1" {} +
