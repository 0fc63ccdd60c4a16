"""widen and important-only: what matters is found per column or per row of a matrix."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mergeassist.params import rules
from mergeassist.params.dtypes import Floats
from mergeassist.params.methods.base import SCALE, Method, Parameter, Values, Whole

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
    base = whole.base if whole.base.ndim else whole.base.reshape(1)
    total: Floats = np.zeros_like(base)
    count = np.zeros(base.shape, np.int64)
    for tau in whole.taus:
        tau = tau.reshape(base.shape)
        scores = np.abs(tau) * _row_divergence(base + tau, base)
        low, middle, high = _quartiles(scores.ravel())
        keep = scores >= middle + values["spread"][0] * (high - low)
        total += np.where(keep, tau, 0)
        count += keep & (tau != 0)
    merged = total / np.maximum(count, 1) * values["lambda"][0]
    result: Floats = (base + merged.astype(base.dtype)).reshape(whole.base.shape)
    return result


def _row_divergence(expert: Floats, base: Floats) -> Matrix:
    """KL between the softmaxes of the rows, shape (..., 1), in fp64."""
    p, q = _softmax(expert) + 1e-8, _softmax(base) + 1e-8
    divergence: Matrix = (p * np.log(p / q)).sum(-1, keepdims=True)
    return divergence


def _softmax(values: Floats) -> Matrix:
    wide = values.astype(np.float64)
    powers = np.exp(wide - wide.max(-1, keepdims=True))
    shares: Matrix = powers / powers.sum(-1, keepdims=True)
    return shares


def _quartiles(scores: Matrix) -> tuple[float, float, float]:
    """Elements at a quarter, half and three quarters of the order, no interpolation."""
    places = [int(q * (scores.size - 1)) for q in (0.25, 0.5, 0.75)]
    ordered = np.partition(scores, places)
    low, middle, high = (float(ordered[place]) for place in places)
    return low, middle, high


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
