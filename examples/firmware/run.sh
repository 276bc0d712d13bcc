#!/usr/bin/env bash
# From the float network to words heard on an emulated Cortex-M4:
#
#   run.sh MOTE_PROGRAM KWS_PREPARE_PROGRAM [CLIPS_FOLDER [WORK_FOLDER]]
#
# Quantizes the keyword spotter, prints it as C, builds the firmware, runs it under QEMU on the clips
# (those of this folder by default), compares every byte that the network takes and gives there with
# what mote computes here, and counts instructions. WORK_FOLDER keeps the sources and firmware.elf. Ends with 77 where the compiler or QEMU is absent.
set -euo pipefail
mote=$(realpath "$1") prepare=$(realpath "$2")
here=$(cd "$(dirname "$0")" && pwd)
clips=$(realpath "${3:-$here/clips}")
work=${4:-$(mktemp -d)}
[ $# -ge 4 ] || trap 'rm -rf "$work"' EXIT
spotter=$here/../keyword_spotter
board=$here/../../mote/device/firmware
core=$here/../../mote/data
plugin=$(dirname "$mote")/libmote_count.so
for tool in arm-none-eabi-gcc qemu-system-arm; do
  command -v "$tool" >/dev/null || { echo "$tool is not in PATH (Debian: gcc-arm-none-eabi, qemu-system-arm)"; exit 77; }
done
mkdir -p "$work"
cd "$work"

"$mote" quantize "$spotter/model/kws.onnx" --samples "$spotter/calibration.toml" --io int8 --output kws.tflite > quantize.txt
"$mote" codegen kws.tflite --target cortex-m4 --name kws --output . > codegen.txt
"$prepare" kws.tflite "$clips" .

# Files of the model and what it needs are model.o and runtime.o, by which sections.ld sorts.
compile() {
  arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -std=c99 -ffreestanding -fbuiltin -fwrapv \
    -ffunction-sections -fdata-sections -fno-common -Wall -Wextra -I. -I"$core" -I"$board" "${@:3}" -c "$1" -o "$2"
}
compile kws.c model.o -O3 -ffp-contract=off
compile "$core/fixed_mfcc.c" fixed_mfcc.o -O2
compile "$here/spotter.c" spotter.o -O2
compile "$here/main.c" main.o -O2
for part in runtime host start_arm; do
  compile "$board/$part.c" "$part.o" -O2 -fno-builtin -fno-tree-loop-distribute-patterns
done
arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -nostdlib -nostartfiles -Wl,--gc-sections \
  -L"$board" -T m4.ld ./*.o -lgcc -o firmware.elf

# All that runs from the moment one of these is entered until another one is, belongs to it.
arm-none-eabi-nm -S --defined-only firmware.elf | awk '
  function number(hex, n, i) {
    for (i = 1; i <= length(hex); ++i) n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
    return n
  }
  $3 ~ /^[tT]$/ && number($2) > 0 {
    start = number($1); start -= start % 2
    region = $4 ~ /^(main|spotter_(init|hear|look|think)|kws_invoke)$/
    printf "%x %x %s %s\n", start, start + number($2), region ? "always" : "within", $4
  }' | sort -u -k1,1 > ranges.txt

echo "played, by the ms at which it begins:"
cat said.txt
echo "heard on mps2-an386 (Cortex-M4), by the ms at which it was reported:"
qemu-system-arm -M mps2-an386 -display none -monitor none -serial null -kernel firmware.elf \
  -semihosting-config enable=on,target=native -plugin "$plugin,ranges=ranges.txt,output=counts.txt" 2>&1 | tee console.txt
cmp heard.bin expected.bin
echo "$(wc -c < heard.bin) bytes of the network's input and output: all equal mote's"
awk -v samples="$(($(wc -c < recording.bin) / 2))" '
  $1 == "region" { instructions[$2] = $3; calls[$2] = $4 }
  END {
    seconds = samples / 16000
    front_end = instructions["spotter_hear"]
    network = instructions["kws_invoke"]
    rest = instructions["spotter_look"] + instructions["spotter_think"]
    printf "%.0f instructions per second of audio: front-end %.0f (%.0f a hop), network %.0f (%.0f a run, %d runs), words %.0f\n",
      (front_end + network + rest) / seconds, front_end / seconds, front_end / calls["spotter_hear"],
      network / seconds, network / calls["kws_invoke"], calls["kws_invoke"], rest / seconds
  }' counts.txt
arm-none-eabi-size model.o fixed_mfcc.o spotter.o
