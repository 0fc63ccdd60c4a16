"""Eight-bit floats to fp32 and back: a table of 256 values, and rounding to nearest even.

E4M3 (no infinity, largest 448) and E5M2 (largest 57344) after the OCP 8-bit specification and
arXiv 2209.05433; the FNUZ variants (one zero, one NaN, exponent bias one higher) after
arXiv 2206.02915.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]


class Kind(NamedTuple):
    """Mantissa bits, exponent bias, and the largest finite code without its sign."""

    mantissa: int
    bias: int
    largest: int
    fnuz: bool = False


KINDS = {
    "F8_E4M3": Kind(3, 7, 0x7E), "F8_E5M2": Kind(2, 15, 0x7B),
    "F8_E4M3FNUZ": Kind(3, 8, 0x7F, True), "F8_E5M2FNUZ": Kind(2, 16, 0x7F, True),
}  # fmt: skip
_FP32_BIAS, _FP32_MANTISSA = 127, 23


@cache
def table(dtype: str) -> npt.NDArray[np.float32]:
    """The value of every code, shape (256,)."""
    kind = KINDS[dtype]
    codes = np.arange(128)
    exponent, fraction = codes >> kind.mantissa, codes & ((1 << kind.mantissa) - 1)
    significand = np.where(exponent > 0, fraction + (1 << kind.mantissa), fraction)
    power = np.maximum(exponent, 1) - kind.bias - kind.mantissa
    half = np.ldexp(significand.astype(np.float64), power).astype(np.float32)
    beyond = codes > kind.largest
    half[beyond] = np.nan
    if dtype == "F8_E5M2":
        half[0x7C] = np.inf
    values = np.concatenate([half, -half])
    if kind.fnuz:
        values[0x80] = np.nan
    return values


def decode(raw: Bytes, dtype: str, out: npt.NDArray[np.floating[Any]]) -> None:
    """The values of codes `raw` (n,) into `out` (n,)."""
    if out.dtype == np.float32:
        np.take(table(dtype), raw, out=out, mode="clip")
    else:
        np.copyto(out, table(dtype)[raw])


def limit(dtype: str) -> float:
    """Magnitudes above this round beyond the largest finite value: half a step over it."""
    largest, before = (float(table(dtype)[KINDS[dtype].largest - i]) for i in (0, 1))
    # Exactly half a step goes to the even code, which lies beyond where the largest is odd.
    half = largest + (largest - before) / 2
    if KINDS[dtype].largest % 2 == 0:
        return half
    return float(np.nextafter(np.float32(half), np.float32(0)))


def encode(values: npt.NDArray[np.float32], dtype: str, out: Bytes) -> None:
    """Round finite fp32 `values` (n,) to the nearest codes, ties to even, into `out` (n,)."""
    kind = KINDS[dtype]
    bits = values.view(np.uint32)
    sign = (bits >> np.uint32(24)) & np.uint32(0x80)
    size = bits & np.uint32(0x7FFFFFFF)
    drop = np.uint32(_FP32_MANTISSA - kind.mantissa)
    odd = (size >> drop) & np.uint32(1)
    rounded = (size + np.uint32((1 << (int(drop) - 1)) - 1) + odd) >> drop
    rebias = np.uint32((_FP32_BIAS - kind.bias) << kind.mantissa)
    # Below the smallest normal number the step is constant: count steps.
    smallest = 2.0 ** (1 - kind.bias)
    tiny = np.abs(values) < smallest
    steps = np.rint(np.abs(values[tiny]).astype(np.float64) / (smallest / (1 << kind.mantissa)))
    codes = rounded - rebias
    codes[tiny] = steps.astype(np.uint32)
    if kind.fnuz:
        sign = np.where(codes == 0, np.uint32(0), sign)
    np.copyto(out, codes | sign, casting="unsafe")
