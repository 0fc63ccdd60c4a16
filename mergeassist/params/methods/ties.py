"""TIES: trim, elect signs, mean of those that agree (arXiv 2306.01708).

Variant `per-tensor`: each task vector keeps the `density` share of its largest magnitudes
within each tensor, as mergekit does; the paper's code trims over the flattened model.  Values equal
to the threshold are all kept (the paper's code; mergekit keeps an arbitrary k of them).  A sum of
exactly zero elects plus (mergekit).

At density 1 and lambda 1 this is an element-wise three-way merge: the value is that of the one
side that changed the element, the mean of sides that moved it the same way, and the value of the
side that moved it further where they disagree.  Because the mean is taken over values, not
task vectors, one-sided elements keep their bits in every dtype.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from mergeassist.params.dtypes import Floats
from mergeassist.params.methods.base import (
    SCALE,
    WEIGHT,
    Block,
    Blocks,
    Method,
    Parameter,
    Values,
    weights,
)

SAMPLE = 1 << 17
SAMPLE_SPAN = 1 << 20
SPREADS = 5.0


def ties(block: Block, values: Values) -> None:
    """Elect and average; `block.state` holds one threshold an expert (0 keeps all)."""
    factors = weights(values, len(block.experts))
    scale = values["lambda"][0]
    plain = scale == 1.0 and not any(block.state)
    equal = len(block.experts) == 2 and factors[0] == factors[1] > 0
    if equal and not plain:
        _trim_and_elect_two(block, block.state, scale)
        return
    _trimmed(block, block.state)
    if equal:
        # Values where nothing is trimmed or scaled: one-sided elements then keep their bits.
        _elect_two(block)
    else:
        elect_many(block, factors, plain)
    if not plain:
        np.multiply(block.out, scale, out=block.out)
        np.add(block.out, block.base, out=block.out)


def _trimmed(block: Block, thresholds: tuple[float, ...]) -> None:
    """Task vectors, with magnitudes under the thresholds set to zero."""
    for expert, tau, threshold in zip(block.experts, block.taus, thresholds, strict=True):
        np.subtract(expert, block.base, out=tau)
        if threshold > 0:
            np.abs(tau, out=block.spare)
            keep = np.greater_equal(block.spare, threshold, out=block.masks[0])
            np.multiply(tau, keep, out=tau)


def _trim_and_elect_two(block: Block, thresholds: tuple[float, ...], scale: float) -> None:
    """base + scale * (the mean of two task vectors that are kept and agree, else the elected one).

    What each contributes is twice its factor, a byte: 2 alone, 1 with the other one, else 0.
    Bytes cost a quarter of floats.  The experts become the task vectors: the fewer arrays, the more
    of them stay in the second-level cache.
    """
    ours, theirs = block.experts
    kept, also, ours_down, theirs_down, down = block.masks[:5]
    for tau, threshold, mask, falls in zip(
        block.experts, thresholds, (kept, also), (ours_down, theirs_down), strict=True
    ):
        np.subtract(tau, block.base, out=tau)
        np.less(tau, 0, out=falls)
        # Zero is never kept: it has no sign to agree with.
        least = threshold if threshold > 0 else float(np.finfo(tau.dtype).smallest_subnormal)
        np.greater_equal(np.abs(tau, out=block.out), least, out=mask)
    np.less(np.add(ours, theirs, out=block.out), 0, out=down)
    opposed = np.logical_xor(ours_down, theirs_down, out=theirs_down)
    outvoted = np.logical_xor(ours_down, down, out=ours_down)
    both = np.logical_and(kept, also, out=down)
    clash = np.logical_and(both, opposed, out=opposed)
    agree = np.logical_xor(both, clash, out=both)
    ours_lose = np.logical_and(clash, outvoted, out=outvoted)
    theirs_lose = np.logical_xor(clash, ours_lose, out=clash)
    for tau, mask, lose in ((ours, kept, ours_lose), (theirs, also, theirs_lose)):
        share = np.logical_xor(mask, lose, out=mask).view(np.int8)
        np.add(share, share, out=share)
        np.subtract(share, agree.view(np.int8), out=share)
        np.copyto(block.out, share)
        np.multiply(tau, block.out, out=tau)
    np.add(ours, theirs, out=block.out)
    np.multiply(block.out, 0.5 * scale, out=block.out)
    np.add(block.out, block.base, out=block.out)


def _elect_two(block: Block) -> None:
    """The mean of the values where both task vectors agree, else the one further from base.

    With opposite signs (or one zero) the elected one is the larger value if the sum of the task
    vectors is positive, the smaller if it is negative.
    """
    ours, theirs = block.taus
    down, both, also, fall = block.masks[:4]
    np.add(ours, theirs, out=block.spare)
    np.less(block.spare, 0, out=down)
    np.logical_and(np.greater(ours, 0, out=both), np.greater(theirs, 0, out=also), out=both)
    np.logical_and(np.less(ours, 0, out=also), np.less(theirs, 0, out=fall), out=also)
    np.logical_or(both, also, out=both)
    np.maximum(block.experts[0], block.experts[1], out=block.out)
    np.minimum(block.experts[0], block.experts[1], out=block.spare)
    np.add(block.experts[0], block.experts[1], out=ours)
    np.multiply(ours, 0.5, out=ours)
    block.choose(down, block.spare, block.out, block.out)
    block.choose(both, ours, block.out, block.out)


def elect_many(block: Block, factors: tuple[float, ...], plain: bool) -> None:
    """The weighted mean of what agrees with the elected sign; values if `plain`, else taus."""
    total, count = block.out, block.spare
    positive = block.masks[0]
    total[:] = 0
    for tau, factor in zip(block.taus, factors, strict=True):
        np.add(total, np.multiply(tau, total.dtype.type(factor), out=count), out=total)
    np.greater_equal(total, 0, out=positive)
    sum_agreeing(block, block.experts if plain else block.taus, factors)
    unchanged = np.equal(count, 0, out=positive)
    np.add(count, unchanged, out=count)
    np.divide(total, count, out=total)
    if plain:
        block.choose(unchanged, block.base, total, total)


def sum_agreeing(block: Block, sources: Sequence[Floats], factors: Sequence[float]) -> None:
    """block.out, block.spare = the weighted sum of `sources` (the taus or the experts) whose tau is
    positive where block.masks[0] says so and negative elsewhere, and the sum of their weights.

    Destroys `sources` and the taus.
    """
    total, count = block.out, block.spare
    positive, agree, nonzero = block.masks[:3]
    total[:] = 0
    count[:] = 0
    for source, tau, factor in zip(sources, block.taus, factors, strict=True):
        weight = total.dtype.type(factor)
        np.equal(np.greater(tau, 0, out=agree), positive, out=agree)
        np.logical_and(agree, np.not_equal(tau, 0, out=nonzero), out=agree)
        np.multiply(source, agree, out=source)
        np.add(total, np.multiply(source, weight, out=source), out=total)
        np.add(count, np.multiply(agree, weight, out=tau), out=count)


class _Bracket(NamedTuple):
    """Magnitudes that surely (to `SPREADS` standard deviations) enclose the threshold."""

    low: float
    high: float


def prepare(blocks: Blocks, size: int, values: Values) -> Any:
    """The exact k-th largest magnitude of each task vector, k = round(density * size), at least 1.

    No sort: a sample brackets the threshold, one pass counts what lies above and collects what
    lies inside; a bracket that missed is widened.
    """
    density = values["density"][0]
    experts = len(next(iter(blocks(1))).experts)
    if density >= 1.0:
        return (0.0,) * experts
    kept = max(1, round(density * size))
    return tuple(largest_magnitudes(blocks, size, [(i, kept) for i in range(experts)]))


def largest_magnitudes(blocks: Blocks, size: int, wanted: Sequence[tuple[int, int]]) -> list[float]:
    """For each (expert, rank), rank 1..size, the rank-th largest magnitude of its task vector.

    Of one tensor: about a hundredth of it is held in memory.
    """
    brackets: list[_Bracket | None] = list(_sampled(blocks, size, wanted))
    found = [0.0] * len(wanted)
    while any(bracket is not None for bracket in brackets):
        above = [0] * len(wanted)
        inside: list[list[Floats]] = [[] for _ in wanted]
        for block in blocks(1):
            for expert in {e for (e, _), b in zip(wanted, brackets, strict=True) if b is not None}:
                tau = np.subtract(block.experts[expert], block.base, out=block.experts[expert])
                np.abs(tau, out=tau)
                for at, bracket in enumerate(brackets):
                    if bracket is not None and wanted[at][0] == expert:
                        above[at] += _collect(block, tau, bracket, inside[at])
        for at, bracket in enumerate(brackets):
            if bracket is not None:
                found[at], brackets[at] = _select(wanted[at][1] - above[at], inside[at], bracket)
    return found


def _collect(block: Block, tau: Floats, bracket: _Bracket, inside: list[Floats]) -> int:
    """Count magnitudes over the bracket, and keep those in it."""
    over = np.greater(tau, bracket.high, out=block.masks[0])
    within = np.greater_equal(tau, bracket.low, out=block.masks[1])
    inside.append(np.compress(np.logical_xor(within, over, out=within), tau))
    return int(np.count_nonzero(over))


def _select(rank: int, inside: list[Floats], bracket: _Bracket) -> tuple[float, _Bracket | None]:
    """The rank-th largest of what was collected, or a wider bracket where it is not there."""
    candidates = np.concatenate(inside)
    if 1 <= rank <= candidates.size:
        at = candidates.size - rank
        return float(np.partition(candidates, at)[at]), None
    if rank < 1:
        return 0.0, _Bracket(bracket.high, float("inf"))
    return 0.0, _Bracket(0.0, bracket.low)


def _sampled(blocks: Blocks, size: int, wanted: Sequence[tuple[int, int]]) -> Iterable[_Bracket]:
    """A bracket for each (expert, rank), from evenly spaced elements of evenly spaced blocks."""
    skip = max(1, size // SAMPLE_SPAN)
    step = max(1, size // skip // SAMPLE)
    samples: dict[int, list[Floats]] = {expert: [] for expert, _ in wanted}
    for block in blocks(skip):
        first = -block.start % step
        for expert, sample in samples.items():
            tau = block.experts[expert][first::step] - block.base[first::step]
            sample.append(np.abs(tau))
    sorted_samples = {expert: np.sort(np.concatenate(s)) for expert, s in samples.items()}
    for expert, rank in wanted:
        ordered, density = sorted_samples[expert], rank / size
        spread = SPREADS * (density * (1 - density) / ordered.size) ** 0.5 + 2 / ordered.size
        low = min(max(int((1 - density - spread) * ordered.size), 0), ordered.size - 1)
        high = min(max(int((1 - density + spread) * ordered.size), 0), ordered.size - 1)
        at_start = 1 - density - spread <= 0
        at_end = 1 - density + spread >= 1
        yield _Bracket(
            0.0 if at_start else float(ordered[low]),
            float("inf") if at_end else float(ordered[high]),
        )


DENSITY = Parameter("density", 1.0, 0.0, 1.0, "share of each task vector kept; the paper: 0.2")
TIES = Method(
    "ties", "trim per tensor, elect signs, mean of those that agree", ties,
    (DENSITY, WEIGHT, SCALE), prepare=prepare, orderless=True,
)  # fmt: skip
