#!/usr/bin/env python3
"""Fits the kernels of mote/measure/device_costs.toml to instructions counted under QEMU.

    tools/calibrate_device_costs.py --mote build/release/apps/cli/mote MODEL... > rows.toml

Every model runs on one board of each instruction set (`mote device-test --json`), with both settings of
--optimize; `mote inspect --target --json` says what each layer reads, writes and multiplies. For every
kernel, non-negative costs per call, input, output and MAC are fitted by least squares, errors counted
relative to the square root of the count. Code is split among the kernels of each model in the same way.
Rows go to standard output; how far each model's estimate is from its count goes to standard error.
"""
import argparse
import collections
import json
import math
import subprocess
import sys

# Instruction set -> a board that has it, and a target of the cost table.
BOARDS = {
    "mcu": ("riscv", "riscv32"),
    "mcu-dsp": ("m4", "cortex-m4"),
    "mcu-mve": ("m55", "cortex-m55"),
}
COSTS = ("per_call", "per_input", "per_output", "per_mac")
ROUNDS = 20000  # of coordinate descent; four unknowns settle long before
SMALL = 100.0  # instructions below which a layer's own number does not matter


def run(mote, *arguments):
    """The JSON that a command prints; None where the model does not run there."""
    result = subprocess.run([mote, *arguments, "--json"], capture_output=True, text=True)
    if result.returncode != 0:
        print(f"left out: mote {' '.join(arguments)}: {result.stderr.strip().splitlines()[:1]}",
              file=sys.stderr)
        return None
    return json.loads(result.stdout)


def non_negative_fit(rows, targets):
    """x >= 0 with the least sum of ((rows x - targets) / sqrt(targets))^2, by coordinate descent."""
    weights = [1.0 / max(target, SMALL) for target in targets]
    count = len(rows[0])
    x = [0.0] * count
    errors = [-target for target in targets]
    squares = [sum(w * row[k] * row[k] for w, row in zip(weights, rows)) for k in range(count)]
    for _ in range(ROUNDS):
        moved = 0.0
        for k in range(count):
            if squares[k] == 0.0:
                continue
            slope = sum(w * row[k] * error for w, row, error in zip(weights, rows, errors))
            step = max(-x[k], -slope / squares[k])
            if step == 0.0:
                continue
            x[k] += step
            errors = [error + step * row[k] for error, row in zip(errors, rows)]
            moved = max(moved, abs(step) * math.sqrt(squares[k]))
        if moved < 1e-9:
            break
    return x


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


class Counts:
    """What was counted for one instruction set."""

    def __init__(self):
        self.layers = collections.defaultdict(list)  # kernel -> (features, instructions)
        self.models = []  # (name, [(kernel, features)], code bytes, instructions)

    def add(self, name, counted, estimated):
        layers = []
        costs_of = {layer["name"]: layer for layer in estimated["layers"]}
        for layer in counted["layers"]:
            costs = costs_of[layer["node"]]
            features = (1.0, costs["input_elements"], costs["output_elements"], costs["macs"])
            self.layers[layer["kernel"]].append((features, float(layer["instructions"])))
            layers.append((layer["kernel"], features))
        self.models.append((name, layers, counted["flash"]["code_bytes"],
                            counted["instructions_per_inference"]))


def collect(mote, models, board, target):
    counts = Counts()
    for model in models:
        for optimize in ("speed", "ram"):
            counted = run(mote, "device-test", model, "--board", board, "--optimize", optimize)
            estimated = run(mote, "inspect", model, "--target", target, "--plan", optimize)
            if counted and estimated:
                counts.add(f"{model} {optimize}", counted, estimated)
    return counts


def code_sizes(counts):
    names = sorted(counts.layers)
    rows = [[1.0] + [float(any(name == kernel for kernel, _ in layers)) for name in names]
            for _, layers, _, _ in counts.models]
    sizes = non_negative_fit(rows, [float(code) for _, _, code, _ in counts.models])
    return sizes[0], dict(zip(names, sizes[1:]))


def table(isa, counts):
    base, sizes = code_sizes(counts)
    print(f"\n# {isa}: {len(counts.models)} runs; code beside the kernels about {base:.0f} bytes")
    fitted = {}
    for kernel in sorted(counts.layers):
        rows, targets = zip(*counts.layers[kernel])
        fitted[kernel] = non_negative_fit(rows, targets)
        print(f'\n[[kernels]]\nkernel = "{kernel}"\nisa = "{isa}"')
        for key, cost in zip(COSTS, fitted[kernel]):
            if cost > 1e-6:
                print(f"{key} = {cost:.4g}")
        print(f"code_bytes = {sizes[kernel]:.0f}")
    return fitted


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mote", required=True, help="the program")
    parser.add_argument("models", nargs="+", help="quantized models")
    options = parser.parse_args()
    for isa, (board, target) in BOARDS.items():
        counts = collect(options.mote, options.models, board, target)
        if not counts.models:
            continue
        fitted = table(isa, counts)
        for name, layers, _, instructions in counts.models:
            estimate = sum(dot(fitted[kernel], features) for kernel, features in layers)
            print(f"{isa} {name}: {instructions} counted, {estimate:.0f} estimated, "
                  f"{100 * (estimate / instructions - 1):+.1f} %", file=sys.stderr)


if __name__ == "__main__":
    main()
