"""GGUF versions 2 and 3 (ggml's docs/gguf.md).

    "GGUF" | u32 version | u64 tensors | u64 pairs | pairs | tensor infos | padding | data

F16, BF16, F32 and F64 tensors can be merged; quantised blocks (Q*, IQ*, ...) are opaque and move
as whole tensors only.  `extras` maps each metadata key to its encoded type and value.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Hashable, Iterator
from pathlib import Path

from mergeassist.errors import InputError, UnsafeInputError
from mergeassist.params.dtypes import Bytes
from mergeassist.params.files import MappedFile, truncated
from mergeassist.params.tensors import Buffer, Layout, OutputFile, Tensor

NAME = "gguf"
MAGIC = b"GGUF"
VERSIONS = (2, 3)
COUNT_LIMIT = 1 << 24
RANK_LIMIT = 8
NESTING_LIMIT = 4
DEFAULT_ALIGNMENT = 32
_STRING, _ARRAY = 8, 9
_WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
# ggml type -> (name, elements a block, bytes a block)
_TYPES = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 36),
    10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110), 12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50), 20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136), 24: ("I8", 1, 1), 25: ("I16", 1, 2),
    26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8), 29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 39: ("MXFP4", 32, 17),
}  # fmt: skip
_CODES = {name: code for code, (name, _, _) in _TYPES.items()}


class Gguf:
    """An opened GGUF file."""

    format = NAME

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = MappedFile(path)
        self._at = 4
        self.version = self._number("<I", "the version")
        if self.version not in VERSIONS:
            raise InputError(path, f"GGUF version {self.version}", "convert it to version 3")
        tensors, pairs = self._number("<Q", "the counts"), self._number("<Q", "the counts")
        if max(tensors, pairs) > COUNT_LIMIT:
            raise UnsafeInputError(path, f"{tensors} tensors and {pairs} metadata pairs")
        self.extras: dict[str, Hashable] = dict(self._pair() for _ in range(pairs))
        self.alignment = self._alignment()
        infos = [self._info() for _ in range(tensors)]
        self._data = _aligned(self._at, self.alignment)
        self.tensors: dict[str, Tensor] = {}
        self._offsets: dict[str, int] = {}
        self._place(infos)

    def _place(self, infos: list[tuple[Tensor, int]]) -> None:
        end = 0
        for tensor, offset in sorted(infos, key=lambda info: info[1]):
            start = self._data + offset
            if offset < end or offset % self.alignment or tensor.name in self.tensors:
                raise UnsafeInputError(self.path, f"tensor {tensor.name!r} overlaps another")
            end = offset + tensor.nbytes
            if self._data + end > self._file.size:
                raise truncated(self.path, f"tensor {tensor.name!r}")
            self.tensors[tensor.name], self._offsets[tensor.name] = tensor, start

    def _number(self, form: str, what: str) -> int:
        size = struct.calcsize(form)
        value: int = struct.unpack(form, self._file.slice(self._at, size, what))[0]
        self._at += size
        return value

    def _text(self) -> str:
        length = self._number("<Q", "the metadata")
        text = self._file.slice(self._at, length, "the metadata")
        self._at += length
        try:
            return text.decode()
        except UnicodeDecodeError:
            raise InputError(self.path, "a name is not UTF-8", "fetch it again") from None

    def _pair(self) -> tuple[str, bytes]:
        key, start = self._text(), self._at
        kind = self._number("<I", "the metadata")
        self._skip(kind, 0)
        return key, self._file.slice(start, self._at - start, "the metadata")

    def _skip(self, kind: int, depth: int) -> None:
        if kind in _WIDTHS:
            self._advance(_WIDTHS[kind])
        elif kind == _STRING:
            self._advance(self._number("<Q", "the metadata"))
        elif kind == _ARRAY and depth < NESTING_LIMIT:
            inner, count = self._number("<I", "the metadata"), self._number("<Q", "the metadata")
            if inner in _WIDTHS:
                self._advance(_WIDTHS[inner] * count)
            else:
                for _ in range(count):
                    self._skip(inner, depth + 1)
        else:
            raise UnsafeInputError(self.path, f"metadata of unknown type {kind}")

    def _advance(self, length: int) -> None:
        self._at += length
        if self._at > self._file.size:
            raise truncated(self.path, "the metadata")

    def _alignment(self) -> int:
        value = self.extras.get("general.alignment")
        if not isinstance(value, bytes) or len(value) != 8:
            return DEFAULT_ALIGNMENT
        alignment: int = struct.unpack("<I", value[4:])[0]
        if alignment == 0 or alignment % 8 or alignment > 1 << 20:
            raise UnsafeInputError(self.path, f"an alignment of {alignment} bytes")
        return alignment

    def _info(self) -> tuple[Tensor, int]:
        name, rank = self._text(), self._number("<I", "the tensor table")
        if rank > RANK_LIMIT:
            raise UnsafeInputError(self.path, f"tensor {name!r} has {rank} dimensions")
        sizes = [self._number("<Q", "the tensor table") for _ in range(rank)]
        code = self._number("<I", "the tensor table")
        offset = self._number("<Q", "the tensor table")
        if code not in _TYPES:
            raise InputError(self.path, f"tensor {name!r} has unknown ggml type {code}")
        dtype, block, width = _TYPES[code]
        # ggml lists the fastest dimension first; rows of the others are contiguous.
        if math.prod(sizes) >= 1 << 60 or (sizes and sizes[0] % block):
            raise UnsafeInputError(self.path, f"tensor {name!r} has impossible sizes")
        nbytes = math.prod(sizes) // block * width
        return Tensor(name, dtype, tuple(reversed(sizes)), nbytes), offset

    def raw(self, name: str) -> Bytes:
        """The tensor's bytes, shape (nbytes,)."""
        start = self._offsets[name]
        return self._file.bytes[start : start + self.tensors[name].nbytes]

    def close(self) -> None:
        """Unmap the file."""
        self._file.close()


def _aligned(offset: int, alignment: int) -> int:
    return offset + -offset % alignment


def recognise(path: Path, head: bytes) -> bool:
    """The magic."""
    return head.startswith(MAGIC)


def open_checkpoint(path: Path) -> Gguf:
    """Open and validate; raises InputError or UnsafeInputError."""
    return Gguf(path)


def write(layout: Layout) -> Iterator[OutputFile]:
    """One file of ours' version and alignment."""
    ours = layout.sides[0]
    if not isinstance(ours, Gguf):
        raise TypeError("a GGUF file is written after a GGUF file")
    yield OutputFile("", _stream(layout, ours))


def _text_bytes(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def _stream(layout: Layout, ours: Gguf) -> Iterator[Buffer]:
    head = [MAGIC, struct.pack("<IQQ", ours.version, len(layout.outputs), len(layout.extras))]
    for key, value in layout.extras.items():
        head.append(_text_bytes(key) + (value if isinstance(value, bytes) else b""))
    offset = 0
    for name, output in layout.outputs.items():
        tensor = output.tensor
        head.append(_text_bytes(name) + struct.pack("<I", len(tensor.shape)))
        head.append(struct.pack(f"<{len(tensor.shape)}Q", *reversed(tensor.shape)))
        head.append(struct.pack("<IQ", _CODES[tensor.dtype], offset))
        offset = _aligned(offset + tensor.nbytes, ours.alignment)
    header = b"".join(head)
    yield header + bytes(-len(header) % ours.alignment)
    for output in layout.outputs.values():
        yield from output.stream()
        yield bytes(-output.tensor.nbytes % ours.alignment)
