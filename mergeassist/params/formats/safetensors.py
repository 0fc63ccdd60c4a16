"""safetensors, after the specification in the format's README.

    u64 little-endian N | N bytes of JSON, space-padded | tensor bytes, contiguous

Refused, as the reference reader does: a header over 100 MB, duplicate keys, offsets that leave
holes, overlap, or disagree with dtype and shape, and a file longer or shorter than its offsets.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mergeassist.errors import InputError, UnsafeInputError
from mergeassist.params.dtypes import BITS, Bytes
from mergeassist.params.files import MappedFile, truncated
from mergeassist.params.tensors import Buffer, Layout, OutputFile, Tensor, dense_bytes

NAME = "safetensors"
HEADER_LIMIT = 100_000_000
RANK_LIMIT = 64


class Safetensors:
    """An opened safetensors file; `extras` holds `__metadata__`."""

    format = NAME

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = MappedFile(path)
        self.header, self._data = _header(self._file)
        self.tensors: dict[str, Tensor] = {}
        self._offsets: dict[str, int] = {}
        self.extras: Mapping[str, Hashable] = _metadata(path, self.header)
        self._read_tensors()

    def _read_tensors(self) -> None:
        entries = []
        for name, entry in self.header.items():
            if name != "__metadata__":
                tensor, start = _entry(self.path, name, entry)
                entries.append((start, tensor))
        end = 0
        # Stable: empty tensors share an offset and keep the header's order.
        for start, tensor in sorted(entries, key=lambda item: (item[0], item[1].nbytes)):
            if start != end:
                raise UnsafeInputError(
                    self.path, f"tensor {tensor.name!r} overlaps or leaves a hole", "fetch it again"
                )
            end = start + tensor.nbytes
            self.tensors[tensor.name] = tensor
            self._offsets[tensor.name] = self._data + start
        if self._data + end > self._file.size:
            raise truncated(self.path, "its tensors")
        if self._data + end < self._file.size:
            raise UnsafeInputError(self.path, "bytes follow the last tensor", "fetch it again")

    def raw(self, name: str) -> Bytes:
        """The tensor's bytes, shape (nbytes,)."""
        start = self._offsets[name]
        return self._file.bytes[start : start + self.tensors[name].nbytes]

    def close(self) -> None:
        """Unmap the file."""
        self._file.close()


def recognise(path: Path, head: bytes) -> bool:
    """A plausible header length followed by an opening brace."""
    if len(head) < 9 or head[8:9] != b"{":
        return False
    length: int = struct.unpack("<Q", head[:8])[0]
    # A text file cannot have five NULs after its third byte, so 2**40 keeps hostile sizes in.
    return length <= HEADER_LIMIT or path.suffix == ".safetensors"


def open_checkpoint(path: Path) -> Safetensors:
    """Open and validate; raises InputError or UnsafeInputError."""
    return Safetensors(path)


def write(layout: Layout) -> Iterator[OutputFile]:
    """One file, tensors in the order given."""
    yield OutputFile("", stream(layout))


def stream(layout: Layout) -> Iterator[Buffer]:
    """Header, then every tensor."""
    yield header_bytes(layout)
    for output in layout.outputs.values():
        yield from output.stream()


def header_bytes(layout: Layout) -> bytes:
    """The length and the JSON header, padded to eight bytes as the reference writer does."""
    header: dict[str, Any] = {}
    if layout.extras:
        header["__metadata__"] = dict(layout.extras)
    start = 0
    for name, output in layout.outputs.items():
        tensor = output.tensor
        end = start + tensor.nbytes
        header[name] = {
            "dtype": tensor.dtype, "shape": list(tensor.shape), "data_offsets": [start, end],
        }  # fmt: skip
        start = end
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def _header(file: MappedFile) -> tuple[dict[str, Any], int]:
    length: int = struct.unpack("<Q", file.slice(0, 8, "the header's length"))[0]
    if length > HEADER_LIMIT:
        raise UnsafeInputError(file.path, f"a header of {length} bytes", "fetch it again")
    text = file.slice(8, length, "the header")
    try:
        header = json.loads(text.decode(), object_pairs_hook=_unique)
    except RecursionError:
        raise UnsafeInputError(file.path, "the header is nested too deeply") from None
    except ValueError as error:
        raise InputError(file.path, f"the header is not JSON ({error})", "fetch it again") from None
    if not isinstance(header, dict):
        raise InputError(file.path, "the header is not a JSON object", "fetch it again")
    return header, 8 + length


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate keys")
    return found


def _metadata(path: Path, header: dict[str, Any]) -> dict[str, str]:
    metadata = header.get("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise InputError(path, "__metadata__ is not a mapping of text to text", "fetch it again")
    return metadata


def _entry(path: Path, name: str, entry: Any) -> tuple[Tensor, int]:
    """One header entry, checked, and where its bytes start."""
    try:
        dtype, shape, (start, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
    except (KeyError, TypeError, ValueError):
        raise InputError(path, f"tensor {name!r} is described badly", "fetch it again") from None
    numbers = [start, end, *shape] if isinstance(shape, list) else [None]
    if not isinstance(dtype, str) or not all(type(n) is int and n >= 0 for n in numbers):
        raise InputError(path, f"tensor {name!r} is described badly", "fetch it again")
    if len(shape) > RANK_LIMIT or start > end or math.prod(shape) >= 1 << 63:
        raise UnsafeInputError(path, f"tensor {name!r} has impossible sizes", "fetch it again")
    if dtype not in BITS:
        raise InputError(path, f"tensor {name!r} has unknown dtype {dtype}", "update mergeassist")
    if dense_bytes(dtype, shape) != end - start:
        raise UnsafeInputError(
            path, f"tensor {name!r}: offsets disagree with {dtype}{shape}", "fetch it again"
        )
    return Tensor(name, dtype, tuple(shape), end - start), start
