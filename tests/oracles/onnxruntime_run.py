"""Runs an ONNX model in ONNX Runtime: the oracle of tests/onnx_runtime_test.cc.

    python onnxruntime_run.py [--each] MODEL IN.npy... -- OUT.npy...

With --each every input has one more axis in front, and the model runs once for each of its rows.
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
    each = arguments[0] == "--each"
    arguments = arguments[1:] if each else arguments
    split = arguments.index("--")
    model, inputs, outputs = arguments[0], arguments[1:split], arguments[split + 1 :]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = [node.name for node in session.get_inputs()]
    arrays = [numpy.load(path) for path in inputs]
    if each:
        rows = [session.run(None, dict(zip(names, row))) for row in zip(*arrays)]
        results = [numpy.stack(column) for column in zip(*rows)]
    else:
        results = session.run(None, dict(zip(names, arrays)))
    for result, path in zip(results, outputs):
        numpy.save(path, result)


main(sys.argv[1:])
