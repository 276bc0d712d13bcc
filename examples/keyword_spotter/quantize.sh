#!/bin/sh
# Quantizes the keyword spotter: quantize.sh MOTE_PROGRAM. Leaves kws_int8.tflite, kws_int8.onnx and
# the report kws_int8.html in the current folder.
set -eu
here=$(dirname "$0")
exec "$1" quantize "$here/model/kws.onnx" --samples "$here/calibration.toml" --data "$here/test.toml" \
  --output kws_int8.tflite --output kws_int8.onnx --report kws_int8.html
