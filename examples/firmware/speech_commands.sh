#!/usr/bin/env bash
# run.sh on two clips of each class of the speech commands in MOTE_DATA: speech_commands.sh RUN_SH MOTE KWS_PREPARE
set -euo pipefail
data=${MOTE_DATA:-$(dirname "$0")/../../../shared/data}/speech_commands/test
[ -d "$data" ] || { echo "'$data' is not there; set MOTE_DATA"; exit 77; }
clips=$(mktemp -d)
trap 'rm -r "$clips"' EXIT
for class in "$data"/*/; do
  for file in $(ls "$class" | head -2); do
    cp "$class/$file" "$clips/$(basename "$class")-$file"
  done
done
"$@" "$clips"
