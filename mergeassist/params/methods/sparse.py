"""Task vectors thinned out before they are merged.

ties-global, dare-ties, della, breadcrumbs, localize-and-stitch, consensus, sce, ram-plus.
Thresholds are exact (`ranks`), so values equal to a threshold are all kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mergeassist.params.dtypes import Floats
from mergeassist.params.methods.base import (
    SCALE,
    WEIGHT,
    Block,
    Blocks,
    Method,
    Parameter,
    Values,
    Whole,
    weights,
)
from mergeassist.params.methods.dare import STEPS, kept, uniform16
from mergeassist.params.methods.ranks import kth_largest
from mergeassist.params.methods.spherical import TINY_SQUARE
from mergeassist.params.methods.ties import elect_many, largest_magnitudes, sum_agreeing, ties

DELLA_BLOCK = 1 << 16


def task_vectors(block: Block) -> list[Floats]:
    """`block.taus`, filled."""
    for expert, tau in zip(block.experts, block.taus, strict=True):
        np.subtract(expert, block.base, out=tau)
    return block.taus


def magnitude_thresholds(blocks: Blocks, shares: Sequence[tuple[int, int]]) -> list[float]:
    """For each (expert, rank) the rank-th largest magnitude of that expert's task vector."""

    def magnitudes() -> Iterator[list[Floats]]:
        for block in blocks(1):
            yield [np.abs(tau, out=tau) for tau in task_vectors(block)]

    return kth_largest(magnitudes, shares)


def experts_of(blocks: Blocks) -> int:
    """How many experts the blocks hold."""
    return len(next(iter(blocks(1))).experts)


def _finish(block: Block, values: Values) -> None:
    """block.out = base + lambda * block.out."""
    if values["lambda"][0] != 1.0:
        np.multiply(block.out, values["lambda"][0], out=block.out)
    np.add(block.out, block.base, out=block.out)


def prepare_ties_global(blocks: Blocks, size: int, values: Values) -> Any:
    """One threshold an expert, over the whole model as in the paper's code."""
    experts = experts_of(blocks)
    if values["density"][0] >= 1:
        return (0.0,) * experts
    kept = max(1, round(values["density"][0] * size))
    return tuple(magnitude_thresholds(blocks, [(i, kept) for i in range(experts)]))


def dare_ties(block: Block, values: Values) -> None:
    """DARE's dropping and rescaling by 1/p, then the election of TIES."""
    limit = max(1, round(values["density"][0] * STEPS))
    for number, tau in enumerate(task_vectors(block)):
        if limit < STEPS:
            # A copy widens booleans faster than a multiplication by them does.
            np.copyto(block.spare, kept(block, number, limit))
            np.multiply(tau, block.spare, out=tau)
            np.multiply(tau, STEPS / limit, out=tau)
    elect_many(block, weights(values, len(block.taus)), plain=False)
    _finish(block, values)


def della(whole: Whole, values: Values) -> Floats:
    """Drop with a probability that falls with the rank in the row, rescale by 1/p, elect.

    The keep probability rises linearly from density - epsilon (the row's smallest magnitude) to
    density + epsilon.
    """
    assert whole.base is not None
    base = whole.base
    width = base.shape[-1] if base.ndim else 1
    density, epsilon = values["density"][0], values["epsilon"][0]
    share = np.arange(width) / max(1, width - 1)
    keep = np.clip(density - epsilon + 2 * epsilon * share, 1 / STEPS, 1.0)
    by_rank = np.maximum(1, np.round(keep * STEPS)).astype(base.dtype)
    size = max(1, DELLA_BLOCK // max(1, width)) * width
    block = Block(len(whole.experts), size, base.dtype.type)
    result = np.empty_like(base)
    sources = [values.reshape(-1) for values in (base, *whole.experts)]
    for at in range(0, base.size, size or 1):
        block.resize(at, min(size, base.size - at))
        for source, target in zip(sources, (block.base, *block.experts), strict=True):
            np.copyto(target, source[at : at + block.size])
        for tau, key in zip(task_vectors(block), whole.keys, strict=True):
            _thin_by_rank(tau, by_rank, uniform16(key, at, block.size), block.spare)
        elect_many(block, weights(values, len(whole.experts)), plain=False)
        _finish(block, values)
        np.copyto(result.reshape(-1)[at : at + block.size], block.out)
    return result


def _thin_by_rank(
    tau: Floats, by_rank: Floats, drawn: npt.NDArray[np.uint16], spare: Floats
) -> None:
    """Keep the elements (n,) of whole rows whose 16 random bits lie under the limit of their rank
    in the row, scaled up by what that keeps; ties in the order of the row.
    """
    limits = spare
    limits[_places_by_size(tau, len(by_rank))] = np.tile(by_rank, tau.size // len(by_rank))
    keep = drawn < limits
    np.divide(STEPS, limits, out=limits)
    np.multiply(tau, limits, out=tau)
    np.multiply(tau, keep, out=tau)


def _places_by_size(tau: Floats, width: int) -> npt.NDArray[np.int64]:
    """Places (n,) of the elements in `tau`, row by row, each row's from the smallest magnitude."""
    size = np.abs(tau)
    if size.dtype == np.float64:
        order = np.argsort(size.reshape(-1, width), axis=1, kind="stable")
        return (order + np.arange(0, tau.size, width)[:, None]).reshape(-1)
    # Magnitude and place in one word: no two are equal, so the fastest sort is a stable one.
    words = size.view(np.uint32).astype(np.int64)
    words <<= 32
    words |= np.arange(tau.size)
    words.reshape(-1, width).sort(axis=1)
    words &= 0xFFFFFFFF
    return words


def prepare_breadcrumbs(blocks: Blocks, size: int, values: Values) -> Any:
    """(low, high) an expert: magnitudes in low <= |tau| < high are kept."""
    experts = experts_of(blocks)
    kept = max(1, int(values["density"][0] * size))
    cut = min(int(values["gamma"][0] * size), size - kept)
    wanted = [(i, rank) for i in range(experts) for rank in (cut + kept, cut) if rank]
    found = iter(largest_magnitudes(blocks, size, wanted))
    return tuple((next(found), next(found) if cut else math.inf) for _ in range(experts))


def breadcrumbs(block: Block, values: Values) -> None:
    """base + lambda * sum of task vectors without their largest and smallest elements."""
    factors = weights(values, len(block.experts))
    block.out[:] = 0
    for tau, (low, high), factor in zip(task_vectors(block), block.state, factors, strict=True):
        size = np.abs(tau, out=block.spare)
        keep = np.greater_equal(size, low, out=block.masks[0])
        np.logical_and(keep, np.less(size, high, out=block.masks[1]), out=keep)
        np.multiply(tau, keep, out=tau)
        np.add(block.out, np.multiply(tau, factor, out=tau), out=block.out)
    _finish(block, values)


def prepare_localize(blocks: Blocks, size: int, values: Values) -> Any:
    """The magnitude that a task vector's largest `density` share over the whole model reaches."""
    experts = experts_of(blocks)
    kept = max(1, round(values["density"][0] * size))
    return tuple(magnitude_thresholds(blocks, [(i, kept) for i in range(experts)]))


def localize(block: Block, values: Values) -> None:
    """base + lambda * mean over the masks that hold the element."""
    total, count = block.out, block.spare
    total[:] = 0
    count[:] = 0
    keep = block.masks[0]
    for tau, expert, low in zip(task_vectors(block), block.experts, block.state, strict=True):
        np.greater_equal(np.abs(tau, out=expert), low, out=keep)
        np.logical_and(keep, np.not_equal(tau, 0, out=block.masks[1]), out=keep)
        np.add(total, np.multiply(tau, keep, out=tau), out=total)
        np.add(count, keep, out=count)
    np.divide(total, np.maximum(count, 1, out=count), out=total)
    _finish(block, values)


def consensus(block: Block, values: Values) -> None:
    """base + lambda * sum tau, where at least k experts find the sum close to what they want.

    Expert t's TALL mask: |tau_t| > mask * |sum tau - tau_t|; with `expert` the result is
    base + sum tau where that expert's mask is set.
    """
    total, count = block.out, block.spare
    total[:] = 0
    for tau in task_vectors(block):
        np.add(total, tau, out=total)
    count[:] = 0
    factor = values["mask"][0]
    which = min(int(values["expert"][0]), len(block.taus))
    asked = slice(which - 1, which) if which else slice(None)
    for tau, expert in zip(block.taus[asked], block.experts[asked], strict=True):
        np.abs(np.subtract(total, tau, out=expert), out=expert)
        np.multiply(expert, factor, out=expert)
        chosen = np.greater(np.abs(tau, out=tau), expert, out=block.masks[0])
        np.add(count, chosen, out=count)
    agreed = np.greater_equal(count, 1 if which else values["k"][0], out=block.masks[0])
    np.multiply(total, agreed, out=total)
    if which:
        np.add(total, block.base, out=total)
    else:
        _finish(block, values)


def prepare_sce(blocks: Blocks, size: int, values: Values) -> Any:
    """(least variance kept, weight of each expert): weights are mean squares of what is kept."""

    def variances() -> Iterator[list[Floats]]:
        for block in blocks(1):
            yield [_variance(block)]

    low = -math.inf
    if values["select"][0] < 1:
        nonzero = sum(int(np.count_nonzero(found)) for (found,) in variances())
        kept = int(nonzero * values["select"][0])
        low = kth_largest(variances, [(0, kept)])[0] if kept else math.inf
    sums = _energies(blocks, low, np.float32)
    if not all(size * TINY_SQUARE < found < math.inf for found in sums):
        sums = _energies(blocks, low, np.float64)
    total = math.fsum(sums)
    if not total:
        return low, (1 / len(sums),) * len(sums)
    return low, tuple(found / total for found in sums)


def _energies(blocks: Blocks, low: float, least: type[np.floating[Any]]) -> list[float]:
    """Sums of squares of each task vector where the variance is not under `low`, in the work type
    or `least` where that is wider.
    """
    sums: list[list[float]] = []
    for block in blocks(1):
        taus = _selected(block, low)
        squares = [np.square(tau, dtype=np.promote_types(tau.dtype, least)) for tau in taus]
        sums.append([float(np.add.reduce(found)) for found in squares])
    return [math.fsum(column) for column in zip(*sums, strict=True)]


def _selected(block: Block, low: float) -> list[Floats]:
    """`block.taus` with zeros where the variance is under `low`."""
    if low == -math.inf:
        return task_vectors(block)
    keep = np.greater_equal(_variance(block), low, out=block.masks[0])
    for tau in block.taus:
        np.multiply(tau, keep, out=tau)
    return block.taus


def _variance(block: Block) -> Floats:
    """Variance over the experts' task vectors, element by element; fills `block.taus`."""
    taus = task_vectors(block)
    mean, spread = block.out, block.spare
    mean[:] = 0
    spread[:] = 0
    for tau in taus:
        np.add(mean, tau, out=mean)
    np.divide(mean, len(taus), out=mean)
    for tau, scratch in zip(taus, block.experts, strict=True):
        np.subtract(tau, mean, out=scratch)
        np.add(spread, np.multiply(scratch, scratch, out=scratch), out=spread)
    return np.divide(spread, len(taus), out=spread)


def sce(block: Block, values: Values) -> None:
    """Select by variance, weigh by mean squares, erase the minority sign."""
    low, factors = block.state
    _selected(block, low)
    total, count = block.out, block.spare
    total[:] = 0
    for tau in block.taus:
        np.add(total, tau, out=total)
    np.greater_equal(total, 0, out=block.masks[0])
    sum_agreeing(block, block.taus, factors)
    np.divide(total, np.maximum(count, 1e-6, out=count), out=total)
    _finish(block, values)


def prepare_ram_plus(blocks: Blocks, size: int, values: Values) -> Any:
    """The factor on each expert's own elements: 1 + r * min(shared / own, alpha)."""
    experts = experts_of(blocks)
    own, shared = np.zeros(experts), np.zeros(experts)
    for block in blocks(1):
        changed, alone = block.masks[:experts], block.masks[experts]
        times = block.masks[experts + 1].view(np.uint8)
        times[:] = 0
        for tau, mask in zip(task_vectors(block), changed, strict=True):
            np.greater(np.abs(tau, out=tau), values["epsilon"][0], out=mask)
            np.add(times, mask.view(np.uint8), out=times)
        np.equal(times, 1, out=alone)
        for i, mask in enumerate(changed):
            total = np.count_nonzero(mask)
            mine = np.count_nonzero(np.logical_and(mask, alone, out=mask))
            own[i] += mine
            shared[i] += total - mine
    rho = shared / np.maximum(own, 1e-5)
    return tuple(1 + values["r"][0] * np.clip(rho, 0, values["alpha"][0]))


def ram_plus(block: Block, values: Values) -> None:
    """base + own changes times the expert's factor + the mean of shared changes."""
    count, epsilon = block.spare, values["epsilon"][0]
    count[:] = 0
    changed, own = block.masks[:2]
    for tau, expert in zip(task_vectors(block), block.experts, strict=True):
        np.greater(np.abs(tau, out=expert), epsilon, out=changed)
        np.multiply(tau, changed, out=tau)
        np.add(count, changed, out=count)
    np.equal(count, 1, out=own)
    np.maximum(count, 1, out=count)
    block.out[:] = 0
    for tau, factor in zip(block.taus, block.state, strict=True):
        extra = np.multiply(own, tau.dtype.type(factor - 1), out=block.experts[0])
        np.multiply(tau, np.add(extra, 1, out=extra), out=extra)
        np.add(block.out, np.divide(extra, count, out=extra), out=block.out)
    np.add(block.out, block.base, out=block.out)


KEEP = Parameter("density", 0.2, 0.0, 1.0, "share of each task vector kept")
KEEP_RANDOM = Parameter("density", 0.5, 1 / STEPS, 1.0, "probability that a delta is kept")
EPSILON = Parameter("epsilon", 1e-5, 0.0, 1.0, "a delta over it counts as a change")
TIES_GLOBAL = Method(
    "ties-global", "ties, trimmed over the whole model", ties, (KEEP, WEIGHT, SCALE),
    prepare=prepare_ties_global, of_model=True, orderless=True,
)  # fmt: skip
DARE_TIES = Method(
    "dare-ties", "random dropping of deltas, rest times 1/p, signs elected as in ties", dare_ties,
    (KEEP_RANDOM, WEIGHT, SCALE), random=True, orderless=True,
)  # fmt: skip
DELLA = Method(
    "della", "random dropping, small deltas of a row more often, then as dare-ties", None,
    (KEEP_RANDOM, Parameter("epsilon", 0.15, 0.0, 0.5, "half the spread of the probability"),
     WEIGHT, SCALE),
    random=True, whole=della,
)  # fmt: skip
BREADCRUMBS = Method(
    "breadcrumbs", "sum of task vectors without their largest and smallest deltas", breadcrumbs,
    (Parameter("density", 0.9, 0.0, 1.0, "share of each task vector kept"),
     Parameter("gamma", 0.01, 0.0, 1.0, "share of the largest deltas dropped"), WEIGHT, SCALE),
    prepare=prepare_breadcrumbs, orderless=True,
)  # fmt: skip
LOCALIZE = Method(
    "localize-and-stitch", "the largest deltas of each model, the mean where they overlap",
    localize, (Parameter("density", 0.1, 0.0, 1.0, "share of the whole task vector kept"), SCALE),
    prepare=prepare_localize, of_model=True, orderless=True,
)  # fmt: skip
CONSENSUS = Method(
    "consensus", "sum of task vectors where at least k models agree with it (TALL masks)",
    consensus,
    (Parameter("mask", 0.4, 0.0, 100.0, "strictness of a model's mask"),
     Parameter("k", 2, 0, 64, "models that must agree"),
     Parameter("expert", 0, 0, 64, "i: model i rebuilt from the sum by its mask, without lambda"),
     Parameter("lambda", 0.3, -10.0, 10.0, "factor on the merged task vector")),
    orderless=True,
)  # fmt: skip
SCE = Method(
    "sce", "deltas of high variance, weighted by energy, minority signs erased", sce,
    (Parameter("select", 1.0, 0.0, 1.0, "share of positions kept, by variance"), SCALE),
    prepare=prepare_sce, orderless=True, ordered_prepare=True,
)  # fmt: skip
RAM_PLUS = Method(
    "ram-plus", "ram with own changes amplified, per tensor", ram_plus,
    (Parameter("r", 0.1, 0.0, 10.0, "strength"), Parameter("alpha", 0.2, 0.0, 10.0, "cap"),
     EPSILON),
    prepare=prepare_ram_plus, orderless=True,
)  # fmt: skip
