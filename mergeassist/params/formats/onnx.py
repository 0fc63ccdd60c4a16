"""ONNX models: initializers and float constants, found by walking protobuf's wire format.

Only what `onnx.proto` says about graphs, nodes, attributes and TensorProto is needed, branches of
`If` and bodies of loops included.  Everything outside the data is one value of `extras`; the result
is ours (or the side that changed the graph) with data of the same length put in place.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Hashable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from mergeassist.errors import InputError, UnsafeInputError
from mergeassist.params.dtypes import BITS, FLOATS, Bytes
from mergeassist.params.files import MappedFile, truncated
from mergeassist.params.tensors import Buffer, Layout, OutputFile, Tensor, as_view

NAME = "onnx"
_MODEL_FIELDS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26})
_IR_VERSION, _GRAPH, _NODE, _INITIALIZER = 1, 7, 1, 5
# NodeProto: outputs, operator, attributes.  AttributeProto: tensor, graph, graphs.
_OUTPUT, _OPERATOR, _ATTRIBUTE = 2, 4, 5
_TENSOR, _BRANCH, _BRANCHES = 5, 6, 11
DEPTH_LIMIT = 64
_DIMS, _DATA_TYPE, _TENSOR_NAME, _RAW, _EXTERNAL, _LOCATION = 1, 2, 8, 9, 13, 14
# Packed arrays whose bytes are the little-endian elements: float_data and double_data.
_FLOAT_DATA, _DOUBLE_DATA = 4, 10
_TYPES = {
    1: "F32", 2: "U8", 3: "I8", 4: "U16", 5: "I16", 6: "I32", 7: "I64", 9: "BOOL", 10: "F16",
    11: "F64", 12: "U32", 13: "U64", 14: "C64", 15: "C128", 16: "BF16", 17: "F8_E4M3",
    18: "F8_E4M3FNUZ", 19: "F8_E5M2", 20: "F8_E5M2FNUZ",
}  # fmt: skip


class Field(NamedTuple):
    """One protobuf field: its number, wire type, and where its payload lies."""

    number: int
    wire: int
    start: int
    end: int
    value: int


class Place(NamedTuple):
    """Where a tensor's bytes lie: `file` is '' for the model itself."""

    file: str
    start: int
    end: int


class Onnx:
    """An opened ONNX model."""

    format = NAME

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: dict[str, MappedFile] = {"": MappedFile(path)}
        self.tensors: dict[str, Tensor] = {}
        self.places: dict[str, Place] = {}
        for field in self._fields(0, self.files[""].size):
            if field.number == _GRAPH and field.wire == 2:
                self._read_graph(field, 0)
        self.extras: dict[str, Hashable] = {"graph": self._skeleton()}

    def _fields(self, start: int, end: int) -> Iterator[Field]:
        data = self.files[""].bytes
        while start < end:
            tag, start = _varint(self.path, data, start, end)
            number, wire = tag >> 3, tag & 7
            value, begin = 0, start
            if wire == 0:
                value, start = _varint(self.path, data, start, end)
            elif wire == 2:
                length, begin = _varint(self.path, data, start, end)
                start = begin + length
            elif wire in (1, 5):
                start = begin + (8 if wire == 1 else 4)
            else:
                raise InputError(self.path, f"a field of wire type {wire}", "fetch it again")
            if start > end:
                raise truncated(self.path, "a field")
            yield Field(number, wire, begin, start, value)

    def _read_graph(self, graph: Field, depth: int) -> None:
        """Initializers, and the weights that a graph keeps in its nodes or in its branches.

        Exporters that inline functions (Silero's VAD) leave no initializer at all: every weight is
        a `Constant` node inside a branch of an `If`.
        """
        if depth > DEPTH_LIMIT:
            raise UnsafeInputError(self.path, "its graphs are nested too deeply")
        for field in self._fields(graph.start, graph.end):
            if field.wire == 2 and field.number == _INITIALIZER:
                self._initializer(field, "" if not depth else None)
            elif field.wire == 2 and field.number == _NODE:
                self._read_node(field, depth)

    def _read_node(self, node: Field, depth: int) -> None:
        operator, output, attributes = "", "", []
        for field in self._fields(node.start, node.end):
            if field.wire == 2 and field.number == _OPERATOR:
                operator = self._text(field)
            elif field.wire == 2 and field.number == _OUTPUT:
                output = output or self._text(field)
            elif field.wire == 2 and field.number == _ATTRIBUTE:
                attributes.append(field)
        for attribute in attributes:
            for field in self._fields(attribute.start, attribute.end):
                if field.wire == 2 and field.number in (_BRANCH, _BRANCHES):
                    self._read_graph(field, depth + 1)
                elif field.wire == 2 and field.number == _TENSOR and operator == "Constant":
                    self._initializer(field, output)

    def _initializer(self, tensor: Field, known_as: str | None) -> None:
        """`known_as` names a constant; empty: by its own name, alone; `None`: in a branch."""
        name, code, shape, external = "", 0, list[int](), dict[str, str]()
        outside, place = False, Place("", tensor.end, tensor.end)
        for field in self._fields(tensor.start, tensor.end):
            if field.number == _DIMS:
                shape += self._integers(field)
            elif field.number == _DATA_TYPE:
                code = field.value
            elif field.number == _TENSOR_NAME:
                name = self._text(field)
            elif field.number in (_RAW, _FLOAT_DATA, _DOUBLE_DATA) and field.wire == 2:
                place = Place("", field.start, field.end)
            elif field.number == _LOCATION:
                outside = field.value == 1
            elif field.number == _EXTERNAL:
                key, value = (*self._strings(field), "", "")[:2]
                external[key] = value
        if outside:
            place = self._external(name, external)
        dtype = _TYPES.get(code, f"ONNX_{code}")
        size = math.prod(shape) * BITS.get(dtype, 0) // 8
        stored = place.end - place.start
        if known_as and dtype not in FLOATS:
            # Shapes, axes and indices that a node works with: the graph, not weights.
            return
        name = known_as or name
        if name in self.tensors and known_as == "":
            raise UnsafeInputError(self.path, f"two initializers are called {name!r}")
        if name in self.tensors:
            # Names need to be unique within one branch only.
            name = next(n for i in count(2) if (n := f"{name}#{i}") not in self.tensors)
        if size != stored:
            if stored and dtype in BITS:
                raise UnsafeInputError(self.path, f"initializer {name!r} disagrees with its shape")
            # Data in int32_data and the like is not where this walker looks: part of the graph.
            return
        self.tensors[name] = Tensor(name, dtype, tuple(shape), stored)
        self.places[name] = place

    def _integers(self, field: Field) -> list[int]:
        if field.wire == 0:
            return [field.value]
        found, at = [], field.start
        while at < field.end:
            value, at = _varint(self.path, self.files[""].bytes, at, field.end)
            found.append(value)
        return found

    def _text(self, field: Field) -> str:
        return (
            self.files[""]
            .slice(field.start, field.end - field.start, "a name")
            .decode(errors="backslashreplace")
        )

    def _strings(self, field: Field) -> list[str]:
        return [self._text(f) for f in self._fields(field.start, field.end) if f.wire == 2]

    def _external(self, name: str, external: dict[str, str]) -> Place:
        location = external.get("location", "")
        if not location or Path(location).is_absolute() or ".." in Path(location).parts:
            raise UnsafeInputError(self.path, f"{name!r} points outside its folder ({location!r})")
        target = self.path.parent / location
        if location not in self.files:
            if not target.is_file() or target.is_symlink():
                raise InputError(self.path, f"its data file {location!r} is missing", "fetch it")
            self.files[location] = MappedFile(target)
        size = self.files[location].size
        try:
            start = int(external.get("offset", "0"))
            length = int(external.get("length", str(size - start)))
        except ValueError:
            raise InputError(self.path, f"initializer {name!r} is described badly") from None
        if start < 0 or length < 0 or start + length > size:
            raise truncated(target, f"initializer {name!r}")
        return Place(location, start, start + length)

    def _skeleton(self) -> str:
        """A digest of all bytes outside the initializers' data."""
        digest, at = hashlib.sha256(), 0
        for _, place in self.places_in(""):
            digest.update(as_view(self.files[""].bytes[at : place.start]))
            at = place.end
        digest.update(as_view(self.files[""].bytes[at:]))
        return digest.hexdigest()

    def places_in(self, file: str) -> list[tuple[str, Place]]:
        """(tensor name, place) of the data in one file, by offset; overlaps are refused."""
        found = sorted(
            ((name, place) for name, place in self.places.items() if place.file == file),
            key=lambda item: (item[1].start, item[1].end),
        )
        end = 0
        for name, place in found:
            if place.start < end:
                raise UnsafeInputError(self.path, f"initializer {name!r} overlaps another")
            end = place.end
        return found

    def raw(self, name: str) -> Bytes:
        """The initializer's bytes, shape (nbytes,)."""
        place = self.places[name]
        return self.files[place.file].bytes[place.start : place.end]

    def close(self) -> None:
        """Unmap the files."""
        for file in self.files.values():
            file.close()


def _varint(path: Path, data: Bytes, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while at < end and shift < 70:
        byte = int(data[at])
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise truncated(path, "a number")


def recognise(path: Path, head: bytes) -> bool:
    """ModelProto's first field is ir_version, and all its fields are known ones."""
    if head[:1] != b"\x08" or len(head) < 8 or not 1 <= head[1] < 64:
        return False
    file = MappedFile(path)
    try:
        model = Onnx.__new__(Onnx)
        model.path, model.files = path, {"": file}
        numbers = {(field.number, field.wire) for field in model._fields(0, file.size)}
    except InputError:
        return path.suffix == ".onnx"
    finally:
        file.close()
    return (_GRAPH, 2) in numbers and {number for number, _ in numbers} <= _MODEL_FIELDS


def open_checkpoint(path: Path) -> Onnx:
    """Open and validate; raises InputError or UnsafeInputError."""
    return Onnx(path)


def write(layout: Layout) -> Iterator[OutputFile]:
    """The model whose graph was settled on, and its data files, with new data in place."""
    template = next(
        side for side in layout.sides
        if isinstance(side, Onnx) and side.extras == layout.extras
        and all(side.tensors.get(n) == o.tensor for n, o in layout.outputs.items())
    )  # fmt: skip
    for file in template.files:
        yield OutputFile(file, _stream(layout, template, file))


def _stream(layout: Layout, template: Onnx, file: str) -> Iterator[Buffer]:
    data, at = template.files[file].bytes, 0
    for name, place in template.places_in(file):
        yield data[at : place.start]
        yield from layout.outputs[name].stream()
        at = place.end
    yield data[at:]
