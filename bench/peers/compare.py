#!/usr/bin/env python3
"""Times mote beside other runtimes on the same models, in one run, and prints ratios.

  tools/dev bench-peers                        every model
  tools/dev bench-peers kws --threads 2        models whose name contains 'kws'
  tools/dev bench-peers --isa avx2 --json out.json

Every runtime gets a process of its own, all pinned to the same cores, and they take turns: one round is a
fraction of a second of each, so that what else the machine does meets all of them. The figure is the
median over rounds of each round's median. What a call from Python costs is measured on a network of one
element and taken off the peers' times. Runtimes that are not installed, and models that one cannot read,
are named.
"""
import argparse
import importlib.util
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MOTE = ROOT / "build/release/apps/cli/mote"
DATA = pathlib.Path(os.environ.get("MOTE_DATA", ROOT / "../shared/data")).resolve()
PEERS = ("litert", "onnxruntime", "openvino", "ncnn")


def models(scratch):
    """(name, {format: path}): what each runtime reads of the same network."""
    golden = DATA / "golden"
    listed = []
    for net in ("ad", "kws", "ic", "vww", "sww"):
        listed.append((f"{net} int8", {"tflite": golden / f"mlperf_{net}_int8/model.tflite"}))
    for net in ("ad", "ic", "vww"):
        source = golden / f"mlperf_{net}_float/model.tflite"
        onnx = onnx_of(source, net, scratch)
        listed.append((f"{net} float32", {"tflite": source, "onnx": onnx, "ncnn": ncnn_file(onnx, scratch)}))
    listed.append(("kws dynamic range", {"tflite": DATA / "models/kws_hybrid.tflite"}))
    for name, file in (("MobileNetV2", "mobilenet_v2_1.0_224.onnx"), ("SqueezeNet 1.1", "squeezenet_1.1.onnx"),
                       ("ResNet-20", "resnet20_cifar10.onnx")):
        source = DATA / "models" / file
        if not source.exists():
            continue
        listed.append((f"{name} float32", {"onnx": source, "tflite": converted(source, scratch, []),
                                           "ncnn": ncnn_file(source, scratch)}))
        listed.append((f"{name} int8", quantized(source, scratch)))
    return [(name, {k: p for k, p in files.items() if p and p.exists()}) for name, files in listed]


def converted(source, scratch, options):
    target = scratch / (source.stem + ".tflite")
    done = subprocess.run([MOTE, "convert", source, "--output", target, *options], capture_output=True)
    return target if done.returncode == 0 else None


def onnx_of(source, name, scratch):
    target = scratch / f"{name}.onnx"
    done = subprocess.run([MOTE, "convert", source, "--output", target, "--quiet"], capture_output=True)
    return target if done.returncode == 0 else None


def ncnn_file(source, scratch):
    """An ONNX model as ncnn reads it; pnnx, ncnn's converter, needs the shapes of inputs."""
    converter = importlib.util.find_spec("pnnx")  # importing it would need PyTorch
    if source is None or converter is None:
        return None
    import onnx
    copy = scratch / source.name.replace("-", "_")
    if copy != source:
        shutil.copy(source, copy)
    graph = onnx.load(copy).graph
    held = {tensor.name for tensor in graph.initializer}
    shapes = [[axis.dim_value or 1 for axis in value.type.tensor_type.shape.dim]
              for value in graph.input if value.name not in held]
    shape = ",".join(str(extents).replace(" ", "") for extents in shapes)
    subprocess.run([f"{converter.submodule_search_locations[0]}/pnnx", copy.name, f"inputshape={shape}", "fp16=0"], cwd=scratch, capture_output=True)
    return scratch / f"{copy.stem}.ncnn.param"


def quantized(source, scratch):
    files = {}
    for ending in ("tflite", "onnx"):
        target = scratch / f"{source.stem}-int8.{ending}"
        done = subprocess.run([MOTE, "quantize", source, "--data-free", "--output", target, "--quiet"],
                              capture_output=True)
        if done.returncode == 0:
            files[ending] = target
    return files


def tiny_model(scratch):
    """One element through one operator: what is left of its time is the call."""
    import onnx
    from onnx import TensorProto, helper
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1])
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "tiny", [x], [y])
    path = scratch / "tiny.onnx"
    onnx.save(helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)]), path)
    return {"onnx": path, "tflite": converted(path, scratch, []), "ncnn": ncnn_file(path, scratch)}


class Peer:
    """A worker process that times one runtime on one model whenever it is asked to."""

    def __init__(self, runtime, path, cores):
        command = ["taskset", "-c", cores, sys.executable, ROOT / "bench/peers/worker.py", runtime, path,
                   str(len(cores.split(",")))]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.error = None
        if self.process.stdout.readline().strip() != "ready":
            lines = self.process.stderr.read().strip().splitlines()
            self.error = lines[-1] if lines else "it ended"

    def round(self, seconds):
        print(seconds, file=self.process.stdin, flush=True)
        return float(self.process.stdout.readline())

    def close(self):
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait()


def mote_round(path, seconds, cores, options):
    command = ["taskset", "-c", cores, MOTE, "bench", path, "--json", "--seconds", str(seconds),
               "--threads", str(len(cores.split(","))), *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


def file_for(runtime, files):
    return files.get({"litert": "tflite", "ncnn": "ncnn"}.get(runtime, "onnx"))


def overheads(scratch, cores):
    """What a call of each runtime costs, or why it cannot be used."""
    tiny = tiny_model(scratch)
    costs, absent = {}, {}
    for runtime in PEERS:
        path = file_for(runtime, tiny)
        if path is None or not path.exists():
            absent[runtime] = "no file of its format could be made"
            continue
        peer = Peer(runtime, path, cores)
        if peer.error:
            absent[runtime] = peer.error
        else:
            costs[runtime] = statistics.median(peer.round(0.2) for _ in range(5))
        peer.close()
    return costs, absent


def compare(name, files, costs, arguments):
    """{runtime: microseconds or why there are none}."""
    ours = files.get("tflite") or files.get("onnx")
    peers = {}
    for runtime in costs:
        path = file_for(runtime, files)
        peers[runtime] = Peer(runtime, path, arguments.cores) if path else None
    times = {runtime: [] for runtime in ("mote", *costs)}
    detail = None
    for _ in range(arguments.rounds):
        detail = mote_round(ours, arguments.seconds, arguments.cores, arguments.mote_options)
        times["mote"].append(detail["median_us"])
        for runtime, peer in peers.items():
            if peer and not peer.error:
                times[runtime].append(peer.round(arguments.seconds) - costs[runtime])
    row = {"model": name, "isa": detail["program"]["isa"], "percent_of_peak": detail["percent_of_peak"]}
    for runtime, values in times.items():
        peer = peers.get(runtime)
        if values:
            row[runtime] = max(0.0, statistics.median(values))
        else:
            row[runtime] = peer.error if peer else "no file of its format"
    for peer in peers.values():
        if peer:
            peer.close()
    return row


def print_row(row, costs):
    cells = [f"{row['model']:24}", f"{row['mote']:10.2f}"]
    best = None
    for runtime in costs:
        value = row[runtime]
        cells.append(f"{value:12.2f}" if isinstance(value, float) else f"{'-':>12}")
        if isinstance(value, float):
            best = value if best is None else min(best, value)
    cells.append(f"{row['mote'] / best:8.2f}" if best else f"{'-':>8}")
    print(" ".join(cells), f"{row['percent_of_peak']:7.1f} %", flush=True)
    for runtime in costs:
        if not isinstance(row[runtime], float):
            print(f"    {runtime}: {row[runtime]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="parts of the names of models")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.3, help="of each runtime in a round")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--isa", help="instruction set of mote; peers use what they find")
    parser.add_argument("--json", help="where to write the figures")
    arguments = parser.parse_args()
    arguments.cores = ",".join(str(core) for core in sorted(os.sched_getaffinity(0))[-arguments.threads:])
    arguments.mote_options = ["--isa", arguments.isa] if arguments.isa else []
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        costs, absent = overheads(scratch, arguments.cores)
        for runtime, why in absent.items():
            print(f"absent: {runtime}: {why}")
        print("a call from Python, taken off: " + ", ".join(f"{r} {c:.2f} us" for r, c in costs.items()))
        print(f"{'microseconds':24} {'mote':>10} " + " ".join(f"{r:>12}" for r in costs)
              + f" {'to best':>8} {'of peak':>9}")
        for name, files in models(scratch):
            if arguments.names and not any(part.lower() in name.lower() for part in arguments.names):
                continue
            if not files:
                print(f"{name}: its file is not in {DATA}")
                continue
            rows.append(compare(name, files, costs, arguments))
            print_row(rows[-1], costs)
    print("ncnn runs float networks only here: pnnx, its converter, has no integer ones. It needs the packages ncnn and pnnx.")
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(rows, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
