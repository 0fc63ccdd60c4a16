"""`models align`: the hidden units of A put in the order of B's, before models without a common
base are merged (git re-basin's weight matching, arXiv 2209.04836).

Hidden units of a feed-forward block (of an expert, too) may be permuted freely: rows of what leads
in, biases, columns of what leads out.  The permutation that makes A's block most like B's is one
assignment problem a block, solved exactly.  Attention heads and the residual stream stay as they
are, so this aligns models that share those, not networks of wholly different starts.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mergeassist.errors import Exit, UsageError
from mergeassist.params.atomic import write_atomically
from mergeassist.params.dtypes import convert, is_float
from mergeassist.params.execute import Run, outputs
from mergeassist.params.formats import format_named, open_checkpoint
from mergeassist.params.plan import Copy, Plan, Step, Tie
from mergeassist.params.tensors import Checkpoint, Layout, Output, Tensor, Version

Matrix = npt.NDArray[np.float64]
Order = npt.NDArray[np.int64]
_INTO = r"up_proj|gate_proj|fc1|c_fc|w1|w3|wi|wi_0|wi_1|up|intermediate\.dense|lin1|linear1"
_OUT = r"down_proj|fc2|w2|wo|down|output\.dense|lin2|linear2"
_PART = re.compile(rf"^(?:(.*?)\.)?(?:({_INTO})|({_OUT}))\.(weight|bias)$")


class Part(NamedTuple):
    """One tensor of a block and the axis along which its hidden units lie."""

    name: str
    axis: int


def blocks_of(tensors: Mapping[str, Tensor]) -> dict[str, list[Part]]:
    """Feed-forward blocks by their common name; only those whose sizes fit together."""
    found: dict[str, list[Part]] = {}
    ways: dict[str, set[str]] = {}
    for name, tensor in tensors.items():
        match = _PART.match(name)
        if match is None or not is_float(tensor.dtype) or tensor.layout or tensor.tied_to:
            continue
        block, into, out, kind = match[1] or "", match[2], match[3], match[4]
        if kind == "bias" and out:
            continue  # it lies in the residual stream
        found.setdefault(block, []).append(Part(name, 1 if out else 0))
        ways.setdefault(block, set()).add("in" if into else "out")
    return {
        block: parts for block, parts in found.items()
        if ways[block] == {"in", "out"}
        and all(len(tensors[p.name].shape) > p.axis for p in parts)
        and len({tensors[p.name].shape[p.axis] for p in parts}) == 1
    }  # fmt: skip


def units(checkpoint: Checkpoint, part: Part) -> Matrix:
    """One row a hidden unit, fp64."""
    tensor = checkpoint.tensors[part.name]
    raw = convert(checkpoint.raw(part.name), tensor.dtype, "F64")
    values = np.moveaxis(raw.view("<f8").reshape(tensor.shape), part.axis, 0)
    return values.reshape(len(values), -1)


def order_of(ours: Checkpoint, target: Checkpoint, parts: Sequence[Part]) -> tuple[Order, float]:
    """Which of our units takes each place, and the share of the best possible likeness before.

    Likeness is the sum of dot products between units at the same place (git re-basin's objective).
    """
    scores: Matrix | None = None
    for part in parts:
        product = units(target, part) @ units(ours, part).T
        scores = product if scores is None else scores + product
    assert scores is not None
    order = assign(scores)
    best = float(scores[np.arange(len(order)), order].sum())
    return order, float(np.trace(scores)) / best if best else 1.0


def assign(scores: Matrix) -> Order:
    """The column of each row that makes the sum of scores largest (a square matrix).

    scipy's solver where it is installed, else shortest augmenting paths (Jonker, Volgenant 1987).
    """
    try:
        solver: Any = importlib.import_module("scipy.optimize").linear_sum_assignment
    except ImportError:
        return augmented(scores)
    return np.asarray(solver(scores, maximize=True)[1], np.int64)


def augmented(scores: Matrix) -> Order:
    """`assign` with numpy alone: n augmentations of at most n steps, each a pass over a row."""
    cost = scores.max() - scores
    size = len(cost)
    rows, columns = np.zeros(size), np.zeros(size)
    row_of = np.full(size, -1)
    for start in range(size):
        shortest = np.full(size, np.inf)
        before = np.full(size, -1)
        done = np.zeros(size, np.bool_)
        row, length, end = start, 0.0, -1
        while end < 0:
            reach = length + cost[row] - rows[row] - columns
            nearer = ~done & (reach < shortest)
            shortest[nearer], before[nearer] = reach[nearer], row
            column = int(np.argmin(np.where(done, np.inf, shortest)))
            length = float(shortest[column])
            done[column] = True
            end, row = (column, row) if row_of[column] < 0 else (-1, int(row_of[column]))
        seen = np.flatnonzero(done & (row_of >= 0))
        rows[start] += length
        rows[row_of[seen]] += length - shortest[seen]
        columns[done] -= length - shortest[done]
        while end >= 0:
            row = int(before[end])
            row_of[end], end = row, int(np.flatnonzero(row_of == row)[0]) if row != start else -1
    order = np.empty(size, np.int64)
    order[row_of] = np.arange(size)
    return order


def align(args: argparse.Namespace) -> int:
    """`models align`: write A with its blocks in B's order."""
    ours, target = open_checkpoint(Path(args.model)), open_checkpoint(Path(args.to))
    blocks = blocks_of(ours.tensors)
    if not blocks:
        raise UsageError(f"{args.model}: no feed-forward blocks that can be told by their names")
    moved: dict[str, tuple[int, Order]] = {}
    for block, parts in blocks.items():
        for part in parts:
            other = target.tensors.get(part.name)
            if other is None or other.shape != ours.tensors[part.name].shape:
                raise UsageError(f"{args.to}: {part.name} is missing or of another shape")
        order, before = order_of(ours, target, parts)
        changed = int((order != np.arange(len(order))).sum())
        sys.stdout.write(f"{block}: {changed} of {len(order)} units moved "
                         f"(likeness before {before:.3f} of after)\n")  # fmt: skip
        moved |= {part.name: (part.axis, order) for part in parts}
    _write(ours, moved, Path(args.output))
    return Exit.OK


def _write(ours: Checkpoint, moved: Mapping[str, tuple[int, Order]], target: Path) -> None:
    steps = {
        name: Step(tensor, Tie() if tensor.tied_to else Copy(Version(ours, tensor)), "kept")
        for name, tensor in ours.tensors.items()
    }
    streams = outputs(Plan(steps, dict(ours.extras), (), ()), Run())
    for name, (axis, order) in moved.items():
        streams[name] = _permuted(ours, ours.tensors[name], axis, order)
    files = list(format_named(ours.format).write(Layout((ours,), ours.extras, streams)))
    if [file.name for file in files] != [""]:
        raise UsageError("align writes single files; give model.safetensors, not its folder")
    write_atomically(target, files[0].stream)


def _permuted(ours: Checkpoint, tensor: Tensor, axis: int, order: Order) -> Output:
    """The tensor with its units in another order, bits untouched."""

    def stream() -> Any:
        cells = ours.raw(tensor.name).reshape(*tensor.shape, -1)
        yield np.ascontiguousarray(np.take(cells, order, axis)).reshape(-1)

    return Output(tensor, stream)
