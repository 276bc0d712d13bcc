#!/usr/bin/env python3
"""Times one runtime on one model: worker.py RUNTIME MODEL THREADS.

Says "ready" once the model is loaded; for every number of seconds on standard input it runs the model that
long and prints the median time of a run in microseconds.
"""
import statistics
import sys
import time

import numpy as np


def random_input(shape, dtype):
    shape = [n if isinstance(n, int) and n > 0 else 1 for n in shape]
    rng = np.random.default_rng(0)
    if np.issubdtype(dtype, np.floating):
        return rng.standard_normal(shape).astype(dtype)
    bounds = np.iinfo(dtype)
    return rng.integers(bounds.min, bounds.max, shape, endpoint=True, dtype=dtype)


def litert(path, threads):
    from ai_edge_litert.interpreter import Interpreter
    interpreter = Interpreter(model_path=path, num_threads=threads)
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], random_input(detail["shape"].tolist(), detail["dtype"]))
    return interpreter.invoke


def onnxruntime(path, threads):
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    types = {"tensor(float)": np.float32, "tensor(int8)": np.int8, "tensor(uint8)": np.uint8}
    binding = session.io_binding()
    for value in session.get_inputs():
        binding.bind_cpu_input(value.name, random_input(value.shape, types[value.type]))
    for value in session.get_outputs():
        binding.bind_output(value.name)
    return lambda: session.run_with_iobinding(binding)


def openvino(path, threads):
    import openvino as ov
    core = ov.Core()
    model = core.read_model(path)
    if model.is_dynamic():
        model.reshape({p: [n.get_length() if n.is_static else 1 for n in p.partial_shape] for p in model.inputs})
    compiled = core.compile_model(model, "CPU", {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY",
                                                 "INFERENCE_PRECISION_HINT": "f32"})
    request = compiled.create_infer_request()
    for i, port in enumerate(compiled.inputs):
        request.set_input_tensor(i, ov.Tensor(random_input(list(port.shape), port.element_type.to_dtype())))
    return request.infer


def ncnn(path, threads):
    import ncnn as library
    import onnx
    net = library.Net()
    net.opt.num_threads = threads
    net.opt.use_vulkan_compute = False
    if net.load_param(path) != 0 or net.load_model(path.replace(".param", ".bin")) != 0:
        raise RuntimeError("it cannot load what pnnx made of the model")
    # The parameters do not name the input's shape; pnnx's model beside them does.
    graph = onnx.load(path.replace(".ncnn.param", ".pnnxsim.onnx")).graph
    shape = [axis.dim_value for axis in graph.input[0].type.tensor_type.shape.dim]
    x = library.Mat(random_input(shape, np.dtype(np.float32)), batch_index=0).clone()
    source, target = net.input_names()[0], net.output_names()[0]

    def run():
        extractor = net.create_extractor()
        extractor.input(source, x)
        return extractor.extract(target)[1]

    return run


def measure(run, seconds):
    start = time.perf_counter()
    run()
    repeats = max(1, int(20e-6 / max(time.perf_counter() - start, 1e-7)))
    times, begin = [], time.perf_counter()
    while not times or time.perf_counter() - begin < seconds:
        start = time.perf_counter()
        for _ in range(repeats):
            run()
        times.append((time.perf_counter() - start) / repeats)
    return statistics.median(times) * 1e6


def main():
    runtime, path, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    runtimes = {"litert": litert, "onnxruntime": onnxruntime, "openvino": openvino, "ncnn": ncnn}
    run = runtimes[runtime](path, threads)
    for _ in range(3):
        run()
    print("ready", flush=True)
    for line in sys.stdin:
        print(measure(run, float(line)), flush=True)


if __name__ == "__main__":
    main()
