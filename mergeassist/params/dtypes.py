"""Element types: how many bits, which can be averaged, and the way to fp32 and back.

Names are those of the safetensors specification; a format with types of its own (GGUF, numpy)
maps the common ones here and passes the others through as opaque names.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mergeassist.params import fp8

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.floating[Any]]
Words = npt.NDArray[np.uint32]

BITS: dict[str, int] = {
    "BOOL": 8, "U8": 8, "I8": 8, "I16": 16, "U16": 16, "I32": 32, "U32": 32, "I64": 64, "U64": 64,
    "F16": 16, "BF16": 16, "F32": 32, "F64": 64, "C64": 64, "C128": 128,
    "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "F6_E2M3": 6, "F6_E3M2": 6, "F4": 4,
}  # fmt: skip

_INTEGERS: dict[str, type[np.integer[Any]]] = {
    "U8": np.uint8, "I8": np.int8, "I16": np.int16, "U16": np.uint16,
    "I32": np.int32, "U32": np.uint32, "I64": np.int64, "U64": np.uint64,
}  # fmt: skip


class FloatType(NamedTuple):
    """An element type that methods may compute with.

    `lanes` floats make one element (two for complex numbers); `work` is the type computed in;
    `digits` counts the significand's bits, the hidden one included.
    """

    work: type[np.floating[Any]]
    stored: type[np.generic]
    lanes: int
    digits: int


FLOATS: dict[str, FloatType] = {
    "F16": FloatType(np.float32, np.float16, 1, 11),
    "BF16": FloatType(np.float32, np.uint16, 1, 8),
    "F32": FloatType(np.float32, np.float32, 1, 24),
    "F64": FloatType(np.float64, np.float64, 1, 53),
    "C64": FloatType(np.float32, np.float32, 2, 24),
    "C128": FloatType(np.float64, np.float64, 2, 53),
    "F8_E4M3": FloatType(np.float32, np.uint8, 1, 4),
    "F8_E5M2": FloatType(np.float32, np.uint8, 1, 3),
    "F8_E4M3FNUZ": FloatType(np.float32, np.uint8, 1, 4),
    "F8_E5M2FNUZ": FloatType(np.float32, np.uint8, 1, 3),
}


_LIMITS = {"F16": 65519.99, "BF16": 3.3961775e38}
_HALF_WORD, _UPPER = np.uint32(16), np.uint32(0xFFFF0000)
_LINE = 64
_ONE, _UNDER_HALF = np.uint32(1), np.uint32(0x7FFF)


def aligned(size: int, kind: type[np.generic]) -> npt.NDArray[Any]:
    """An uninitialised array (size,) that starts at a cache line.

    malloc's large blocks start 16 bytes after a page, where every wide access crosses a line and
    all blocks collide: 18 % more time over the operations of a merge.
    """
    width = np.dtype(kind).itemsize
    memory = np.empty(size * width + _LINE, np.uint8)
    skip = -memory.ctypes.data % _LINE
    return memory[skip : skip + size * width].view(kind)


def is_float(dtype: str) -> bool:
    """Whether elements can be computed with; four and six bits, and bare exponents, cannot."""
    return dtype in FLOATS


def needs_scale(dtype: str) -> bool:
    """Whether a tensor of this type may be the bits of another one's quantisation."""
    return dtype not in FLOATS or dtype in fp8.KINDS


def limit(dtype: str) -> float:
    """The largest magnitude that rounds to a finite number of a float type."""
    if dtype in fp8.KINDS:
        return fp8.limit(dtype)
    return _LIMITS.get(dtype) or float(np.finfo(FLOATS[dtype].work).max)


def is_integer(dtype: str) -> bool:
    """Whether elements are plain integers (booleans are not)."""
    return dtype in _INTEGERS


def integers(raw: Bytes, dtype: str) -> npt.NDArray[np.integer[Any]]:
    """The integers stored in `raw`, shape (n,), as a view."""
    return raw.view(_INTEGERS[dtype])


def lane_bytes(dtype: str) -> int:
    """Bytes of one float of a float type."""
    return np.dtype(FLOATS[dtype].stored).itemsize


def decode(raw: Bytes, dtype: str, out: Floats) -> None:
    """Widen the floats stored in `raw` into `out`, shape (n,), exactly."""
    stored = raw.view(FLOATS[dtype].stored)
    if dtype == "BF16":
        wide = out if out.dtype == np.float32 else np.empty(out.size, np.float32)
        bits = wide.view(np.uint32)
        bits[:] = stored
        bits <<= np.uint32(16)
        if wide is not out:
            np.copyto(out, wide)
    elif dtype in fp8.KINDS:
        fp8.decode(raw, dtype, out)
    else:
        np.copyto(out, stored)


def encode(values: Floats, dtype: str, out: Bytes, scratch: Words) -> None:
    """Round `values`, shape (n,), to nearest even into `out`; `values` is destroyed.

    `scratch` has shape (n,) too.  NaN must have been refused before: its bits are not kept.
    """
    stored = out.view(FLOATS[dtype].stored)
    if dtype in fp8.KINDS:
        fp8.encode(values if values.dtype == np.float32 else odd_float32(values), dtype, out)
        return
    if dtype != "BF16":
        with np.errstate(over="ignore"):
            np.copyto(stored, values, casting="same_kind")
        return
    bits = values.view(np.uint32)
    np.right_shift(bits, _HALF_WORD, out=scratch)
    np.bitwise_and(scratch, _ONE, out=scratch)
    np.add(scratch, _UNDER_HALF, out=scratch)
    np.add(bits, scratch, out=bits)
    np.right_shift(bits, _HALF_WORD, out=bits)
    np.copyto(stored, bits, casting="unsafe")


def decode_split(raw: Bytes, out: Floats) -> None:
    """Widen an even number of BF16 into fp32 `out`, shape (n,): even elements first, then odd ones.

    A 32-bit word holds two of them, so halves need one operation an element where a widening copy
    and a shift need two.  `raw` must lie at a multiple of four bytes.
    """
    words, bits = raw.view(np.uint32), out.view(np.uint32)
    np.left_shift(words, _HALF_WORD, out=bits[: words.size])
    np.bitwise_and(words, _UPPER, out=bits[words.size :])


def encode_split(values: Floats, out: Bytes, scratch: Words) -> bool:
    """The inverse of `decode_split`, rounding to nearest even; `values` (n,) is destroyed.

    Returns whether all results are finite.  Values computed from BF16 only: a NaN among them has
    sixteen zero bits at its end, which rounding cannot turn into a number.
    """
    bits = values.view(np.uint32)
    even, odd = bits[: bits.size // 2], bits[bits.size // 2 :]
    np.right_shift(bits, _HALF_WORD, out=scratch)
    np.bitwise_and(scratch, _ONE, out=scratch)
    np.add(scratch, _UNDER_HALF, out=scratch)
    np.add(bits, scratch, out=bits)
    np.right_shift(even, _HALF_WORD, out=even)
    np.bitwise_and(odd, _UPPER, out=odd)
    np.bitwise_or(even, odd, out=out.view(np.uint32))
    # As int16 the largest positive number, as uint16 the largest negative one; 7F80 is infinity.
    largest = np.maximum.reduce
    return bool(largest(out.view(np.int16)) < 0x7F80 and largest(out.view(np.uint16)) < 0xFF80)


def convert(raw: Bytes, dtype: str, target: str) -> Bytes:
    """A copy of the floats in `raw` as type `target`, rounded to nearest even once."""
    lanes = raw.size // lane_bytes(dtype)
    wide = FLOATS[target].work if FLOATS[dtype].work is np.float32 else FLOATS[dtype].work
    values: Floats = np.empty(lanes, wide)
    decode(raw, dtype, values)
    out = np.empty(lanes * lane_bytes(target), np.uint8)
    narrow: Floats = values
    if target == "BF16" and wide is np.float64:
        narrow = odd_float32(values)
    encode(narrow, target, out, np.empty(lanes, np.uint32))
    return out


def odd_float32(values: Floats) -> Floats:
    """fp64 to fp32 rounded to odd, so that rounding again to bf16 is as if rounded once."""
    with np.errstate(over="ignore"):
        near = values.astype(np.float32)
    inexact = near.astype(np.float64) != values
    grew = np.abs(near.astype(np.float64)) > np.abs(values)
    bits = near.view(np.uint32)
    bits -= (grew & inexact).astype(np.uint32)
    bits |= inexact.astype(np.uint32)
    return near
