"""nuslerp, multi-slerp, karcher and model-stock: weighted sums whose weights come from angles.

All that these methods ask of the tensors are the dot products between them.  One pass collects
them (the Gram matrix); what follows happens on a matrix of experts x experts, and the kernel is a
weighted sum.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from mergeassist.params.dtypes import Floats
from mergeassist.params.methods.base import (
    WEIGHT,
    Block,
    Blocks,
    Method,
    Parameter,
    Values,
    weights,
)

Matrix = npt.NDArray[np.float64]
TINY = 1e-8
LANES = 2048
# Mean squares under it would lose bits among fp32's subnormal numbers.
TINY_SQUARE = 1e-30


def gram(blocks: Blocks, size: int, *, task_vectors: bool) -> Matrix:
    """Dot products of the experts, or of their task vectors of `size`, shape (experts, experts).

    Products are in the work type and summed block by block, blocks in fp64.  Neither BLAS nor
    einsum: their sums differ between machines, and BLAS' threads spin.
    """
    found = _dots(blocks, task_vectors, wide=False)
    squares = np.diag(found)
    if np.isfinite(found).all() and (squares > size * TINY_SQUARE).all():
        return found
    # Squares that fp32 does not hold.
    return _dots(blocks, task_vectors, wide=True)


def _dots(blocks: Blocks, task_vectors: bool, wide: bool) -> Matrix:
    sums: list[list[float]] = []
    pairs: list[tuple[int, int]] = []
    with np.errstate(over="ignore", invalid="ignore"):
        for block in blocks(1):
            rows, spare = block.experts, block.spare
            pairs = pairs or [(i, j) for i in range(len(rows)) for j in range(i + 1)]
            if task_vectors:
                for row in rows:
                    np.subtract(row, block.base, out=row)
            if wide:
                rows, spare = [row.astype(np.float64) for row in rows], np.empty(block.size)
            sums.append([_total(np.multiply(rows[i], rows[j], out=spare)) for i, j in pairs])
    count = 1 + max((i for i, _ in pairs), default=-1)
    found = np.zeros((count, count))
    for (i, j), column in zip(pairs, zip(*sums, strict=True), strict=True):
        # Infinities in the sum of squares are for the caller; fsum refuses those of both signs.
        found[i, j] = found[j, i] = math.fsum(column) if np.isfinite(column).all() else math.inf
    return found


def _total(values: Floats) -> float:
    """The sum of a block, shape (n,): lane by lane, then pairwise over the lanes.

    A quarter less time than pairwise throughout, and no longer chains of additions: a block of
    `execute.STATISTICS_CHUNK` has 32 rows of lanes.
    """
    if values.size % LANES:
        return float(np.add.reduce(values))
    return float(np.add.reduce(np.add.reduce(values.reshape(-1, LANES), axis=0)))


def sum_of_task_vectors(block: Block, values: Values) -> None:
    """base + sum c_i tau_i; `block.state` holds the c_i."""
    alike = len(set(block.state)) == 1
    total = block.experts[0]
    for expert, factor in zip(block.experts, block.state, strict=True):
        np.subtract(expert, block.base, out=expert)
        if not alike:
            np.multiply(expert, factor, out=expert)
        if expert is not total:
            np.add(total, expert, out=total)
    if alike:
        np.multiply(total, block.state[0], out=total)
    np.add(block.base, total, out=block.out)


def sum_of_experts(block: Block, values: Values) -> None:
    """sum c_i x_i; `block.state` holds the c_i."""
    for expert, factor in zip(block.experts, block.state, strict=True):
        np.multiply(expert, factor, out=expert)
    np.copyto(block.out, block.experts[0])
    for expert in block.experts[1:]:
        np.add(block.out, expert, out=block.out)


def prepare_nuslerp(blocks: Blocks, size: int, values: Values) -> Any:
    """Factors of a slerp between two task vectors; those of lerp where they are parallel."""
    found = gram(blocks, size, task_vectors=True)
    mine, yours = weights(values, len(found))
    t = yours / (mine + yours) if abs(mine + yours) >= 1e-6 else 0.5
    norms = math.sqrt(found[0, 0] * found[1, 1])
    cosine = max(-1.0, min(1.0, found[0, 1] / norms)) if norms else 1.0
    if 1 - cosine * cosine <= TINY**2:
        return 1 - t, t
    angle = math.acos(cosine)
    return math.sin((1 - t) * angle) / math.sin(angle), math.sin(t * angle) / math.sin(angle)


def prepare_multi_slerp(blocks: Blocks, size: int, values: Values) -> Any:
    """Mean direction of the task vectors, at their mean length.

    mergekit goes from the mean direction along the weighted mean of the tangents there; that mean
    is zero by construction, so the two are the same point.
    """
    found = gram(blocks, size, task_vectors=True)
    factors = np.array(weights(values, len(found)))
    factors = factors / factors.sum() if factors.sum() else factors
    norms = np.sqrt(np.diag(found))
    units = factors / (norms + TINY)
    length = math.sqrt(max(0.0, float(units @ found @ units)))
    if length < TINY:
        return tuple(factors)
    return tuple(units / length * float(norms @ factors))


def prepare_karcher(blocks: Blocks, size: int, values: Values) -> Any:
    """The point on the sphere with the least squared angles to all models, at their mean length."""
    found = gram(blocks, size, task_vectors=False)
    norms = np.sqrt(np.diag(found))
    steps, tolerance = int(values["steps"][0]), 1e-5
    valid = norms > tolerance
    alphas = np.where(valid, 1.0 / max(1, int(valid.sum())), 0.0)
    safe = np.where(valid, norms, 1.0)
    cosines = found / np.outer(safe, safe)
    point = _unit(alphas, cosines)
    if point is None:
        point = np.zeros(len(norms))
        point[int(np.argmax(valid))] = 1.0
    for _ in range(steps):
        dots = np.clip(cosines @ point, -1.0, 1.0)
        angles = np.arccos(dots)
        far = valid & (angles >= tolerance)
        pull = np.where(far, alphas * angles / np.where(far, np.sin(angles), 1.0), 0.0)
        tangent = pull - float(pull @ dots) * point
        length = math.sqrt(max(0.0, float(tangent @ cosines @ tangent)))
        if length < tolerance:
            break
        moved = math.cos(length) * point + math.sin(length) / length * tangent
        point = _unit(moved, cosines)
        assert point is not None
    scale = float(norms.mean())
    return tuple(np.where(valid, scale * point / safe, 0.0))


def _unit(coefficients: Matrix, cosines: Matrix) -> Matrix | None:
    """The coefficients of a combination of unit vectors scaled to length 1, `None` for zero."""
    length = math.sqrt(max(0.0, float(coefficients @ cosines @ coefficients)))
    return coefficients / length if length >= 1e-5 else None


def prepare_model_stock(blocks: Blocks, size: int, values: Values) -> Any:
    """t / n for every task vector; t = n cos / (1 + (n - 1) cos), cos the mean between pairs."""
    found = gram(blocks, size, task_vectors=True)
    count = len(found)
    norms = np.sqrt(np.diag(found))
    safe = np.where(norms > 0, norms, 1.0)
    pairs = (found / np.outer(safe, safe))[np.triu_indices(count, 1)]
    cosine = float(np.clip(pairs, -1, 1).mean())
    under = 1 + (count - 1) * cosine
    t = count * cosine / under if abs(under) >= 1e-6 else 0.0
    return (t / count,) * count


NUSLERP = Method(
    "nuslerp", "slerp between two task vectors", sum_of_task_vectors, (WEIGHT,),
    max_experts=2, prepare=prepare_nuslerp, orderless=True, ordered_prepare=True,
)  # fmt: skip
MULTI_SLERP = Method(
    "multi-slerp", "mean direction of the task vectors at their mean length",
    sum_of_task_vectors, (WEIGHT,), prepare=prepare_multi_slerp, orderless=True,
    ordered_prepare=True,
)  # fmt: skip
KARCHER = Method(
    "karcher", "mean of the models on the sphere, at their mean length", sum_of_experts,
    (Parameter("steps", 10, 0, 1000, "iterations at most"),),
    needs_base=False, prepare=prepare_karcher, orderless=True, ordered_prepare=True,
)  # fmt: skip
MODEL_STOCK = Method(
    "model-stock", "mean, drawn back to base as far as the task vectors disagree",
    sum_of_task_vectors, prepare=prepare_model_stock, orderless=True, ordered_prepare=True,
)  # fmt: skip
