"""Runs ONNX models in ONNX Runtime: the oracle of the tests that compare with it.

    python onnxruntime_run.py [--each] MODEL IN.npy... -- OUT.npy...
    python onnxruntime_run.py --folders ROOT

With --each every input has one more axis in front, and the model runs once for each of its rows.
With --folders every folder in ROOT holds a model.onnx and in_0.npy, in_1.npy, ...; beside them it gets
out_0.npy, ..., or refusal.txt with the reason why it does not run.
Exits with 77 when a package is missing, so that a test can skip.
"""

import pathlib
import sys

try:
    import numpy
    import onnxruntime
except ImportError as error:
    print(error)
    sys.exit(77)


def open_session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def run_one(arguments):
    each = arguments[0] == "--each"
    arguments = arguments[1:] if each else arguments
    split = arguments.index("--")
    model, inputs, outputs = arguments[0], arguments[1:split], arguments[split + 1 :]
    session = open_session(model)
    names = [node.name for node in session.get_inputs()]
    arrays = [numpy.load(path) for path in inputs]
    if each:
        rows = [session.run(None, dict(zip(names, row))) for row in zip(*arrays)]
        results = [numpy.stack(column) for column in zip(*rows)]
    else:
        results = session.run(None, dict(zip(names, arrays)))
    for result, path in zip(results, outputs):
        numpy.save(path, result)


def run_folder(folder):
    session = open_session(str(folder / "model.onnx"))
    names = [node.name for node in session.get_inputs()]
    inputs = {name: numpy.load(folder / f"in_{i}.npy") for i, name in enumerate(names)}
    for i, result in enumerate(session.run(None, inputs)):
        numpy.save(folder / f"out_{i}.npy", result)


def main(arguments):
    if arguments[0] != "--folders":
        run_one(arguments)
        return
    for folder in sorted(pathlib.Path(arguments[1]).iterdir()):
        try:
            run_folder(folder)
        except Exception as error:  # whatever the runtime says is the result
            (folder / "refusal.txt").write_text(str(error))


main(sys.argv[1:])
