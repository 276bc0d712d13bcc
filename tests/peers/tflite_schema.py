#!/usr/bin/env python3
"""Compares mote/formats/tflite/schema.fbs with the PyPI package `tflite`.

    tflite_schema.py schema.fbs

Every enum value must be the package's, every table must have the package's fields in the same slots
with the same types and defaults, and every union member the package's number. What our schema leaves
out at the end of a table is not an error; a field in another place is.
"""
import importlib
import pathlib
import re
import sys

import tflite

TYPE_OF_SLOT = {"Int8": "byte", "Uint8": "ubyte", "Bool": "bool", "Int32": "int", "Uint32": "uint",
                "Int64": "long", "Uint64": "ulong", "Float32": "float", "UOffsetTRelative": "offset"}


def statements(text):
    text = re.sub(r"//.*", "", text)
    return re.findall(r"(enum|union|table)\s+(\w+)\s*(?::\s*\w+)?\s*\{(.*?)\}", text, re.S)


def theirs_enum(name):
    return {k: v for k, v in vars(getattr(tflite, name)).items() if not k.startswith("_")}


def theirs_table(name):
    """Field name (lower case, no underscores) -> (slot, type, default)."""
    source = pathlib.Path(importlib.import_module(f"tflite.{name}").__file__).read_text()
    pattern = r"Prepend(\w+?)Slot\((\d+), .*?(\w+)(?:\)[^,\n]*)?, ([^,)\n]+)\)\n"
    return {field.lower(): (int(slot), TYPE_OF_SLOT[kind], default)
            for kind, slot, field, default in re.findall(pattern, source)}


def default_value(text, enums, kind):
    if not text:
        return 0.0
    if kind in enums:
        return float(enums[kind][text])
    return {"true": 1.0, "false": 0.0}.get(text) if text in ("true", "false") else float(text)


def check_table(name, body, enums, errors):
    theirs = theirs_table(name)
    slot = 0
    for field, kind, default, attributes in re.findall(
            r"(\w+)\s*:\s*(\[?\w+\]?)\s*(?:=\s*([\w.]+))?\s*(\([^)]*\))?\s*;", body):
        if kind in enums["unions"]:
            slot += 1  # the type of a union takes the slot before it
        if "deprecated" not in (attributes or ""):
            other = theirs.get(field.replace("_", "").lower())
            if other is None:
                errors.append(f"{name}.{field}: the package has no such field")
            else:
                check_field(name, field, (slot, kind, default), other, enums, errors)
        slot += 1


def check_field(name, field, ours, theirs, enums, errors):
    slot, kind, default = ours
    if slot != theirs[0]:
        errors.append(f"{name}.{field}: slot {slot}, in the package {theirs[0]}")
    scalar = enums["bases"].get(kind, kind)
    if kind in enums["tables"] or kind in enums["unions"] or kind[0] == "[" or kind == "string":
        scalar = "offset"
    if scalar != theirs[1]:
        errors.append(f"{name}.{field}: type {scalar}, in the package {theirs[1]}")
    elif scalar != "offset":
        expected = {"True": 1.0, "False": 0.0}.get(theirs[2]) if theirs[2] in ("True", "False") else float(theirs[2])
        if default_value(default, enums, kind) != expected:
            errors.append(f"{name}.{field}: default {default}, in the package {theirs[2]}")


def main():
    text = pathlib.Path(sys.argv[1]).read_text()
    found = statements(text)
    enums = {"bases": dict(re.findall(r"enum\s+(\w+)\s*:\s*(\w+)", text)), "unions": set(), "tables": set()}
    enums["bases"] = {k: {"int32": "int"}.get(v, v) for k, v in enums["bases"].items()}
    errors = []
    for kind, name, body in found:
        if kind == "table":
            enums["tables"].add(name)
            continue
        values = {k: int(v) for k, v in re.findall(r"(\w+)\s*=\s*(-?\d+)", body)}
        enums[name] = values
        if kind == "union":
            enums["unions"].add(name)
        theirs = theirs_enum(name)
        for key, value in values.items():
            if theirs.get(key) != value:
                errors.append(f"{name}.{key} = {value}, in the package {theirs.get(key)}")
    for kind, name, body in found:
        if kind == "table":
            check_table(name, body, enums, errors)
    print("\n".join(errors) or f"{len(found)} definitions agree")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
