"""Hidden units of one expert put in the order of another's (weight matching).

M-SMoE (arXiv 2310.01334) and git re-basin: a feed-forward block computes the same with its hidden
units in any order P, W_out P^T act(P W_in x), so the order is chosen that makes
<W_in, P W_in'> + <W_out, W_out' P^T> largest, one assignment problem an expert.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mergeassist.params.align import Order, Part, assign, blocks_of
from mergeassist.params.dtypes import Bytes, convert, lane_bytes
from mergeassist.params.experts.layers import MoeLayer
from mergeassist.params.tensors import Checkpoint, Tensor

Matrix = npt.NDArray[np.float32]


class Axis(NamedTuple):
    """One part of an expert and the axis along which its hidden units lie."""

    part: str
    axis: int


def axes_of(layer: MoeLayer, tensors: Mapping[str, Tensor]) -> tuple[Axis, ...]:
    """The parts that a new order of units touches; empty where names do not say which they are.

    Any part beyond those and the output's bias (a scale, say) makes it empty too.
    """
    mine = {layer.tensor(0, part): tensors[layer.tensor(0, part)] for part in layer.parts}
    found: Sequence[Part] = blocks_of(mine).get(layer.block(0), ())
    start = len(layer.block(0)) + 1
    axes = tuple(Axis(part.name[start:], part.axis) for part in found)
    named = {found.part for found in axes}
    out = {found.part.removesuffix("weight") + "bias" for found in axes if found.axis == 1}
    return axes if set(layer.parts) <= named | out else ()


def units(checkpoint: Checkpoint, name: str, axis: int, columns: int | None = None) -> Matrix:
    """One row a hidden unit, fp32; only about `columns` evenly spaced numbers of each if given."""
    tensor = checkpoint.tensors[name]
    cells = checkpoint.raw(name).reshape(*tensor.shape, -1)
    if columns is not None and len(tensor.shape) == 2:
        other = tensor.shape[1 - axis]
        kept = np.arange(0, other, max(1, other // columns))
        cells = np.take(cells, kept, 1 - axis)
    shape = cells.shape[:-1]
    wide = convert(np.ascontiguousarray(cells).reshape(-1), tensor.dtype, "F32").view("<f4")
    rows = np.moveaxis(wide.reshape(shape), axis, 0)
    return np.ascontiguousarray(rows.reshape(len(rows), -1))


def likeness(
    target: tuple[Checkpoint, MoeLayer, int],
    other: tuple[Checkpoint, MoeLayer, int],
    axes: Sequence[Axis],
    columns: int | None = None,
) -> Matrix:
    """Dot products of the target's units (rows) with the other's, summed over the parts."""
    total: Matrix | None = None
    for part, axis in axes:
        rows, columns_ = (
            units(checkpoint, layer.tensor(expert, part), axis, columns)
            for checkpoint, layer, expert in (target, other)
        )
        product = rows @ columns_.T
        total = product if total is None else total + product
    assert total is not None
    return total


def best_order(scores: Matrix) -> Order:
    """Which of the other's units takes each place so that the sum of scores is largest."""
    best = clear_order(scores)
    return assign(scores.astype(np.float64)) if best is None else best


def clear_order(scores: npt.NDArray[np.floating]) -> Order | None:
    """The best order where every row's largest score is in another column, which is then optimal.

    So it is wherever experts are copies or fine-tunes of each other, and costs no assignment.
    """
    order = np.argmax(scores, 1)
    return order if len(np.unique(order)) == len(order) else None


def reordered(raw: Bytes, tensor: Tensor, axis: int, order: Order) -> Bytes:
    """The tensor's bytes with its units in another order, bits untouched."""
    cells = raw.reshape(*tensor.shape, lane_bytes(tensor.dtype))
    return np.ascontiguousarray(np.take(cells, order, axis)).reshape(-1)
