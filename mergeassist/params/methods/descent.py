"""wudi and doge: task matrices merged by gradient descent on a loss made of them alone.

Both losses are quadratic, so the gradients are written out and numpy is enough.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from mergeassist.params.dtypes import Floats
from mergeassist.params.methods.base import SCALE, Blocks, Method, Parameter, Values, Whole
from mergeassist.params.methods.disentangle import as_matrix
from mergeassist.params.methods.sparse import experts_of, magnitude_thresholds
from mergeassist.params.methods.spectral import on_matrices, singular

Gradient = Callable[[Floats], Floats]


def adam(start: Floats, gradient: Gradient, rate: float, steps: int) -> Floats:
    """Adam (arXiv 1412.6980) with its default moments, `steps` full-batch steps."""
    point = start.copy()
    first, second = np.zeros_like(point), np.zeros_like(point)
    for step in range(1, steps + 1):
        slope = gradient(point)
        first += 0.1 * (slope - first)
        second += 0.001 * (slope * slope - second)
        size = np.sqrt(second / (1 - 0.999**step)) + 1e-8
        point -= rate / (1 - 0.9**step) * first / size
    return point


def least_interference(taus: Sequence[Floats], values: Values) -> Floats:
    """WUDI: minimise sum_i |(tau - tau_i) tau_i^T|^2 / |tau_i|^2 from the sum of the tau_i.

    `steps` = 0 takes the minimum itself (the one nearest to the start) instead of Adam's way.
    """
    wide = [tau.astype(np.float64) for tau in taus]
    norms = [float((tau * tau).sum()) or 1.0 for tau in wide]
    columns = wide[0].shape[1]
    curvature = np.zeros((columns, columns))
    pull = np.zeros_like(wide[0])
    for tau, norm in zip(wide, norms, strict=True):
        inner = tau.T @ tau / norm
        curvature += inner
        pull += tau @ inner
    start = sum(wide[1:], wide[0])
    steps = int(values["steps"][0])
    if not steps:
        return start - (start @ curvature - pull) @ np.linalg.pinv(curvature, hermitian=True)
    return adam(start, lambda at: 2 * (at @ curvature - pull), values["rate"][0], steps)


def wudi(whole: Whole, values: Values) -> Floats:
    """WUDI of one tensor."""
    return on_matrices(whole, values, least_interference)


def prepare_doge(blocks: Blocks, size: int, values: Values) -> tuple[float, ...]:
    """The magnitude that the largest `density` share of each task vector reaches."""
    kept = int(size * values["density"][0])
    experts = experts_of(blocks)
    # The official code keeps everything from the (d - k)-th smallest on: one more than k.
    return tuple(magnitude_thresholds(blocks, [(i, min(size, kept + 1)) for i in range(experts)]))


def doge(whole: Whole, values: Values) -> Floats:
    """Adaptive projective gradient descent of one tensor; vectors take the mean."""
    return on_matrices(whole, values, partial(_projected, thresholds=whole.state))


def _projected(taus: Sequence[Floats], values: Values, thresholds: Sequence[float]) -> Floats:
    """sum_i lambda_i mask_i (tau_i + delta), delta found outside of the shared subspace."""
    matrices = [tau.astype(np.float64) for tau in map(as_matrix, taus)]
    norms = [float(np.linalg.norm(tau)) or 1.0 for tau in matrices]
    factors = [values["eta"][0] / norm for norm in norms]
    total = sum((f * tau for f, tau in zip(factors, matrices, strict=True)),
                np.zeros_like(matrices[0]))  # fmt: skip
    basis = _shared_basis(matrices, int(values["subspace"][0]))
    strength = sum(factors)
    residuals = [(tau * tau - tau * total).sum(1) for tau in matrices]

    def gradient(delta: Floats) -> Floats:
        slope = np.zeros_like(delta)
        for tau, residual in zip(matrices, residuals, strict=True):
            error = residual - strength * (tau * delta).sum(1)
            slope -= 2 * strength * error[:, None] * tau
        return slope - basis @ (basis.T @ slope)

    delta = adam(np.zeros_like(total), gradient, values["rate"][0], int(values["steps"][0]))
    merged = np.zeros_like(total)
    for tau, factor, low in zip(matrices, factors, thresholds, strict=True):
        merged += factor * np.where(np.abs(tau) >= low, tau + delta, 0.0)
    return merged


def _shared_basis(taus: Sequence[Floats], share: int) -> Floats:
    """Left singular vectors of the tasks' top left singular vectors, min(shape) / share of them."""
    size = min(taus[0].shape)
    top = size // len(taus)
    joined = np.concatenate([singular(tau, top)[0] for tau in taus], 1)
    return singular(joined, size // share)[0]


WUDI = Method(
    "wudi", "the matrix that disturbs each task's own inputs least (WUDI)", None,
    (Parameter("steps", 300, 0, 100000, "steps of Adam; 0: the exact minimum"),
     Parameter("rate", 1e-5, 0.0, 1.0, "step size, in units of the weights"), SCALE),
    whole=wudi,
)  # fmt: skip
DOGE = Method(
    "doge", "adaptive projective gradient descent on the gap between tasks (DOGE)", None,
    (Parameter("density", 0.3, 0.0, 1.0, "share of each task vector kept"),
     Parameter("eta", 0.07, 0.0, 10.0, "norm to which every task matrix is scaled"),
     Parameter("subspace", 6, 1, 1000, "the shared subspace is the n-th part of the rank"),
     Parameter("steps", 400, 0, 100000, "steps of Adam"),
     Parameter("rate", 1e-4, 0.0, 1.0, "step size, in units of the weights"), SCALE),
    prepare=prepare_doge, of_model=True, whole=doge,
)  # fmt: skip
