#!/usr/bin/env python3
"""Holds every folder to what its CMakeLists.txt says it may use.

Reads `mote_module(NAME x ... DEPENDS a b)` of each folder under mote/, takes the transitive closure,
and fails on an #include of a folder outside it. Tests (`*_test.cc`) may use TEST_DEPENDS besides.
Third-party headers are held to the folders that own them (OWNED).
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Third-party headers -> folders that may include them. Nothing of theirs leaks into a public header.
OWNED = {
    "flatbuffers/": ("mote/formats/tflite", "tests/fuzz"),
    "google/protobuf/": ("mote/formats/onnx", "tests"),
    "toml++/": ("mote/data",),
    "CLI/": ("apps/cli",),
    "torch/": ("mote/train", "examples"),
    "turbojpeg.h": ("mote/data",),
    "png.h": ("mote/data",),
    "sndfile.h": ("mote/data",),
    "kiss_fft": ("mote/data",),
}


def modules():
    """Folder -> (name, depends, test_depends)."""
    found = {}
    for path in sorted((ROOT / "mote").rglob("CMakeLists.txt")):
        text = re.sub(r"#.*", "", path.read_text())
        for call in re.findall(r"mote_module\s*\(([^)]*)\)", text):
            words = call.split()
            keys = {"NAME", "SOURCES", "PLAIN", "DEPENDS", "LIBRARIES", "PRIVATE_LIBRARIES",
                    "REGISTRY", "TEST_DEPENDS", "TEST_LIBRARIES"}
            values, key = {}, None
            for word in words:
                if word in keys:
                    key = word
                    values.setdefault(key, [])
                else:
                    values[key].append(word)
            found[path.parent] = (values["NAME"][0], values.get("DEPENDS", []),
                                  values.get("TEST_DEPENDS", []))
    return found


def closure(start, depends):
    seen, stack = set(), list(start)
    while stack:
        name = stack.pop()
        if name in seen:
            continue
        seen.add(name)
        stack.extend(depends.get(name, []))
    return seen


def owner(path, folders):
    for parent in path.parents:
        if parent in folders:
            return parent
    return None


def main():
    folders = modules()
    depends = {name: deps for name, deps, _ in folders.values()}
    errors = []
    sources = [p for e in ("*.h", "*.cc", "*.c") for top in ("mote", "apps", "examples", "tests", "bench")
               if (ROOT / top).is_dir() for p in (ROOT / top).rglob(e)]
    for path in sorted(sources):
        place = path.relative_to(ROOT)
        folder = owner(path, folders)
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            match = re.match(r'\s*#\s*include\s*[<"]([^>"]+)[>"]', line)
            if not match:
                continue
            header = match.group(1)
            for prefix, allowed in OWNED.items():
                if header.startswith(prefix) and not str(place).startswith(allowed):
                    errors.append(f"{place}:{number}: only {', '.join(allowed)} may include {header}")
            if not header.startswith("mote/") or folder is None:
                continue
            target = owner(ROOT / header, folders)
            if target is None:
                continue
            name, deps, test_deps = folders[folder]
            extra = test_deps if path.stem.endswith("_test") else []
            if folders[target][0] not in closure([name, *deps, *extra], depends):
                errors.append(f"{place}:{number}: {name} may not use {folders[target][0]} ({header}); "
                              f"it names {' '.join(deps) or 'nothing'}")
    print("\n".join(errors) if errors else f"layers: {len(sources)} files follow the dependency order",
          file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
