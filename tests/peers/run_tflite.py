#!/usr/bin/env python3
"""Runs TFLite models in another runtime, for tests.

    run_tflite.py tflm|litert FOLDER

Every FOLDER/<name>.tflite is run once on FOLDER/<name>.in (raw bytes of all inputs in order); the raw
bytes of all outputs go to FOLDER/<name>.out, or the reason why there are none to FOLDER/<name>.err.
One process runs them one after another; where a model brings it down, a fresh one goes on with the next.
"""
import os
import pathlib
import signal
import sys
import tempfile

import numpy as np

# TensorFlow Lite Micro plans its memory in an arena of fixed size. Models of one operator need little; the
# largest network of the tests takes 1 MB.
ARENA_BYTES = 16 << 20
SMALL_ARENA_BYTES = 1 << 20
SMALL_MODEL_BYTES = 32 << 10


def split(data, details):
    arrays, offset = [], 0
    for detail in details:
        dtype = np.dtype(detail["dtype"])
        shape = tuple(int(n) for n in detail["shape"])
        count = int(np.prod(shape))
        arrays.append(np.frombuffer(data, dtype, count, offset).reshape(shape))
        offset += count * dtype.itemsize
    if offset != len(data):
        raise ValueError(f"the inputs take {offset} bytes, {len(data)} were given")
    return arrays


def run_tflm(model, data):
    from tflite_micro.python.tflite_micro import runtime
    arena = SMALL_ARENA_BYTES if len(model) < SMALL_MODEL_BYTES else ARENA_BYTES
    interpreter = runtime.Interpreter.from_bytes(model, arena_size=arena)
    details = []
    while True:
        try:
            details.append(interpreter.get_input_details(len(details)))
        except (IndexError, ValueError):
            break
    for i, array in enumerate(split(data, details)):
        interpreter.set_input(array, i)
    interpreter.invoke()
    outputs = []
    while True:
        try:
            outputs.append(np.array(interpreter.get_output(len(outputs))))
        except (IndexError, ValueError):
            return outputs


def run_litert(model, data):
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
    interpreter = Interpreter(model_content=model, num_threads=1,
                              experimental_op_resolver_type=OpResolverType.BUILTIN_REF)
    interpreter.allocate_tensors()
    details = interpreter.get_input_details()
    for detail, array in zip(details, split(data, details)):
        interpreter.set_tensor(detail["index"], array)
    interpreter.invoke()
    return [interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()]


def reason_in(log):
    """The last line that a runtime printed; what it says after it failed is of no use."""
    log.seek(0)
    lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "no message"


def run_case(run, path, log):
    log.seek(0)
    log.truncate()
    try:
        outputs = run(path.read_bytes(), path.with_suffix(".in").read_bytes())
        path.with_suffix(".out").write_bytes(b"".join(o.tobytes() for o in outputs))
    except BaseException as error:  # whatever it is, it is the answer
        said = reason_in(log)
        path.with_suffix(".err").write_text(f"{type(error).__name__}: {error}: {said}".replace("\n", " "))


def run_until_one_kills(run, paths):
    """Runs cases in a child; returns how many are settled, the one that killed the child included."""
    with tempfile.TemporaryFile() as log:
        child = os.fork()
        if child == 0:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
            for path in paths:
                run_case(run, path, log)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if status == 0:
            return len(paths)
        settled = sum(1 for path in paths if is_settled(path))
        why = f"killed by {signal.Signals(os.WTERMSIG(status)).name}" if os.WIFSIGNALED(status) else "exit"
        paths[settled].with_suffix(".err").write_text(f"{why}: {reason_in(log)}")
        return settled + 1


def is_settled(path):
    return path.with_suffix(".out").exists() or path.with_suffix(".err").exists()


def main():
    run = {"tflm": run_tflm, "litert": run_litert}[sys.argv[1]]
    if run is run_tflm:  # once here, not in every child
        from tflite_micro.python.tflite_micro import runtime  # noqa: F401
    else:
        import ai_edge_litert.interpreter  # noqa: F401
    paths = sorted(pathlib.Path(sys.argv[2]).glob("*.tflite"))
    while paths:
        paths = paths[run_until_one_kills(run, paths):]


if __name__ == "__main__":
    main()
