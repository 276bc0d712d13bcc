"""Runs an ONNX model in ONNX Runtime: the oracle of the tests in mote/formats/onnx.

    python onnxruntime_run.py MODEL IN.npy... -- OUT.npy...

Exits with 77 when a package is missing, so that a test can skip.
"""

import sys

try:
    import numpy
    import onnxruntime
except ImportError as error:
    print(error)
    sys.exit(77)


def main(arguments):
    split = arguments.index("--")
    model, inputs, outputs = arguments[0], arguments[1:split], arguments[split + 1 :]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    feed = {node.name: numpy.load(path) for node, path in zip(session.get_inputs(), inputs)}
    for result, path in zip(session.run(None, feed), outputs):
        numpy.save(path, result)


main(sys.argv[1:])
