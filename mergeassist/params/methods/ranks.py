"""The k-th largest of numbers that pass by in blocks: exact, without sorting or keeping them.

A radix selection: floats become integers that sort alike, and each pass counts the next 16 bits of
those that share the bits found so far (two passes for fp32, four for fp64).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mergeassist.params.dtypes import Floats

Arrays = Callable[[], Iterable[Sequence[Floats]]]
DIGIT = 16
BINS = 1 << DIGIT


class _Search(NamedTuple):
    """One wanted rank (1 = largest): of which quantity, among which prefix of bits."""

    quantity: int
    rank: int
    prefix: int = 0


def kth_largest(arrays: Arrays, wanted: Sequence[tuple[int, int]]) -> list[float]:
    """For each (quantity, rank) the rank-th largest value of that quantity.

    `arrays()` starts a pass and yields, block by block, one array a quantity, all of one float
    type.  Ranks beyond the number of values give the smallest, ranks under 1 infinity.
    """
    if not wanted:
        return []
    found = [_Search(quantity, rank) for quantity, rank in wanted]
    bits = width = 0
    while not width or bits < width:
        histograms: dict[tuple[int, int], npt.NDArray[np.int64]] = {}
        for block in arrays():
            width = block[0].dtype.itemsize * 8
            for quantity, prefix in {(s.quantity, s.prefix) for s in found}:
                counts = _count(_sortable(block[quantity]), width - bits, prefix)
                old = histograms.get((quantity, prefix))
                histograms[quantity, prefix] = counts if old is None else old + counts
        if not width:
            return [0.0] * len(found)
        found = [_narrowed(s, histograms[s.quantity, s.prefix]) for s in found]
        bits += DIGIT
    return [
        float("inf") if rank < 1 else _value(s.prefix, width)
        for s, (_, rank) in zip(found, wanted, strict=True)
    ]


def _count(keys: npt.NDArray[Any], left: int, prefix: int) -> npt.NDArray[np.int64]:
    """How often each next digit occurs among the keys that start with `prefix`."""
    digits = keys >> keys.dtype.type(left - DIGIT)
    if left < keys.dtype.itemsize * 8:
        first = prefix << DIGIT
        digits = digits[(digits >= first) & (digits < first + BINS)] - keys.dtype.type(first)
    return np.bincount(digits.astype(np.int64), minlength=BINS)


def _narrowed(search: _Search, counts: npt.NDArray[np.int64]) -> _Search:
    """The search with one digit more."""
    above = np.cumsum(counts[::-1])
    rank = min(max(search.rank, 1), int(above[-1]))
    place = int(np.searchsorted(above, rank))
    before = int(above[place - 1]) if place else 0
    return _Search(search.quantity, rank - before, (search.prefix << DIGIT) | (BINS - 1 - place))


def _sortable(values: Floats) -> npt.NDArray[Any]:
    """Unsigned integers in the order of the floats."""
    word: type[Any] = np.uint32 if values.dtype.itemsize == 4 else np.uint64
    bits = np.ascontiguousarray(values).view(word)
    top = word(1 << (values.dtype.itemsize * 8 - 1))
    keys: npt.NDArray[Any] = np.where(bits & top, ~bits, bits | top)
    return keys


def _value(key: int, width: int) -> float:
    top = 1 << (width - 1)
    bits = key ^ top if key & top else ~key & (2 * top - 1)
    if width == 32:
        return float(np.uint32(bits).view(np.float32))
    return float(np.uint64(bits).view(np.float64))
