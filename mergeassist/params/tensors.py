"""What every checkpoint format offers: named tensors, where their bytes lie, and a stream out.

A format module exports `recognise`, `open_checkpoint` and `write`; the plan and the executor
know nothing else about files.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from mergeassist.params.dtypes import BITS, Bytes, Floats, decode, lane_bytes

COMPARE_BYTES = 1 << 18
# Writing a megabyte at a time costs the kernel six times as much as this (Linux 6.18, ext4).
COPY_BYTES = 1 << 18
Buffer = bytes | memoryview | Bytes


class Tensor(NamedTuple):
    """A tensor's description: everything but its bytes.

    `layout` tells apart equal shapes whose bytes lie in another order (strides, Fortran order);
    `tied_to` names the tensor that owns the bytes where several names share them.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    nbytes: int
    layout: Hashable = None
    tied_to: str | None = None

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def label(self) -> str:
        """`BF16[4096, 512]`, for messages."""
        return f"{self.dtype}[{', '.join(map(str, self.shape))}]"


class Checkpoint(Protocol):
    """One opened checkpoint.

    `tensors` is in file order.  `extras` is all else that the file says, as a flat mapping from
    path to a comparable value (metadata, scalars beside tensors, a graph).
    """

    @property
    def format(self) -> str:
        """The format's NAME."""

    @property
    def path(self) -> Path:
        """Where it was opened."""

    @property
    def tensors(self) -> Mapping[str, Tensor]:
        """Tensors by name."""

    @property
    def extras(self) -> Mapping[str, Hashable]:
        """Everything else by path."""

    def raw(self, name: str) -> Bytes:
        """The tensor's bytes, shape (nbytes,), as a view of the mapped file."""
        ...

    def close(self) -> None:
        """Unmap and close."""
        ...


class Output(NamedTuple):
    """One tensor to write: its description and a function that streams its bytes."""

    tensor: Tensor
    stream: Callable[[], Iterator[Buffer]]


class Layout(NamedTuple):
    """What a writer gets: the opened sides (ours first, for templates), extras and tensors."""

    sides: tuple[Checkpoint, ...]
    extras: Mapping[str, Hashable]
    outputs: Mapping[str, Output]


class OutputFile(NamedTuple):
    """One file of the result: its name relative to the target ('' = the target itself)."""

    name: str
    stream: Iterable[Buffer]


class Format(Protocol):
    """What a module under `formats` exports."""

    NAME: str

    def recognise(self, path: Path, head: bytes) -> bool:
        """Whether the content (its first bytes are `head`) is of this format."""
        ...

    def open_checkpoint(self, path: Path) -> Checkpoint:
        """Open and validate; raises InputError or UnsafeInputError."""
        ...

    def write(self, layout: Layout) -> Iterator[OutputFile]:
        """The files of the merged checkpoint, streamed."""
        ...


class Version:
    """A tensor in one checkpoint, equal to another by description and bytes.

    This is the `T` of `Merge[T]`: equality is all the three-way algebra asks for.
    """

    __slots__ = ("checkpoint", "raw", "tensor")

    def __init__(self, checkpoint: Checkpoint, tensor: Tensor) -> None:
        self.checkpoint, self.tensor = checkpoint, tensor
        self.raw = checkpoint.raw(tensor.name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        mine, yours = self.tensor, other.tensor
        if (mine.dtype, mine.shape, mine.layout) != (yours.dtype, yours.shape, yours.layout):
            return False
        return same_bytes(self.raw, other.raw)

    __hash__ = None  # type: ignore[assignment]

    def read(self, start: int, size: int, out: Floats) -> None:
        """Widen `size` floats from `start` on into `out`, shape (size,), exactly."""
        width = lane_bytes(self.tensor.dtype)
        decode(self.raw[start * width : (start + size) * width], self.tensor.dtype, out)


def same_bytes(left: Bytes, right: Bytes) -> bool:
    """Whether two byte arrays are equal; stops at the first block that differs."""
    if left.size != right.size:
        return False
    return all(
        np.array_equal(left[at : at + COMPARE_BYTES], right[at : at + COMPARE_BYTES])
        for at in range(0, left.size, COMPARE_BYTES)
    )


def pieces(raw: Bytes) -> Iterator[Buffer]:
    """The bytes in blocks of a size to write."""
    for at in range(0, raw.size, COPY_BYTES):
        yield raw[at : at + COPY_BYTES]


def as_view(block: Buffer) -> memoryview:
    """The bytes of a block, without a copy."""
    if isinstance(block, np.ndarray):
        return np.ascontiguousarray(block).data
    return memoryview(block)


def dense_bytes(dtype: str, shape: Iterable[int]) -> int | None:
    """Bytes that a dense tensor takes; `None` where they are not whole or the dtype is unknown."""
    bits = BITS.get(dtype)
    total = math.prod(shape) * bits if bits is not None else 1
    return None if total % 8 else total // 8
