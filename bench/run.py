#!/usr/bin/env python3
"""Times whole commands of mote and holds them to the limits in bench/limits.json.

  tools/dev bench              every case
  tools/dev bench quantize     cases whose name contains 'quantize'

Each case runs `runs` times; the median wall time and the largest peak memory are compared with its
limits. `peak_times` limits the memory to so many times that of the case before it, whose name
starts the same. `before` is a command that runs first and is not timed. With `inferences` the
command is `mote bench --json`, and the time is what so many runs of the model compute for, held to
the limit that `seconds_of_isa` has for the instruction set that ran. Times depend on the machine,
so a limit names the cores it was set for. Cases whose data or instruction set is absent are listed
as skipped.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MOTE = ROOT / "build/release/apps/cli/mote"
DATA = pathlib.Path(os.environ.get("MOTE_DATA", ROOT / "../shared/data")).resolve()


def run_once(command):
    """(seconds, peak resident MiB, output) of one process."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT,
                                   env={**os.environ, "MOTE_DATA": str(DATA)})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        if status != 0:
            raise RuntimeError(f"{' '.join(command)} failed:\n{text_of(log)[-2000:]}")
        return seconds, usage.ru_maxrss / 1024, text_of(log)


def text_of(log):
    log.seek(0)
    return log.read().decode(errors="replace")


def compute_seconds(case, output):
    """(seconds, limit) of `inferences` runs of a model, from what `mote bench --json` printed."""
    report = json.loads(output)
    limit = case["seconds_of_isa"].get(report["program"]["isa"], "-")
    return report["median_us"] * case["inferences"] * 1e-6, limit


def lacks_isa(command):
    """Whether this machine has not the instruction set that the command asks for."""
    if "--isa" not in command:
        return False
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode != 0 and "machine lacks" in done.stderr


def peak_limit(case, peak_before):
    if "peak_times" in case:
        return round(case["peak_times"] * peak_before, 1)
    return case.get("peak_mib", 1e9)


def main():
    wanted = sys.argv[1:]
    cases = json.loads((ROOT / "bench/limits.json").read_text())
    failed = 0
    peak = 1e9
    print(f"{'case':44} {'median s':>9} {'limit':>7} {'peak MiB':>9} {'limit':>7}  ")
    with tempfile.TemporaryDirectory() as scratch:
        for case in cases:
            if wanted and not any(word in case["name"] for word in wanted):
                continue
            if not all((DATA / need).exists() for need in case.get("needs", [])):
                print(f"{case['name']:44} skipped: {' '.join(case['needs'])} is not in {DATA}")
                continue
            full = lambda words: [str(MOTE)] + [word.format(data=DATA, scratch=scratch) for word in words]
            if "before" in case:
                run_once(full(case["before"]))
            command = full(case["command"])
            if lacks_isa(command):
                print(f"{case['name']:44} skipped: this machine lacks its instruction set")
                continue
            results = [run_once(command) for _ in range(case.get("runs", 3))]
            limit = case.get("seconds", "-")
            if "inferences" in case:
                computed = [compute_seconds(case, r[2]) for r in results]
                seconds, limit = statistics.median(c[0] for c in computed), computed[0][1]
            else:
                seconds = statistics.median(r[0] for r in results)
            allowed = peak_limit(case, peak)
            peak = max(r[1] for r in results)
            ok = (limit == "-" or seconds <= limit) and peak <= allowed
            failed += not ok
            print(f"{case['name']:44} {seconds:9.2f} {limit:>7} {peak:9.1f} "
                  f"{'-' if allowed == 1e9 else allowed:>7}  {'ok' if ok else 'OVER THE LIMIT'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
