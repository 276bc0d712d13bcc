#!/usr/bin/env python3
"""Quantizes the two MobileNets with ONNX Runtime's own tool, to compare with `mote quantize`.

  .venv/bin/python bench/peer_quantize.py

Same protocol as docs/howto/quantize.md: calibrated on the first 64 images of imagenet500, counted on
the other 436, executed by ONNX Runtime. Prints top-1, agreement with the float network, seconds and
peak memory of the process so far. Needs onnxruntime, onnx, pillow and the data in MOTE_DATA.
"""
import csv
import os
import pathlib
import resource
import tempfile
import time

import numpy
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process
from PIL import Image

DATA = pathlib.Path(os.environ.get("MOTE_DATA", pathlib.Path(__file__).resolve().parents[1] / "../shared/data"))
CALIBRATION_COUNT = 64
CROP = 224
MODELS = ["mobilenet_v2_1.0_224.onnx", "mobilenet_v1_0.25_224_bn.onnx"]


def load_images():
    with open(DATA / "imagenet500/labels.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    images = []
    for row in rows:
        pixels = numpy.asarray(Image.open(DATA / "imagenet500" / row["file"]).convert("RGB"), numpy.float32)
        top, left = (pixels.shape[0] - CROP) // 2, (pixels.shape[1] - CROP) // 2
        pixels = pixels[top:top + CROP, left:left + CROP] / 127.5 - 1
        images.append(pixels.transpose(2, 0, 1)[None])
    return images, numpy.array([int(row["label"]) for row in rows])


class Reader(CalibrationDataReader):
    def __init__(self, images):
        self.images = iter(images)

    def get_next(self):
        image = next(self.images, None)
        return None if image is None else {"input": image}


def predict(path, images):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return numpy.array([session.run(None, {"input": image})[0].reshape(-1).argmax() for image in images])


def main():
    images, labels = load_images()
    test, truth = images[CALIBRATION_COUNT:], labels[CALIBRATION_COUNT:]
    print(f"{'network':34} {'weights':12} {'top-1':>6} {'float':>6} {'agreement':>9} {'seconds':>8} {'peak MiB':>8}")
    with tempfile.TemporaryDirectory() as scratch:
        for name in MODELS:
            source = DATA / "models" / name
            reference = predict(source, test)
            offset = 1 if "v2" in name else 0  # class 0 is "background" in the V2 file
            for per_channel in (False, True):
                prepared, result = pathlib.Path(scratch) / "prepared.onnx", pathlib.Path(scratch) / "int8.onnx"
                started = time.perf_counter()
                quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
                quantize_static(str(prepared), str(result), Reader(images[:CALIBRATION_COUNT]),
                                quant_format=QuantFormat.QDQ, per_channel=per_channel,
                                activation_type=QuantType.QInt8, weight_type=QuantType.QInt8)
                seconds = time.perf_counter() - started
                got = predict(result, test)
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                print(f"{name:34} {'per channel' if per_channel else 'per tensor':12} "
                      f"{100 * (got - offset == truth).mean():6.1f} {100 * (reference - offset == truth).mean():6.1f} "
                      f"{100 * (got == reference).mean():8.1f}% {seconds:8.1f} {peak:8.0f}", flush=True)


if __name__ == "__main__":
    main()
