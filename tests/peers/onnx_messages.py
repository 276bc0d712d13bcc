#!/usr/bin/env python3
"""Compares mote/formats/onnx/onnx_subset.proto with the PyPI package `onnx`.

    onnx_messages.py onnx_subset.proto

Every message must be the package's, and every field must have the package's number, type, packing and
label. A field that the package types as an enum is an int32 with us, which has the same bytes. What
our messages leave out is not an error. Exits with 77 when the package is missing.
"""
import pathlib
import re
import sys

try:
    import onnx
except ImportError as error:
    print(error)
    sys.exit(77)

KINDS = {1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 8: "bool", 9: "string",
         12: "bytes", 13: "uint32", 14: "int32"}
MESSAGE = 11


def tokens(text):
    return re.findall(r"[\w.]+|[{}=;\[\]]|\"[^\"]*\"", re.sub(r"//.*", "", text))


def parse(stream, path=""):
    """Yields (message, field, number, kind, repeated, packed) for every field, nested ones too."""
    while stream:
        word = stream.pop(0)
        if word == "}":
            return
        if word == "message":
            name = path + stream.pop(0)
            stream.pop(0)
            yield from parse(stream, name + ".")
        elif word in ("optional", "repeated"):
            kind, field, _, number = (stream.pop(0) for _ in range(4))
            rest = []
            while (part := stream.pop(0)) != ";":
                rest.append(part)
            packed = "packed" in rest and "true" in rest
            yield path[:-1], field, int(number), kind, word == "repeated", packed
        else:
            while stream.pop(0) != ";":
                pass


def descriptor(path):
    outer, *inner = path.split(".")
    found = getattr(onnx, outer).DESCRIPTOR
    for name in inner:
        found = found.nested_types_by_name[name]
    return found


def is_repeated(field):
    return field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED


def described(field):
    kind = field.message_type.name if field.type == MESSAGE else KINDS[field.type]
    packed = bool(field.has_options and field.GetOptions().packed)
    return field.number, kind, is_repeated(field), packed


def main():
    errors = []
    checked = 0
    for message, name, *ours in parse(tokens(pathlib.Path(sys.argv[1]).read_text())):
        field = descriptor(message).fields_by_name.get(name)
        checked += 1
        if field is None:
            errors.append(f"{message}.{name}: the package has no such field")
        elif tuple(ours) != described(field):
            errors.append(f"{message}.{name}: {tuple(ours)}, in the package {described(field)}")
    print("\n".join(errors) or f"{checked} fields agree")
    return 1 if errors or checked == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
