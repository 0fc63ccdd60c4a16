"""widen and important-only: what matters is found per column or per row of a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mergeassist.params import rules
from mergeassist.params.dtypes import Floats
from mergeassist.params.methods.base import SCALE, Method, Parameter, Values, Whole

# Elements at a time: what is computed in between stays in the processor's cache.
BLOCK = 1 << 15
# What mergekit adds to a softmax before its logarithm.
EPSILON = 1e-8
# Changes under it may take the series of `_near_divergence`.
NEAR = 0.05
Matrix = npt.NDArray[np.floating[Any]]


def as_matrix(values: Floats) -> Floats:
    """Shape (rows, columns): vectors stay vectors, kernels of convolutions are flattened."""
    return values.reshape(len(values), -1) if values.ndim > 1 and len(values) else values


def widen(whole: Whole, values: Values) -> Floats:
    """WIDEN: weigh each column by how far its length and its direction moved, ranked in the model.

    Rows of an embedding take the part of columns (they are the tokens).
    """
    assert whole.base is not None
    ratio, score = values["ratio"][0], values["score"][0]
    base = as_matrix(whole.base)
    taus = np.array([as_matrix(tau) for tau in whole.taus])
    if base.ndim < 2:
        merged = (taus * _importance(np.abs(taus), ratio, score)).sum(0)
    else:
        across = 1 if rules.is_embedding(whole.name) else 0
        lengths, moved = _lengths_and_turns(base, taus, across)
        factors = _importance(_ranks(lengths), ratio, score)
        factors = (factors + _importance(_ranks(moved), ratio, score)) / 2
        merged = (taus * np.expand_dims(factors, 1 + across)).sum(0)
    result: Floats = base + merged.astype(base.dtype) * base.dtype.type(values["lambda"][0])
    return result.reshape(whole.base.shape)


def _lengths_and_turns(base: Floats, taus: Floats, axis: int) -> tuple[Matrix, Matrix]:
    """|length - base's| and 1 - cosine with base's of every column, shape (experts, columns)."""
    old = np.linalg.norm(base, axis=axis)
    lengths, turns = [], []
    for tau in taus:
        expert = base + tau
        new = np.linalg.norm(expert, axis=axis)
        dots = np.einsum("ij,ij->j" if axis == 0 else "ij,ij->i", expert, base, dtype=np.float64)
        lengths.append(np.abs(new - old))
        turns.append(1 - dots / np.maximum(new.astype(np.float64) * old, 1e-30))
    return np.array(lengths), np.array(turns)


def _ranks(figures: Matrix) -> Matrix:
    """The rank of every column within its model, in 0 <= rank < 1."""
    order = np.argsort(figures, axis=1, kind="stable")
    count = figures.shape[1]
    found = np.empty(figures.shape)
    np.put_along_axis(found, order, (np.arange(count) / count)[None, :], axis=1)
    return found


def _importance(figures: Matrix, ratio: float, score: float) -> Matrix:
    """Softmax over the models; `score` where a model's figure is above its own mean."""
    powers = np.exp(figures - figures.max(0))
    shares: Matrix = powers / powers.sum(0)
    means = figures.reshape(len(figures), -1).mean(1).reshape(-1, *[1] * (figures.ndim - 1))
    return np.where(figures > means * ratio, score, shares)


def important_only(whole: Whole, values: Values) -> Floats:
    """Keep deltas whose importance is an outlier, the mean where several models' are.

    Importance = |delta| * KL(softmax(row) || softmax(base's row)); outliers lie over the median
    plus `spread` interquartile ranges.  Quantiles are exact; mergekit's are of a random sample.
    """
    assert whole.base is not None
    width = whole.base.shape[-1] if whole.base.ndim else 1
    base = whole.base.reshape(-1, width)
    step = max(1, BLOCK // width)
    blocks = [slice(at, at + step) for at in range(0, len(base), step)]
    several = len(whole.experts) > 1
    count = np.zeros(base.shape if several else 0, np.uint8)
    # Few large arrays: making one costs the kernel more than computing what it holds.
    scores, total = np.empty_like(base), whole.experts[0].reshape(base.shape)
    for number, expert in enumerate(whole.experts):
        taus = expert.reshape(base.shape)
        weights = []
        for rows in blocks:
            found = _near_divergence(taus[rows], base[rows], scores[rows])
            found = _row_divergence(taus[rows], base[rows]) if found is None else found
            weights.append(found.astype(base.dtype))
            np.subtract(taus[rows], base[rows], out=taus[rows])
            np.multiply(np.abs(taus[rows]), weights[-1], out=scores[rows])
        low, middle, high = _quartiles(scores.reshape(-1))
        least = middle + values["spread"][0] * (high - low)
        for rows, weight in zip(blocks, weights, strict=True):
            taus[rows] *= np.abs(taus[rows]) * weight >= least
            if several:
                count[rows] += taus[rows] != 0
            if number:
                total[rows] += taus[rows]
    for rows in blocks:
        if several:
            total[rows] /= np.maximum(count[rows], 1)
        total[rows] *= base.dtype.type(values["lambda"][0])
        total[rows] += base[rows]
    return total.reshape(whole.base.shape)


def _near_divergence(expert: Floats, base: Floats, spare: Floats) -> Matrix | None:
    """The same as `_row_divergence`, to 1e-3 of itself, by series in fp32; `None` for rows apart.

    With d = log p/q the divergence is sum q (d e^d - e^d + 1), whose terms do not cancel out; d is
    the change less its logarithmic mean, and EPSILON takes q d^2/2 to (q - EPSILON) d^2/2.
    """
    change = np.subtract(expert, base, out=spare)
    if base.dtype != np.float32 or not max(change.max(), -change.min()) < NEAR:
        return None
    share = np.exp(base - base.max(-1, keepdims=True))
    share /= share.sum(-1, keepdims=True)
    if not share.min() > 100 * EPSILON:
        return None
    growth = change * (1 / 6)
    growth += 0.5
    growth *= change
    growth += 1
    growth *= change
    growth *= share
    change -= np.log1p(growth.sum(-1, keepdims=True))
    share -= np.float32(EPSILON)
    np.multiply(change, 1 / 3, out=growth)
    growth += 0.5
    growth *= change
    growth *= change
    growth *= share
    found: Matrix = growth.sum(-1, keepdims=True)
    return found


def _row_divergence(expert: Floats, base: Floats) -> Matrix:
    """KL between the softmaxes of the rows, shape (..., 1), in fp64."""
    p, q = _softmax(expert) + EPSILON, _softmax(base) + EPSILON
    divergence: Matrix = (p * np.log(p / q)).sum(-1, keepdims=True)
    return divergence


def _softmax(values: Floats) -> Matrix:
    wide = values.astype(np.float64)
    powers = np.exp(wide - wide.max(-1, keepdims=True))
    shares: Matrix = powers / powers.sum(-1, keepdims=True)
    return shares


def _quartiles(scores: Matrix) -> tuple[float, float, float]:
    """Elements at a quarter, half and three quarters of the order, no interpolation.

    `scores` (n,) are put into another order.
    """
    low, middle, high = (int(q * (scores.size - 1)) for q in (0.25, 0.5, 0.75))
    # One place at a time: numpy is several times slower at three.
    scores.partition(middle)
    scores[: middle + 1].partition(low)
    scores[middle:].partition(high - middle)
    return float(scores[low]), float(scores[middle]), float(scores[high])


WIDEN = Method(
    "widen", "columns weighted by how their length and direction moved (WIDEN)", None,
    (Parameter("ratio", 1.0, 0.0, 100.0, "above this times the mean a column counts fully"),
     Parameter("score", 1.0, 0.0, 10.0, "weight of such columns"), SCALE),
    whole=widen,
)  # fmt: skip
IMPORTANT_ONLY = Method(
    "important-only", "deltas that change a row's softmax most (arcee fusion, for n models)", None,
    (Parameter("spread", 1.5, 0.0, 100.0, "interquartile ranges over the median"), SCALE),
    max_experts=64, whole=important_only,
)  # fmt: skip
