"""Eight-bit floats with scales: a value is a code times the scale of its cell.

What several sides changed is widened with each side's own scales, merged, and rounded to codes
again.  A cell's scale follows the three-way rule where that has an answer and the merged values fit
it: then values that one side changed keep their bits.  Otherwise it is the smallest that holds the
cell's largest magnitude.

Names and cells as found in published checkpoints (DeepSeek-V3's `weight_scale_inv` for 128 x 128
blocks, compressed-tensors' and FBGEMM's `weight_scale` a tensor or a row); all of them are factors
on the codes, whatever the name says.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mergeassist.params import fp8, rules
from mergeassist.params.dtypes import FLOATS, Bytes, Floats, convert, is_float
from mergeassist.params.lineage import Row
from mergeassist.params.tensors import Tensor, Version

BLOCK = 128
_SUFFIX = re.compile(r"weight(_scale_inv|_scale)$|scale$")
Places = npt.NDArray[np.int64]


class Grid(NamedTuple):
    """Cells that share a scale: the tensor's shape and a cell's extent along each axis."""

    shape: tuple[int, ...]
    extent: tuple[int, ...]

    @property
    def counts(self) -> tuple[int, ...]:
        """Cells along each axis."""
        return tuple(-(-n // e) for n, e in zip(self.shape, self.extent, strict=True))

    def cells(self, start: int, size: int) -> Places:
        """The cell of each element from `start` on, shape (size,)."""
        rest = np.arange(start, start + size)
        found = np.zeros(size, np.int64)
        stride = 1
        for length, extent, count in zip(
            self.shape[::-1], self.extent[::-1], self.counts[::-1], strict=True
        ):
            rest, place = np.divmod(rest, length)
            found += place // extent * stride
            stride *= count
        return found


def grid_of(shape: tuple[int, ...], scales: tuple[int, ...]) -> Grid | None:
    """The cells that scales of that shape speak of; `None` where the shapes do not tell."""
    if math.prod(scales) == 1:
        return Grid(shape, tuple(max(1, n) for n in shape))
    if len(scales) == 1 and len(shape) > 1 and scales[0] == shape[0]:
        scales = (*scales, *[1] * (len(shape) - 1))
    if len(scales) != len(shape):
        return None
    extents = [_extent(length, count) for length, count in zip(shape, scales, strict=True)]
    return Grid(shape, tuple(extents)) if all(extents) else None


def _extent(length: int, count: int) -> int:
    """A cell's extent along an axis of `length` with `count` cells, 0 where it is not clear."""
    if count == length:
        return 1
    if count == 1:
        return length
    if count == -(-length // BLOCK):
        return BLOCK
    whole, left = divmod(length, count) if count else (0, 1)
    return whole if not left and whole & (whole - 1) == 0 else 0


class Cells(NamedTuple):
    """The scales of a blended tensor: its grid and each version's scales."""

    grid: Grid
    base: Version | None
    experts: tuple[Version, ...]

    @property
    def dtype(self) -> str:
        """The scales' element type."""
        return self.experts[0].tensor.dtype


class Scaled(Version):
    """A tensor of codes that is read with its scales."""

    __slots__ = ("_grid", "_scales")

    def __init__(self, codes: Version, scales: Version, grid: Grid) -> None:
        super().__init__(codes.checkpoint, codes.tensor)
        self._grid, self._scales = grid, values_of(scales)

    def read(self, start: int, size: int, out: Floats) -> None:
        """`size` values from `start` on into `out`."""
        super().read(start, size, out)
        np.multiply(out, self._scales[self._grid.cells(start, size)], out=out)


def values_of(scales: Version) -> npt.NDArray[np.float32]:
    """Scales as fp32, flat."""
    return convert(scales.raw, scales.tensor.dtype, "F32").view(np.float32)


class Pair(NamedTuple):
    """Rows of the codes and of their scales, to be computed together."""

    codes: Row
    scales: Row
    cells: Cells


def pairs_of(rows: Iterable[Row], *, every: bool) -> dict[str, Pair]:
    """By both names: the pairs that more than one side changed (with `every`, that differ)."""
    by_name: Mapping[str, Row] = {row.name: row for row in rows}
    found: dict[str, Pair] = {}
    for name, row in by_name.items():
        match = _SUFFIX.search(name) if rules.is_scale(name) else None
        codes = by_name.get(name[: match.start()] + "weight") if match else None
        pair = _pair(codes, row, every) if codes is not None else None
        if pair is not None:
            found[name] = found[pair.codes.name] = pair
    return found


def _pair(codes: Row, scales: Row, every: bool) -> Pair | None:
    grid = None
    tensors = [_tensors(row) for row in (codes, scales)]
    if all(tensors) and tensors[0][0].dtype in fp8.KINDS and _plain(tensors[1][0].dtype):
        grid = grid_of(tensors[0][0].shape, tensors[1][0].shape)
    if grid is None:
        return None
    movers = {
        i for row in (codes, scales) for i, v in enumerate(row.experts) if v != row.base
    }  # fmt: skip
    same = all(v == row.experts[0] for row in (codes, scales) for v in row.experts)
    if same or (len(movers) < 2 and not (every and movers)):
        return None
    experts = tuple(v for v in scales.experts if v is not None)
    return Pair(codes, scales, Cells(grid, scales.base, experts))


def _tensors(row: Row) -> list[Tensor]:
    """The tensors of all versions, empty where they are not of one kind or one is missing."""
    versions: Sequence[Version | None] = row.experts
    if row.base is not None:
        versions = (row.base, *versions)
    tensors = [v.tensor for v in versions if v is not None]
    kinds = {(t.dtype, t.shape, t.layout, t.tied_to) for t in tensors}
    plain = len(kinds) == 1 and tensors[0].layout is None and tensors[0].tied_to is None
    return tensors if len(tensors) == len(versions) and plain else []


def _plain(dtype: str) -> bool:
    """A real float of at least sixteen bits."""
    return is_float(dtype) and dtype not in fp8.KINDS and FLOATS[dtype].lanes == 1


def widened(pair: Pair) -> Row:
    """The codes' row with versions that are read with their scales."""
    cells = pair.cells
    base = pair.codes.base
    if base is not None and cells.base is not None:
        base = Scaled(base, cells.base, cells.grid)
    experts = tuple(
        Scaled(v, s, cells.grid)
        for v, s in zip(pair.codes.experts, cells.experts, strict=True)
        if v is not None
    )
    return pair.codes._replace(base=base, experts=experts)


def new_scales(cells: Cells, largest: npt.NDArray[np.float32], dtype: str) -> Bytes | None:
    """The merged scales' bytes, for codes of type `dtype`; `None` where one cannot be stored.

    `largest` holds the largest merged magnitude of each cell.
    """
    chosen, known = _settled([values_of(v) for v in cells.experts],
                             values_of(cells.base) if cells.base is not None else None)  # fmt: skip
    top = np.float32(fp8.table(dtype)[fp8.KINDS[dtype].largest])
    fits = known & (largest <= np.abs(chosen) * top)
    least = np.where(largest > 0, largest / top, chosen)
    wanted = np.where(fits, chosen, least).astype(np.float32)
    stored = convert(wanted.view(np.uint8), "F32", cells.dtype)
    back = convert(stored, cells.dtype, "F32").view(np.float32)
    if not np.isfinite(back).all() or ((back == 0) & (largest > 0)).any():
        return None
    return stored


def _settled(
    experts: Sequence[npt.NDArray[np.float32]], base: npt.NDArray[np.float32] | None
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """The three-way answer for each cell, and where there is one."""
    chosen = experts[0].copy()
    known = np.ones(chosen.shape, np.bool_)
    for expert in experts[1:]:
        free = chosen == base if base is not None else np.zeros_like(known)
        kept = expert == base if base is not None else np.zeros_like(known)
        known &= free | kept | (expert == chosen)
        chosen = np.where(free, expert, chosen)
    return chosen, known
