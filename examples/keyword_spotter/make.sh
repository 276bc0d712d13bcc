#!/usr/bin/env bash
# Makes data/ and model/ again from nothing: clips, features, training. Takes about ten minutes on one
# core; needs espeak-ng and libtorch. WORK keeps the clips (500 MB at most) and the build.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${WORK:-$(mktemp -d)}
build=$work/build
cmake -S "$here/../.." -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DMOTE_EXAMPLES_TRAIN=ON
cmake --build "$build" --target kws_synthesize kws_features kws_train
bin=$build/examples/keyword_spotter

"$bin/kws_synthesize" "$work/clips"
export KWS_CLIPS=$work/clips
for split in train calibration test; do
  "$bin/kws_features" "$here/clips.toml" "$split" "$work/features"
done
"$bin/kws_train" "$work/features" "$here/model/kws.onnx"
mkdir -p "$here/data"
cp "$work"/features/{calibration,test}_[xy].npy "$here/data/"
