"""pcb and emr: element-wise methods whose figures come from the whole model, in passes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from mergeassist.params.dtypes import Floats
from mergeassist.params.methods.base import (
    SCALE,
    Block,
    Blocks,
    Method,
    Parameter,
    Values,
    weights,
)
from mergeassist.params.methods.ranks import kth_largest
from mergeassist.params.methods.sparse import experts_of, magnitude_thresholds, task_vectors


class Balance(NamedTuple):
    """Of one expert: the clip bounds of |tau|, the least and the largest balance kept."""

    low: float
    high: float
    least: float = 0.0
    most: float = 0.0


def prepare_pcb(blocks: Blocks, size: int, values: Values) -> Any:
    """One `Balance` an expert, after two passes."""
    experts = experts_of(blocks)
    clip, ratio = values["clip"][0], values["density"][0]
    # Positions of the official code in ascending order, as ranks from the largest.
    low, high = size - int(size * clip), size - max(0, int(size * (1 - clip) - 1))
    found = magnitude_thresholds(blocks, [(i, r) for i in range(experts) for r in (low, high)])
    bounds = tuple(Balance(*pair) for pair in zip(found[::2], found[1::2], strict=True))

    def balances() -> Iterator[list[Floats]]:
        for block in blocks(1):
            yield _balances(task_vectors(block), bounds)

    kept = size - min(size - 1, int(size * (1 - ratio)))
    found = kth_largest(balances, [(i, r) for i in range(experts) for r in (kept, 1)])
    return tuple(
        b._replace(least=least, most=most)
        for b, least, most in zip(bounds, found[::2], found[1::2], strict=True)
    )


def _balances(taus: list[Floats], bounds: tuple[Balance, ...]) -> list[Floats]:
    """Intra times inter balance of each task vector, arrays of shape (n,)."""
    units = []
    for tau, bound in zip(taus, bounds, strict=True):
        span = bound.high - bound.low
        size = (np.clip(np.abs(tau), bound.low, bound.high) - bound.low) / (span or 1.0)
        units.append(np.sign(tau) * size)
    found = []
    for unit in units:
        inter: Floats = np.zeros_like(unit)
        for other in units:
            inter += np.tanh(unit * other)
        found.append(np.exp(len(units) * unit * unit) * inter)
    return found


def pcb(block: Block, values: Values) -> None:
    """base + sum lambda_i beta_i tau_i / sum beta_i, beta cut and stretched to 0..1."""
    bounds: tuple[Balance, ...] = block.state
    taus = task_vectors(block)
    found = _balances(taus, bounds)
    block.out[:] = 0
    block.spare[:] = 0
    factors = weights(values, len(taus))
    for tau, beta, bound, factor in zip(taus, found, bounds, factors, strict=True):
        span = bound.most - bound.least
        beta = (np.maximum(beta, bound.least) - bound.least) / (span or 1.0)
        clipped = np.sign(tau) * np.clip(np.abs(tau), bound.low, bound.high)
        block.out += clipped * beta * factor
        block.spare += beta
    np.divide(block.out, np.maximum(block.spare, 1e-12, out=block.spare), out=block.out)
    np.multiply(block.out, values["lambda"][0], out=block.out)
    np.add(block.out, block.base, out=block.out)


def prepare_emr(blocks: Blocks, size: int, values: Values) -> Any:
    """The rescaler of each expert: the L1 norm of its task vector over that of what is left."""
    experts = experts_of(blocks)
    full: list[list[float]] = [[] for _ in range(experts)]
    left: list[list[float]] = [[] for _ in range(experts)]
    for block in blocks(1):
        unified = _unified(block)
        for i, tau in enumerate(block.taus):
            full[i].append(float(np.abs(tau).sum(dtype=np.float64)))
            kept = np.abs(unified) * (tau * unified > 0)
            left[i].append(float(kept.sum(dtype=np.float64)))
    sums = zip(map(math.fsum, full), map(math.fsum, left), strict=True)
    return tuple(whole / rest if rest else 1.0 for whole, rest in sums)


def _unified(block: Block) -> Floats:
    """Elected sign times the largest magnitude that has it; fills `block.taus`."""
    taus = task_vectors(block)
    total, largest = block.spare, block.out
    total[:] = 0
    largest[:] = 0
    for tau in taus:
        np.add(total, tau, out=total)
    # As in the official code, a sum of zero elects minus.
    sign = np.where(total > 0, 1, -1).astype(total.dtype)
    for tau in taus:
        np.maximum(largest, tau * sign, out=largest)
    return np.multiply(largest, sign, out=largest)


def emr(block: Block, values: Values) -> None:
    """The unified model (expert 0), or expert i rebuilt from it by its mask and rescaler."""
    unified = _unified(block)
    which = int(values["expert"][0])
    if which:
        tau = block.taus[min(which, len(block.taus)) - 1]
        np.multiply(unified, tau * unified > 0, out=unified)
        np.multiply(unified, block.state[min(which, len(block.taus)) - 1], out=unified)
    np.multiply(unified, values["lambda"][0], out=unified)
    np.add(block.base, unified, out=block.out)


WEIGHT_PCB = Parameter("weight", 1.0, -10.0, 10.0, "one number, or one an expert", each=True)
PCB = Method(
    "pcb", "deltas weighted by how they compete within and between models (PCB-Merging)", pcb,
    (Parameter("density", 0.1, 0.0, 1.0, "share of the balance scores kept"),
     Parameter("clip", 0.01, 0.0, 0.5, "share of the smallest and largest deltas clipped"),
     WEIGHT_PCB, Parameter("lambda", 1.2, -10.0, 10.0, "factor on the merged task vector")),
    prepare=prepare_pcb, of_model=True, orderless=True,
)  # fmt: skip
EMR = Method(
    "emr", "elected signs with the largest magnitudes; `expert`=i rebuilds model i from it", emr,
    (Parameter("expert", 0, 0, 64, "0: the unified model"), SCALE),
    prepare=prepare_emr, of_model=True, orderless=True, ordered_prepare=True,
)  # fmt: skip
