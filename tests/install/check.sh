#!/usr/bin/env bash
# Installs a build into a fresh folder, builds the consumer against it, and runs it on a model.
#   check.sh BUILD_FOLDER MODEL
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cmake --install "$1" --prefix "$place/prefix" >"$place/log" || { cat "$place/log"; exit 1; }
cmake -S "$here" -B "$place/build" -DCMAKE_PREFIX_PATH="$place/prefix" >"$place/log" || { cat "$place/log"; exit 1; }
cmake --build "$place/build" >"$place/log" || { cat "$place/log"; exit 1; }
"$place/build/consumer" "$2"
"$place/prefix/bin/mote" version
# What device-test gives to QEMU.
find "$place/prefix" -path '*/mote/libmote_count.so' | grep -q . || { echo "the counting plugin is not installed"; exit 1; }
