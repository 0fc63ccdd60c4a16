"""linear, task-arithmetic and ram: each element from the same element of the inputs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from mergeassist.params.dtypes import Floats
from mergeassist.params.methods.base import SCALE, WEIGHT, Block, Method, Parameter, Values, weights

_POWER_OF_TWO = 0.5


def linear(block: Block, values: Values) -> None:
    """sum w_i x_i, over sum w_i where `normalize` is set (model soups, arXiv 2203.05482).

    Bit-identical to mergekit 0.1.5's `linear`, which accumulates in fp32 in the same order.
    """
    factors = weights(values, len(block.experts))
    for expert, factor in zip(block.experts, factors, strict=True):
        if factor != 1.0:
            np.multiply(expert, factor, out=expert)
    np.add(block.experts[0], block.experts[1], out=block.out)
    for expert in block.experts[2:]:
        np.add(block.out, expert, out=block.out)
    total = sum(factors)
    if not values["normalize"][0] or total in (0.0, 1.0):
        return
    if abs(math.frexp(total)[0]) == _POWER_OF_TWO:
        # The same bits as a division, and faster.
        np.multiply(block.out, 1 / total, out=block.out)
    else:
        np.divide(block.out, total, out=block.out)


def task_arithmetic(block: Block, values: Values) -> None:
    """base + lambda * sum w_i tau_i (arXiv 2212.04089)."""
    for number, (expert, factor) in enumerate(
        zip(block.experts, weights(values, len(block.experts)), strict=True)
    ):
        np.subtract(expert, block.base, out=expert)
        if factor != 1.0:
            np.multiply(expert, factor, out=expert)
        if number:
            np.add(block.experts[0], expert, out=block.experts[0])
    if values["lambda"][0] != 1.0:
        np.multiply(block.experts[0], values["lambda"][0], out=block.experts[0])
    np.add(block.base, block.experts[0], out=block.out)


def ram(block: Block, values: Values) -> None:
    """Changed by one expert: its value, bit for bit; by several: their mean (arXiv 2601.13572).

    "Changed" means other bits than base (the paper's epsilon = 0).
    """
    base = _bits(block.base)
    if len(block.experts) == 2:
        ours, theirs = (_bits(expert) for expert in block.experts)
        kept, also = block.masks[:2]
        np.equal(ours, base, out=kept)
        np.logical_or(kept, np.equal(theirs, base, out=also), out=kept)
        np.add(block.experts[0], block.experts[1], out=block.out)
        np.multiply(block.out, 0.5, out=block.out)
        # Where one of the two is base, the other one is what is left of all three.
        np.bitwise_xor(np.bitwise_xor(ours, base, out=ours), theirs, out=ours)
        block.choose(kept, block.experts[0], block.out, block.out)
        return
    total, count = block.out, block.spare
    total[:] = 0
    count[:] = 0
    for expert in block.experts:
        changed = np.not_equal(_bits(expert), base, out=block.masks[0])
        np.add(count, changed, out=count)
        np.add(total, np.multiply(expert, changed, out=expert), out=total)
    unchanged = np.equal(count, 0, out=block.masks[0])
    np.divide(total, np.maximum(count, 1, out=count), out=total)
    block.choose(unchanged, block.base, total, total)


def _bits(values: Floats) -> npt.NDArray[np.unsignedinteger[Any]]:
    return values.view(np.uint32 if values.dtype == np.float32 else np.uint64)


NORMALIZE = Parameter("normalize", 1.0, 0.0, 1.0, "1: divide by the sum of the weights")
LINEAR = Method(
    "linear", "weighted average", linear, (WEIGHT, NORMALIZE), needs_base=False,
    orderless=True,
)  # fmt: skip
TASK_ARITHMETIC = Method(
    "task-arithmetic", "base plus the weighted sum of task vectors", task_arithmetic,
    (WEIGHT, SCALE), orderless=True,
)  # fmt: skip
RAM = Method("ram", "disjoint changes add, shared ones average", ram, orderless=True)
