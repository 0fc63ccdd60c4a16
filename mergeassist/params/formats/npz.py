"""numpy's .npz: a zip of .npy arrays (NEP 1).  Object arrays would need pickle: refused."""

from __future__ import annotations

import ast
import math
import struct
import tempfile
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path

import numpy as np

from mergeassist.errors import InputError, UnsafeInputError
from mergeassist.params.dtypes import Bytes
from mergeassist.params.formats import zips
from mergeassist.params.tensors import Buffer, Layout, OutputFile, Tensor

NAME = "npz"
HEADER_LIMIT = 1 << 16
MAGIC = b"\x93NUMPY"
_TYPES = {
    "b1": "BOOL", "u1": "U8", "i1": "I8", "u2": "U16", "i2": "I16", "u4": "U32", "i4": "I32",
    "u8": "U64", "i8": "I64", "f2": "F16", "f4": "F32", "f8": "F64", "c8": "C64", "c16": "C128",
}  # fmt: skip
_DESCRIPTIONS = {name: ("|" if code[1] == "1" else "<") + code for code, name in _TYPES.items()}


class Npz:
    """An opened .npz; packed members are unpacked to an unnamed temporary file."""

    format = NAME

    def __init__(self, path: Path) -> None:
        self.path = path
        self._archive = zips.Archive(path)
        self.extras: Mapping[str, Hashable] = {}
        self.tensors: dict[str, Tensor] = {}
        self.deflated: dict[str, bool] = {}
        self._raw: dict[str, Bytes] = {}
        for member in self._archive.entries.values():
            self._read(member)

    def _read(self, member: zips.Entry) -> None:
        name = member.name.removesuffix(".npy")
        content = self._content(member)
        described, start = _npy_header(self.path, name, content[: HEADER_LIMIT + 12].tobytes())
        descr, fortran, shape = described
        dtype = _TYPES.get(descr[1:], descr) if descr[:1] in "<|=" else descr
        width = np.dtype(descr).itemsize
        if math.prod(shape) * width != content.size - start:
            raise UnsafeInputError(self.path, f"array {name!r} disagrees with its shape")
        order = "fortran" if fortran and len(shape) > 1 else None
        self.tensors[name] = Tensor(name, dtype, shape, content.size - start, order)
        self.deflated[name] = member.deflated
        self._raw[name] = content[start:]

    def _content(self, member: zips.Entry) -> Bytes:
        if not member.deflated:
            return self._archive.stored(member.name)
        if member.size == 0:
            return np.empty(0, np.uint8)
        with tempfile.TemporaryFile() as spool:
            for block in self._archive.unpacked(member.name):
                spool.write(block)
            spool.flush()
            return np.memmap(spool, np.uint8, mode="r")

    def raw(self, name: str) -> Bytes:
        """The array's bytes, shape (nbytes,)."""
        return self._raw[name]

    def close(self) -> None:
        """Unmap and drop the unpacked copies."""
        self._raw.clear()
        self._archive.close()


def recognise(path: Path, head: bytes) -> bool:
    """A zip whose first member is an .npy file."""
    if head[:4] != b"PK\3\4" or len(head) < 30:
        return False
    length: int = struct.unpack("<H", head[26:28])[0]
    return head[30 : 30 + length].endswith(b".npy")


def open_checkpoint(path: Path) -> Npz:
    """Open and validate; raises InputError or UnsafeInputError."""
    return Npz(path)


def write(layout: Layout) -> Iterator[OutputFile]:
    """One archive, packed member by member as ours was."""
    yield OutputFile("", zips.stream(_members(layout)))


def _members(layout: Layout) -> Iterator[zips.Member]:
    for name, output in layout.outputs.items():
        packed = any(
            side.deflated.get(name, False) for side in layout.sides if isinstance(side, Npz)
        )
        yield zips.Member(f"{name}.npy", _npy(output.tensor, output.stream()), packed)


def _npy(tensor: Tensor, blocks: Iterator[Buffer]) -> Iterator[Buffer]:
    """A version 1.0 .npy member: header padded so that the data starts at a multiple of 64."""
    text = repr(
        {
            "descr": _DESCRIPTIONS.get(tensor.dtype, tensor.dtype),
            "fortran_order": tensor.layout == "fortran",
            "shape": tensor.shape,
        }
    )
    text += " " * (-(len(text) + 11) % 64) + "\n"
    yield MAGIC + b"\1\0" + struct.pack("<H", len(text)) + text.encode("latin-1")
    yield from blocks


def _npy_header(
    path: Path, name: str, content: bytes
) -> tuple[tuple[str, bool, tuple[int, ...]], int]:
    """(descr, Fortran order, shape) and where the data starts."""
    if content[:6] != MAGIC or len(content) < 12:
        raise InputError(path, f"member {name!r} is not an .npy array")
    wide = content[6] > 1
    length: int = struct.unpack_from("<I" if wide else "<H", content, 8)[0]
    start = (12 if wide else 10) + length
    if length > HEADER_LIMIT or start > len(content):
        raise UnsafeInputError(path, f"array {name!r} has a header of {length} bytes")
    try:
        header = ast.literal_eval(content[start - length : start].decode("latin-1").strip())
        descr, fortran, shape = header["descr"], header["fortran_order"], tuple(header["shape"])
    except (ValueError, SyntaxError, KeyError, TypeError, MemoryError, RecursionError):
        raise UnsafeInputError(path, f"array {name!r} has a header that cannot be read") from None
    if not isinstance(descr, str) or not all(type(n) is int and n >= 0 for n in shape):
        raise InputError(path, f"array {name!r} has fields or an impossible shape")
    if "O" in descr:
        raise UnsafeInputError(path, f"array {name!r} holds pickled objects", "save plain arrays")
    try:
        np.dtype(descr)
    except TypeError:
        raise InputError(path, f"array {name!r} has unknown type {descr!r}") from None
    return (descr, bool(fortran), shape), start
